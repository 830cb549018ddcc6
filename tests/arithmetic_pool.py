"""A worker pool for tests of the shells: renders by arithmetic, is as slow as it is told, fails on demand."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from tests.core.speech.rendering import pcm_of, words_of
from voice_server.config import BackendConfig, Config, Limits
from voice_server.core.speech.pauses import NO_PAUSES
from voice_server.core.types import (
    NORMALIZED_KINDS,
    SAMPLE_RATE_HZ,
    Capabilities,
    Frame,
    Option,
    ReadyBackend,
    Segment,
    SpeechWarning,
    Voice,
    WordMark,
)
from voice_server.errors import BackendDown, InUse, RenderError, RequestError
from voice_server.pool.worker_pool import BackendMemory, BackendState, BackendStats, BackendStatus

SPEED = Option("speed", "number", 1.0, 0.5, 2.0)

TAKEN = BackendMemory((3_000_000, 2_000_000), 1_000_000)
"""What the processes of every backend take."""


def config_of(*names: str, workers: int = 1, fallback: str | None = None, **limits: float) -> Config:
    """A configuration of backends that an `ArithmeticPool` stands for, without pauses between sentences."""
    backends = {
        name: BackendConfig(
            adapter=Path("x"), workers=workers, fallback=fallback if name != fallback else None
        )
        for name in names
    }
    return Config(
        backends=backends,
        default_backend=names[0],
        limits=Limits(**limits),  # type: ignore[arg-type]
        pauses=NO_PAUSES,
    )


@dataclass
class ArithmeticPool:
    """Keeps the laws of `WorkerPool`; every frame takes `frame_s`."""

    names: Sequence[str] = ("one",)
    frame_s: float = 0.01
    frames: int = 4
    failing: dict[str, int] = field(default_factory=dict)  # text -> after how many frames …
    failing_on: str = "one"  # … on this backend
    down: set[str] = field(default_factory=set)
    down_state: BackendState = BackendState.DOWN
    refusing: dict[str, str] = field(default_factory=dict)  # text -> what is wrong with the request
    rendered: list[Segment] = field(default_factory=list)
    running: Counter[str] = field(default_factory=Counter)
    most_running: int = 0
    stopped: list[str] = field(default_factory=list)
    notices: dict[str, SpeechWarning] = field(default_factory=dict)
    marks: bool = False  # whether the words of a text come before its first frame
    options: tuple[Option, ...] = (SPEED,)
    more_voices: tuple[Voice, ...] = ()  # of the last backend
    mixes: bool = False  # whether it speaks with mixes of its voices
    streams: bool = False  # what it says of itself
    left_out: Mapping[str, str] = field(default_factory=dict)
    normalizes: tuple[str, ...] = tuple(NORMALIZED_KINDS)  # so that texts are rendered as they are written
    inline_phonemes: bool = False  # whether it says words by phonemes
    unloaded: set[str] = field(default_factory=set)
    woken: list[str] = field(default_factory=list)
    taken: BackendMemory = TAKEN

    @property
    def backends(self) -> Mapping[str, BackendStatus]:
        return {name: self._status(name) for name in self.names}

    def _status(self, name: str) -> BackendStatus:
        if name in self.down:
            return BackendStatus(name, self.down_state, 1, None, f"the backend {name} has no model")
        both = (Voice("alba", "Alba", "en-US", "female", name), Voice("bert", "Bert", "de", "male", name))
        more = self.more_voices if name == self.names[-1] else ()
        voices = (*both, *(replace(voice, backend=name) for voice in more))
        ready = ReadyBackend(
            voices,
            SAMPLE_RATE_HZ,
            Capabilities(
                options=self.options,
                times="engine",
                mixes=self.mixes,
                streams=self.streams,
                normalizes=self.normalizes,
                left_out=self.left_out,
                inline_phonemes=self.inline_phonemes,
            ),
        )
        state = BackendState.UNLOADED if name in self.unloaded else BackendState.UP
        return BackendStatus(name, state, 1, ready)

    def voices(self) -> Sequence[Voice]:
        return [voice for status in self.backends.values() if status.ready for voice in status.ready.voices]

    async def render(self, segment: Segment) -> AsyncGenerator[Frame | WordMark | SpeechWarning, None]:
        self.rendered.append(segment)
        self.running[segment.backend] += 1
        self.most_running = max(self.most_running, self.running.total())
        try:
            if segment.text in self.notices:
                yield self.notices[segment.text]
            for mark in words_of(segment.text) if self.marks else ():
                yield mark
            if segment.text in self.refusing:
                raise RequestError(self.refusing[segment.text], code="bad_sample")
            pcm = pcm_of(segment.text)
            size = max(2, len(pcm) // self.frames // 2 * 2)
            for number, at in enumerate(range(0, len(pcm), size)):
                if segment.backend == self.failing_on and self.failing.get(segment.text) == number:
                    raise RenderError("the engine tripped")
                await asyncio.sleep(self.frame_s)
                yield Frame(pcm[at : at + size], SAMPLE_RATE_HZ)
        except (GeneratorExit, asyncio.CancelledError):
            self.stopped.append(segment.text)
            raise
        finally:
            self.running[segment.backend] -= 1

    def stats(self) -> Mapping[str, BackendStats]:
        return {name: BackendStats() for name in self.names}

    async def memory(self) -> Mapping[str, BackendMemory]:
        return dict.fromkeys(self.names, self.taken)

    def wake(self, backend: str) -> bool:
        self.woken.append(backend)
        return backend not in self.unloaded

    async def load(self, backend: str) -> None:
        if backend in self.down:
            raise BackendDown(f"backend {backend} is not running: it has no model")
        self.unloaded.discard(backend)

    async def unload(self, backend: str) -> None:
        if self.running[backend]:
            raise InUse(f"{backend} is speaking; it can be unloaded when it is silent")
        self.unloaded.add(backend)

    async def aclose(self) -> None:
        return None
