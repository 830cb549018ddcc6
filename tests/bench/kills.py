"""Kills workers in mid-sentence, many times, and counts what a listener would have noticed.

    uv run python -m tests.bench.kills --kills 200

Streams one text again and again over a real server with the espeak backend, kills a random worker of it with
SIGKILL at random moments, and compares every stream's samples with an undisturbed one. Another stream, which
nobody aims at, runs beside it.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import signal
import time

import msgspec

from tests.e2e.test_faults import TEXT, Live, live, speak
from voice_server.config import load_config

_PAUSE_S = 0.7
"""Keeps each slot below seven restarts in ten seconds: beyond, the pool rightly calls the backend down."""


async def _killer(server: Live, kills: int, seed: int) -> list[float]:
    """Kill workers at random moments; after how many seconds each had a successor."""
    rng = random.Random(seed)
    whole = len(server.pool.pids("espeak"))
    mended: list[float] = []
    while len(mended) < kills:
        await asyncio.sleep(_PAUSE_S + rng.random() * 0.1)
        victim = rng.choice(server.pool.pids("espeak"))
        os.kill(victim, signal.SIGKILL)
        began = time.monotonic()
        while victim in (pids := server.pool.pids("espeak")) or len(pids) < whole:
            await asyncio.sleep(0.005)
        mended.append(time.monotonic() - began)
    return mended


async def _run(kills: int, seed: int) -> None:
    config = load_config(pool_size=2)
    config = msgspec.structs.replace(config, backends={"espeak": config.backends["espeak"]})
    async with live(config) as server:
        undisturbed = await speak(server, TEXT, voice="en-us")
        killing = asyncio.create_task(_killer(server, kills, seed))
        streams = wrong = retried = 0
        while not killing.done():
            for told in await asyncio.gather(*(speak(server, TEXT, voice="en-us") for _ in range(2))):
                streams += 1
                wrong += told.audio != undisturbed.audio
                retried += len([each for each in told.of("warning") if each["code"] == "sentence_retried"])
        mended = sorted(killing.result())
    print(
        f"{kills} kills, {streams} streams of 5 sentences: {wrong} differ from an undisturbed one, "
        f"{retried} sentences were retried; a successor started after {mended[len(mended) // 2]:.2f} s "
        f"(p95 {mended[int(len(mended) * 0.95)]:.2f} s); {os.cpu_count()} cores"
    )


def main() -> None:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    asyncio.run(_run(arguments.kills, arguments.seed))


if __name__ == "__main__":
    main()
