"""Brands and their doors: who speaks through which channel. Small, read often, changed rarely."""
