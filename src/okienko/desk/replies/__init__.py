"""Saved replies: what a brand's people write again and again, kept once."""
