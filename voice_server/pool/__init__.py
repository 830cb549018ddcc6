"""The parent side of the workers: processes, their supervision, and the pool that hands out work."""

import logging

from voice_server.pool.worker_pool import (
    BackendMemory,
    BackendState,
    BackendStats,
    BackendStatus,
    WorkerPool,
)

__all__ = ["BackendMemory", "BackendState", "BackendStats", "BackendStatus", "WorkerPool"]

# Without a handler Python would print warnings of a program that has configured no logging.
logging.getLogger("voice_server").addHandler(logging.NullHandler())
