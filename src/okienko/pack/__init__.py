"""The audit pack: what happened in a brand within a time, for somebody outside. As JSON and as a page."""
