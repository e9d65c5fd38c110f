"""okienko: a self-hosted customer-service desk with a bot. Start reading at `turn.py`."""
