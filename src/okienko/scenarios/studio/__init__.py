"""Where scenarios are written: forms, text, picture, trial and versions."""
