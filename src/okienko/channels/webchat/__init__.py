"""Web chat: the widget on a brand's own pages."""
