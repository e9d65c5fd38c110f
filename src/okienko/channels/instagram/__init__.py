"""Instagram: direct messages of a professional account, and comments."""
