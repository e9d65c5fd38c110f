"""Accounts, roles and sign-in of the people who work at the desk."""
