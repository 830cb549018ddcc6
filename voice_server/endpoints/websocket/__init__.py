"""The WebSocket endpoints and their protocol."""
