"""The audit log at the desk: who did what, whether it is whole, and packs to hand out."""
