"""Kokoro's workers as copies of one process, and in the company of a library without manners."""

from __future__ import annotations

import asyncio
import os
import signal
from dataclasses import replace
from pathlib import Path

import msgspec
import psutil
import pytest

from tests.backends.conftest import Engine, MakeEngine, take

SENTENCE = "The quick brown fox jumps over the lazy dog."
NOISY = Path(__file__).with_name("noisy_backend.py")


@pytest.fixture(scope="module")
def kokoro(make_engine: MakeEngine) -> Engine:
    return make_engine("kokoro")


def changed(engine: Engine, **changes: object) -> Engine:
    return replace(engine, config=msgspec.structs.replace(engine.config, **changes))


async def spoken(engine: Engine) -> bytes:
    async with engine.pool() as pool:
        return (await take(pool, engine.segment(SENTENCE, "af_heart"))).pcm


async def family(engine: Engine) -> tuple[set[int], bytes, bytes]:
    """The parents of two workers, and what is spoken before and after both were killed."""
    async with engine.pool() as pool:
        while pool.backends["kokoro"].free < 2:
            await asyncio.sleep(0.01)
        pids = pool.pids("kokoro")
        parents = {psutil.Process(pid).ppid() for pid in pids}
        before = (await take(pool, engine.segment(SENTENCE, "af_heart"))).pcm
        for pid in pids:
            os.kill(pid, signal.SIGKILL)
        after = (await take(pool, engine.segment(SENTENCE, "af_heart"))).pcm
        assert {psutil.Process(pid).ppid() for pid in pool.pids("kokoro")} == parents
        return parents, before, after


def test_workers_on_a_cpu_are_forked_and_speak_as_one_that_was_started(kokoro: Engine) -> None:
    threads = {**kokoro.config.env, "OMP_NUM_THREADS": "2"}
    started = asyncio.run(spoken(changed(kokoro, forked=False, env=threads)))
    parents, before, after = asyncio.run(family(changed(kokoro, workers=2, env=threads)))
    assert len(parents) == 1
    assert os.getpid() not in parents
    assert before == after == started


@pytest.fixture(scope="module")
def undisturbed(kokoro: Engine) -> bytes:
    return asyncio.run(spoken(kokoro))


@pytest.mark.parametrize("forked", [True, False])
def test_a_library_that_prints_to_stdout_forks_and_takes_signals_does_no_harm(
    kokoro: Engine, undisturbed: bytes, forked: bool
) -> None:
    assert asyncio.run(spoken(changed(kokoro, adapter=NOISY, forked=forked))) == undisturbed
    strays = [each for each in psutil.process_iter() if str(NOISY) in _command(each)]
    assert psutil.wait_procs(strays, timeout=5)[1] == []


def _command(process: psutil.Process) -> list[str]:
    try:
        return list(process.cmdline())
    except psutil.Error:
        return []


def test_graphs_that_are_not_whole_are_made_anew(kokoro: Engine, undisturbed: bytes, tmp_path: Path) -> None:
    engine = changed(kokoro, env={**kokoro.config.env, "XDG_CACHE_HOME": str(tmp_path)})
    assert asyncio.run(spoken(engine)) == undisturbed
    (folder,) = (tmp_path / "voice-server" / "kokoro").iterdir()
    zeros = bytes((folder / "prosody.bin").stat().st_size)
    for name, content in (("prosody.bin", b"cut"), ("prosody.bin", zeros), ("description.json", b"[1]")):
        (folder / name).write_bytes(content)
        assert asyncio.run(spoken(engine)) == undisturbed, name
