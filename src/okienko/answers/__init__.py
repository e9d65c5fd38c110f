"""Answers from the help centre: search, quote, refuse. Everything but `store.py` and `shelf.py` is pure."""
