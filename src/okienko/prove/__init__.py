"""`okienko prove`: plants invented personal data in a desk of its own and searches everything that the desk wrote."""
