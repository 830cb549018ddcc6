"""The parent side of the workers: processes, their supervision, and the pool that hands out work."""

from voice_server.pool.base import BackendState, BackendStats, BackendStatus, WorkerPool

__all__ = ["BackendState", "BackendStats", "BackendStatus", "WorkerPool"]
