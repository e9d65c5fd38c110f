"""Messages from a brand's own application, signed as Standard Webhooks describes."""
