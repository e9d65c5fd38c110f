"""A brand's own words that mean the same, written at the desk."""
