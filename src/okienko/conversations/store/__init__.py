"""SQL of the conversations room, one file a capability."""
