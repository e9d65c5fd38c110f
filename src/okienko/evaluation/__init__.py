"""`okienko eval masking`: how much of what is personal gets masked, at what cost. See docs/evaluation.md."""
