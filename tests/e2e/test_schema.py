"""The live server against its own /openapi.json: no 5xx, and nothing that the document does not say."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest

from tests.arithmetic_pool import ArithmeticPool
from tests.endpoints.serving import served

pytestmark = pytest.mark.realtime

pytest.importorskip("schemathesis", reason="schemathesis is in the dev group")

_SETTINGS = Path(__file__).with_name("schemathesis.toml")
_EXAMPLES = "2"


@pytest.mark.timeout(150)
def test_schemathesis_finds_no_5xx_and_no_contradiction() -> None:
    async def main() -> tuple[int, str]:
        pool = ArithmeticPool(frame_s=0, frames=1, marks=True, mixes=True)
        async with served(pool) as server:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "schemathesis.cli", "--config-file", str(_SETTINGS), "run"),
                *(f"http://127.0.0.1:{server.port}/openapi.json", "--checks", "all", "--workers", "1"),
                *("--exclude-checks", "positive_data_acceptance"),  # a schema cannot tell which names exist
                *("--generation-deterministic",),  # threads or chance would make this test fail now and then
                *("--max-examples", _EXAMPLES, "--phases", "coverage,fuzzing", "--no-color"),
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.STDOUT,
            )
            output, _ = await process.communicate()
            return process.returncode or 0, output.decode()

    code, output = asyncio.run(main())
    assert code == 0, output
