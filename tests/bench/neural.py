"""Kokoro through our worker beside its package called directly; what workers cost in memory and to replace.

    python -m tests.bench.neural [ROUNDS]

With the real weights where they are set up, else with random ones of the published size, whose durations are
those of speech, so that the work is the same. Both speak the same text in turn with the same number of
threads; with 0 rounds only memory and restarts are measured. Memory is the proportional set size of all
processes, the template's too, which counts shared pages once: after every worker has rendered the text, and
at rest two seconds later.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import statistics
import subprocess
import sys
import time
from pathlib import Path

import msgspec
import psutil

from tests.bench.full_kokoro import full_kokoro
from voice_server.config import BackendConfig
from voice_server.core.types import Frame, Segment
from voice_server.pool.local_pool import LocalPool

_TEXT = (
    "El veloz murciélago hindú comía feliz cardillo y kiwi, mientras la cigüeña tocaba el saxofón detrás del "
    "palenque de paja."
)


def _segment() -> Segment:
    return Segment("kokoro", _TEXT, "ef_dora", {}, 7)


async def _render(pool: LocalPool) -> tuple[float, float]:
    """Seconds of work and of audio."""
    began, n_bytes = time.perf_counter(), 0
    async for item in pool.render(_segment()):
        if isinstance(item, Frame):
            n_bytes += len(item.pcm)
    return time.perf_counter() - began, n_bytes / 48_000


def _ask(direct: subprocess.Popen[str]) -> tuple[float, float]:
    assert direct.stdin is not None
    assert direct.stdout is not None
    print(_TEXT, file=direct.stdin, flush=True)
    took_s, audio_s = json.loads(direct.stdout.readline())
    return took_s, audio_s


async def _speed(config: BackendConfig, python: str, checkpoint: Path, rounds: int) -> None:
    threads = config.env["OMP_NUM_THREADS"]
    command = [python, str(Path(__file__).with_name("neural_direct.py")), str(checkpoint)]
    environment = dict(os.environ) | {"OMP_NUM_THREADS": str(threads), "OMP_WAIT_POLICY": "PASSIVE"}
    ours, theirs = [], []
    with subprocess.Popen(  # noqa: ASYNC220 - it answers when it is asked
        command,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as direct:
        async with LocalPool({"kokoro": config}) as pool:
            await _render(pool)
            _ask(direct)
            for _ in range(rounds):
                theirs.append(_ask(direct))
                ours.append(await _render(pool))
        direct.terminate()
    rtf_ours, rtf_theirs = (
        statistics.median(work / audio for work, audio in each) for each in (ours, theirs)
    )
    print(
        f"{threads} threads, {rounds} rounds, {ours[0][1]:.1f} s of audio: RTF {rtf_ours:.3f} through "
        f"our worker, {rtf_theirs:.3f} directly, {rtf_ours / rtf_theirs:.2f} x"
    )


def _pss_mb(pool: LocalPool) -> float:
    pids = set(pool.pids("kokoro"))
    templates = {psutil.Process(pid).ppid() for pid in pids} - {os.getpid()}
    rollups = [Path(f"/proc/{pid}/smaps_rollup").read_text() for pid in pids | templates]
    return sum(int(rollup.partition("\nPss:")[2].split()[0]) / 1024 for rollup in rollups)


async def _whole(pool: LocalPool, workers: int) -> float:
    """Return the seconds until all workers are free."""
    began = time.perf_counter()
    while pool.backends["kokoro"].free < workers:
        await asyncio.sleep(0.02)
    return time.perf_counter() - began


async def _memory(config: BackendConfig, workers: int) -> tuple[float, float]:
    """Return the megabytes after a render and at rest."""
    async with LocalPool({"kokoro": msgspec.structs.replace(config, workers=workers)}) as pool:
        await _whole(pool, workers)
        async with asyncio.TaskGroup() as tasks:
            for _ in range(workers):
                tasks.create_task(_render(pool))
        rendered = _pss_mb(pool)
        await asyncio.sleep(2)
        resting = _pss_mb(pool)
        os.kill(pool.pids("kokoro")[0], signal.SIGKILL)
        while pool.backends["kokoro"].free == workers:
            await asyncio.sleep(0.001)
        replaced_s = await _whole(pool, workers)
    how = "forked" if config.forked else "started"
    print(
        f"{workers} workers {how}: {rendered:.0f} MB after a render, {resting:.0f} MB at rest; "
        f"a killed one replaced after {replaced_s:.2f} s",
        flush=True,
    )
    return rendered, resting


async def _memories(config: BackendConfig) -> None:
    for forked in (True, False):
        chosen = msgspec.structs.replace(config, forked=forked)
        alone = await _memory(chosen, 1)
        for workers in (2, 4):
            ratios = [total / one for total, one in zip(await _memory(chosen, workers), alone, strict=True)]
            print(f"  {ratios[0]:.2f} x one after a render, {ratios[1]:.2f} x one at rest", flush=True)


def main(rounds: int) -> None:
    """Measure and print."""
    with full_kokoro() as kokoro:
        for threads in (1, 2) if rounds else ():
            asyncio.run(_speed(kokoro.alone(threads), kokoro.python, kokoro.checkpoint, rounds))
        asyncio.run(_memories(kokoro.alone(1)))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 7)
