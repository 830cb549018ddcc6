"""The child side: runs inside a backend's own environment and imports nothing but msgpack from it."""
