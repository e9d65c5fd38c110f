"""Who is this: codes to addresses that were verified before, and how much has been found out in a conversation."""
