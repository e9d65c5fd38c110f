"""SQL of rights. Every function works inside the caller's transaction, with the brand set."""
