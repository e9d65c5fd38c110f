"""How well messages about a fault are told from others: invented faults, and what customers write about them."""
