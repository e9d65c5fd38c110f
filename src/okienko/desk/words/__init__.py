"""A brand's own words: what is never masked, and what always is."""
