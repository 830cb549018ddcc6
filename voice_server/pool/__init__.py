"""The parent side of the workers: processes, their supervision, and the pool that hands out work."""
