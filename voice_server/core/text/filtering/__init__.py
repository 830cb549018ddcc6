"""What of a token stream is for the ear: without thoughts and calls of tools, with tables in words."""
