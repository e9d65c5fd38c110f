"""Scenarios by HTTP: what `okienko scenario` does with files."""
