"""Files that customers attach in the window."""
