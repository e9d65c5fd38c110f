"""The audit log: who changed or looked at what, in one chain that shows when somebody has tampered with it.

`store.record` writes an entry, in the transaction of what it records. `chain` says what an entry and its links are and
finds what is wrong; `heads` signs where the chain has got to. The worker carries signed heads outside (`auditing.py`).
"""
