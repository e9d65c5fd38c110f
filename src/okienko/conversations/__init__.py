"""People, conversations, messages and the queue between them. `store/` is the only writer of those tables."""
