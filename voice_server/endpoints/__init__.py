"""HTTP routes and WebSockets: each translates its own messages into calls of the speech service."""
