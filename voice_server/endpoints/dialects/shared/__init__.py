"""What several dialects need: a connection, its turns, and voices that are named as elsewhere."""
