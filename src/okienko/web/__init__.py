"""The page kit: words, templates, forms, headers, static files."""
