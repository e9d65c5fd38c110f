"""The radar: what is suddenly asked and left open, by many, found among what is left open every day."""
