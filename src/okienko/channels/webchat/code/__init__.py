"""Codes that are asked for and entered in the widget."""
