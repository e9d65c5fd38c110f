"""Incidents: what broke, whom it concerns, what is said to whoever asks, and who is told when it is over."""
