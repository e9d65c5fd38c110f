"""The one store: PostgreSQL, embedded by default. Rooms get connections from here and keep their SQL in `store.py`."""
