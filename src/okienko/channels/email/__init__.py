"""E-mail: letters as they arrive, from a mailbox or by a provider's hook."""
