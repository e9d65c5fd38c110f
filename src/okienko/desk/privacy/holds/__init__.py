"""Legal holds: one asks for one, another approves it."""
