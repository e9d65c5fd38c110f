"""The vendors' side, played on this computer: what okienko calls, what calls okienko, and a customer's page."""
