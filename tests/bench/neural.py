"""Kokoro through our worker beside its package called directly, and what more workers cost in memory.

    python tests/bench/neural.py [ROUNDS]

Makes a checkpoint of the published size with random weights, whose durations are those of speech, so that the
work is that of the real one. Both speak the same text in turn with the same number of threads; a worker's
memory is its proportional set size, which counts shared pages once.
"""

from __future__ import annotations

import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

import msgspec

from voice_server.config import BackendConfig, load_config
from voice_server.core.types import Frame, Segment
from voice_server.pool.local import LocalPool
from voice_server.pool.venvs import python_of

_ROOT = Path(__file__).resolve().parents[2]
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


def _pss_mb(pid: int) -> Mapping[str, float]:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
    return {line.split(":")[0]: int(line.split()[1]) / 1024 for line in lines}


async def _memory(config: BackendConfig) -> None:
    alone = 0.0
    for workers in (1, 2, 4):
        several = msgspec.structs.replace(config, workers=workers)
        async with LocalPool({"kokoro": several}) as pool:
            while pool.backends["kokoro"].free < workers:
                await asyncio.sleep(0.2)
            async with asyncio.TaskGroup() as tasks:
                for _ in range(workers):
                    tasks.create_task(_render(pool))
            each = [_pss_mb(pid) for pid in pool.pids("kokoro")]
        total = sum(one["Pss"] for one in each)
        alone = alone or total
        files = sum(one["Pss_File"] for one in each)
        print(
            f"{workers} workers: {total:.0f} MB, {files:.0f} of them files mapped; {total / alone:.2f} x one"
        )


def main(rounds: int) -> None:
    """Measure and print."""
    config = load_config(_ROOT / "backends.yaml").backends["kokoro"]
    python = python_of("kokoro", config.environment)
    with tempfile.TemporaryDirectory() as folder:
        checkpoint = Path(folder) / "checkpoint"
        maker = _ROOT / "tests" / "backends" / "kokoro" / "checkpoint.py"
        subprocess.run([python, str(maker), str(checkpoint), "--full"], check=True, capture_output=True)
        settings = {"model": str(checkpoint), "device": "cpu"}
        for threads in ("1", "2"):
            environment = {"XDG_CACHE_HOME": folder, "OMP_NUM_THREADS": threads}
            changed = msgspec.structs.replace(config, settings=settings, env=environment)
            asyncio.run(_speed(changed, python, checkpoint, rounds))
        asyncio.run(_memory(msgspec.structs.replace(changed, env=environment | {"OMP_NUM_THREADS": "1"})))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 7)
