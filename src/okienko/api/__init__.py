"""The HTTP API for a brand's own programs: tokens that administrators make, and what may be done with them."""
