"""`okienko bench`: how fast this machine is, with everything started afresh. A measurement, never a test."""
