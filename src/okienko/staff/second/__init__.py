"""The second step of signing in, the fresh proof before what is sensitive, and the page of one's own account."""
