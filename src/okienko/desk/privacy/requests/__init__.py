"""Requests of people about their data: their clocks, and what is done about them."""
