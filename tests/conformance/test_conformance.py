"""The contract of adapters, law by law, over real workers."""

from __future__ import annotations

import asyncio

import pytest

from tests.conformance.checking import check_backend
from voice_server.config import load_config
from voice_server.pool.conformance import ConformanceCheck
from voice_server.pool.local_pool import LocalPool


@pytest.fixture(scope="session")
def checks(backend: str) -> dict[str, ConformanceCheck]:
    """All checks of a backend, run once."""

    async def run() -> dict[str, ConformanceCheck]:
        config = load_config(backend=backend)
        async with LocalPool({backend: config.backends[backend]}) as pool:
            return await check_backend(pool, backend)

    return asyncio.run(run())


def test_a_backend_keeps_each_law(checks: dict[str, ConformanceCheck], law: str) -> None:
    assert law in checks, "not tried, since the backend does not start"
    assert checks[law].passed, checks[law].detail
