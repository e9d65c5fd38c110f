"""The agents' inbox: who waits, what was said, and the few things a person can do about it."""
