"""The rules in force for a brand, with their laws, and where the brand is."""
