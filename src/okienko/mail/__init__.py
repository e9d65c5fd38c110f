"""Letters by e-mail: what they say, the table in which they wait, and the mail server that takes them."""
