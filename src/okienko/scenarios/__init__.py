"""Scenarios: conversations that the support team writes itself."""
