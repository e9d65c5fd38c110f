"""Who works on a brand's behalf, and the register of processing."""
