"""The parent side of the workers: processes, their supervision, and the pool that hands out work."""

import logging

from voice_server.pool.worker_pool import BackendState, BackendStats, BackendStatus, WorkerPool

__all__ = ["BackendState", "BackendStats", "BackendStatus", "WorkerPool"]

# Whoever opens a pool is told what goes wrong; a program that has set up no log gets no bare lines besides.
logging.getLogger("voice_server").addHandler(logging.NullHandler())
