"""What customers ask: what was left open, and example questions for it."""
