"""The demo world: two invented brands with help centres, and two weeks of conversations that never happened."""
