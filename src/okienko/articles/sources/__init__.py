"""Places that articles are read from again and again."""
