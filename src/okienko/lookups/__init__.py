"""Sources of facts that scenarios look things up in: tables that a brand imports, and addresses that are asked."""
