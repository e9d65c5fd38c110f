"""Names: the table and the grammar of who is who."""
