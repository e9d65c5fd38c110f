"""Help-centre articles: import, versions, owners, review dates, public pages, feedback."""
