"""Who writes in a conversation, as somebody at the desk finds out."""
