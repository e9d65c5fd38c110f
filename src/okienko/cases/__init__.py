"""Cases with legal clocks, opened by scenarios within conversations."""
