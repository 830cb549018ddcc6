"""Two engines whose requirements contradict each other, speaking at once in one server."""

from __future__ import annotations

import asyncio
import subprocess
from pathlib import Path

import pytest

from tests.backends.conftest import Engine, MakeEngine
from voice_server.client_events import Audio
from voice_server.client_streams import connect
from voice_server.config import Config
from voice_server.provisioning.environments import python_of
from voice_server.serving.composition import running_server

_PROBE = "from importlib.metadata import version; print(version('transformers'), version('numpy'))"


def _versions(engine: Engine) -> list[str]:
    python = python_of(engine.name, engine.config.environment)
    return subprocess.run([python, "-c", _PROBE], check=True, capture_output=True, text=True).stdout.split()


async def _spoken_bytes(url: str, backend: str) -> int:
    total = 0
    async with connect(url.replace("http", "ws", 1) + "/stream-tokens", backend=backend) as stream:
        await stream.send_text("The quick brown fox jumps over the lazy dog.")
        await stream.done()
        async for event in stream:
            if isinstance(event, Audio):
                total += len(event.pcm)
    return total


@pytest.mark.timeout(600)
def test_engines_with_contradicting_requirements_speak_at_once_in_one_server(
    make_engine: MakeEngine, tmp_path: Path
) -> None:
    engines = [make_engine("chatterbox", samples=tmp_path, part="turbo"), make_engine("vibevoice")]
    one, other = map(_versions, engines)
    assert one[0] != other[0]
    assert one[1].split(".")[0] != other[1].split(".")[0]

    async def main() -> list[int]:
        config = Config(
            backends={engine.name: engine.config for engine in engines}, default_backend=engines[0].name
        )
        async with running_server(config) as url:
            return await asyncio.gather(*(_spoken_bytes(url, engine.name) for engine in engines))

    assert all(spoken > 10_000 for spoken in asyncio.run(main()))
