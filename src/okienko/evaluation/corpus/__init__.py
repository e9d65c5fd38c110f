"""Invented messages with marked spans, made anew from parts by a seed: see `generate`."""
