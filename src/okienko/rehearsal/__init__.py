"""`okienko rehearse`: a past evening at ten times its load, against a scratch copy. A measurement, never a test."""
