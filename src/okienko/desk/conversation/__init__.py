"""One conversation at the desk: reading it, replying, and who answers it."""
