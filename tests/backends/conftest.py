"""The backends with environments of their own: their tests need what `voice-server setup` makes.

`voice-server setup --all --no-weights && pytest tests/backends` runs all of them; without their environments
they are skipped, and say so.
"""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import Callable, Coroutine
from contextlib import aclosing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.conformance.checking import check_backend
from voice_server.config import BackendConfig, load_config
from voice_server.core.types import Frame, OptionValue, Segment, WordMark
from voice_server.errors import BackendDown
from voice_server.pool.conformance import ConformanceCheck
from voice_server.pool.local_pool import LocalPool
from voice_server.provisioning.environments import python_of

_ROOT = Path(__file__).resolve().parents[2]
_TESTS = Path(__file__).parent


@dataclass(slots=True)
class Take:
    """What came of rendering one text."""

    pcm: bytes = b""
    frames: int = 0
    marks: list[WordMark] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Engine:
    """A backend with a small checkpoint."""

    name: str
    config: BackendConfig

    def pool(self) -> LocalPool:
        """Real workers in the backend's own environment."""
        return LocalPool({self.name: self.config})

    def segment(self, text: str, voice: str, seed: int = 7, **options: OptionValue) -> Segment:
        return Segment(self.name, text, voice, options, seed)


async def take(pool: LocalPool, segment: Segment) -> Take:
    """Render a segment to its end."""
    taken = Take()
    async with aclosing(pool.render(segment)) as items:
        async for item in items:
            if isinstance(item, Frame):
                taken.pcm += item.pcm
                taken.frames += 1
            elif isinstance(item, WordMark):
                taken.marks.append(item)
    return taken


MakeEngine = Callable[..., Engine]


class Stage:
    """One worker of an engine for the tests of a module."""

    def __init__(self, engine: Engine) -> None:
        self._runner = asyncio.Runner()
        self.engine = engine
        self.pool: LocalPool = self.run(engine.pool().__aenter__())

    def run(self, main: Coroutine[Any, Any, Any]) -> Any:
        """What a coroutine returns."""
        return self._runner.run(main)

    def speak(self, text: str, voice: str, seed: int = 7, **options: OptionValue) -> Take:
        """Render a text to its end."""
        taken: Take = self.run(take(self.pool, self.engine.segment(text, voice, seed, **options)))
        return taken

    def close(self) -> None:
        """End the worker."""
        self.run(self.pool.aclose())
        self._runner.close()


@pytest.fixture(scope="session")
def make_engine(tmp_path_factory: pytest.TempPathFactory) -> MakeEngine:
    """Return what makes an Engine of a backend's name and settings; skips where it is not set up."""
    checkpoints: dict[str, Path] = {}

    def make(
        name: str, samples: Path | None = None, environment: Path | None = None, **settings: Any
    ) -> Engine:
        config = load_config(_ROOT / "backends.yaml").backends[name]
        project = environment or config.environment
        try:
            python = python_of(name, project)
        except BackendDown as error:
            pytest.skip(error.message)
        if name not in checkpoints:
            checkpoints[name] = tmp_path_factory.mktemp(name) / "checkpoint"
            maker = _TESTS / name / "checkpoint.py"
            subprocess.run([python, str(maker), str(checkpoints[name])], check=True, capture_output=True)
        cache = tmp_path_factory.getbasetemp() / "cache"
        variables = {"XDG_CACHE_HOME": str(cache), "HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1"}
        folder = checkpoints[name] / settings.pop("part", "")
        changed = {"model": str(folder), "device": "cpu"} | settings
        small = _TESTS / name / "small_backend.py"
        return Engine(
            name,
            msgspec.structs.replace(
                config,
                adapter=small if small.is_file() else config.adapter,
                settings=changed,
                samples=samples or config.samples,
                environment=project,
                workers=1,
                silence_timeout_s=120.0,  # of a whole long sentence, on a slow and busy machine
                env=variables,
                fallback=None,
            ),
        )

    return make


def checks_of(engine: Engine) -> dict[str, ConformanceCheck]:
    """All checks of the contract, run once."""

    async def run() -> dict[str, ConformanceCheck]:
        async with engine.pool() as pool:
            return await check_backend(pool, engine.name)

    return asyncio.run(run())


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    # Loading torch alone takes longer than a test may otherwise last.
    for item in items:
        if {"kokoro", "chatterbox", "vibevoice", "piper", "pocket"} & set(item.path.parts):
            item.add_marker(pytest.mark.timeout(600))
