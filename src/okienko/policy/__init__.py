"""What the law of a place asks of a brand: reviewed TOML files, merged so that the strictest wins, and legal clocks.

`rules.py` has the values and how they are merged, `read.py` reads a file, `files.py` those that come with okienko,
`clocks.py` computes due dates, `places.py` says whose rules hold for a person.
"""
