"""The desk's pages about channels: what is connected, how it fares, connecting step by step."""
