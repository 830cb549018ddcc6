"""Decisions without I/O: no asyncio, thread, socket, clock or environment; time is an argument (`now`)."""
