"""Decisions without I/O: no asyncio, threads, sockets, clock or environment. Time is an argument (`now`)."""
