"""The customers’ own page of rights, one a brand: reached from the chat, the help centre, and without an account."""
