"""What is kept for how long, what tonight would delete, and what the last nights did."""
