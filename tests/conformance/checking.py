"""All checks of a backend at once, and their names."""

from __future__ import annotations

from voice_server.pool.conformance import _CHECKS, ConformanceCheck, checks_of
from voice_server.pool.worker_pool import WorkerPool

CHECK_NAMES = ("starts", *_CHECKS)


async def check_backend(pool: WorkerPool, backend: str) -> dict[str, ConformanceCheck]:
    """The outcome of each check that was made, by its name."""
    return {check.name: check async for check in checks_of(pool, backend)}
