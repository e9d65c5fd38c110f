"""Facebook Messenger: a page's conversations and the comments below what it posts."""
