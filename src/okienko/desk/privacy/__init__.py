"""The privacy officer's pages: requests of people, consents and erasures, retention, holds, processors, policy, texts.

The officer and administrators work here; auditors look. Each act asks for a fresh proof of who acts, and is written to
the audit log.
"""
