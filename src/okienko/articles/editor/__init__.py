"""Editing articles at the desk."""
