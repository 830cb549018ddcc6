"""The doors: each translates its own messages into calls of the speech service."""
