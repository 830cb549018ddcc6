"""Where a user's own files lie, and where those lie that came with the server."""
