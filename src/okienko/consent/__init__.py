"""What people are told, and what they agree to: published texts, a ledger of consent, purposes, processors.

`texts.py` has the words that come with okienko and `purposes.toml` the register's purposes; `store.py` publishes texts
and adds to the ledger; `pages.py` shows a brand's people what is done with their data.
"""
