"""Over the embedded engines a listener hears the same samples, whatever happens to their workers."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from pathlib import Path
from typing import Any

import msgspec
import psutil
import pytest

from voice_server.config import load_config
from voice_server.core.types import Frame, OptionValue, Segment, SpeechWarning
from voice_server.pool.local_pool import LocalPool

TEXT = "The quick brown fox jumps over the lazy dog, and then it sleeps in the warm sun until dinner. " * 3


def pool_of(backend: str, **settings: Any) -> LocalPool:
    """One worker of an embedded backend."""
    config = load_config().backends[backend]
    return LocalPool({backend: msgspec.structs.replace(config, workers=1, settings=settings)})


async def heard(pool: LocalPool, segment: Segment, *, kill: bool = False) -> tuple[bytes, list[str]]:
    """The audio of a segment and the codes of its notices; with `kill` its worker dies at the first frame."""
    frames: list[bytes] = []
    notices: list[str] = []
    async with aclosing(pool.render(segment)) as items:
        async for item in items:
            if isinstance(item, SpeechWarning):
                notices.append(item.code)
            elif isinstance(item, Frame):
                frames.append(item.pcm)
                if kill and len(frames) == 1:
                    for worker in psutil.Process().children():
                        worker.kill()
    return b"".join(frames), notices


@pytest.mark.parametrize("voice", ["en-us", "en-us+whisper", "de+klatt4", "ru"])
def test_espeak_goes_on_with_the_same_samples_when_its_worker_is_killed(voice: str) -> None:
    async def main() -> None:
        async with pool_of("espeak") as pool:
            segment = Segment("espeak", TEXT, voice)
            undisturbed, _ = await heard(pool, segment)
            assert (await heard(pool, segment, kill=True))[0] == undisturbed

    asyncio.run(main())


@pytest.mark.parametrize("fault", ["crash", "raise", "fail_retryable", "exit", "print", "stall"])
def test_tone_goes_on_with_the_same_samples_after_a_fault(tmp_path: Path, fault: str) -> None:
    options: dict[str, OptionValue] = {"piece_ms": 100, "stall_ms": 10}

    async def main() -> None:
        async with pool_of("tone", fault_once=str(tmp_path / "once")) as pool:
            undisturbed, _ = await heard(pool, Segment("tone", TEXT, "low", options))
            faulty = {**options, "fault": fault, "fault_after_ms": 2000}
            pcm, notices = await heard(pool, Segment("tone", TEXT, "low", faulty))
            assert pcm == undisturbed
            assert notices == ([] if fault in {"print", "stall"} else ["sentence_retried"])

    asyncio.run(main())
