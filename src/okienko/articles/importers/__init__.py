"""Files become drafts: one file a format, each pure; `files.py` reads the disk."""
