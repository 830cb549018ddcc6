"""What the way through a worker costs beside the engine alone: CPU of both sides, and the first delay.

    python tests/bench/pool_overhead.py --jobs 300 --rounds 5

The same sentence is rendered by the embedded espeak adapter in this process, and through a pool of one
worker. CPU times are medians over the rounds.
"""

from __future__ import annotations

import argparse
import time
from itertools import pairwise
from statistics import median

import psutil
import uvloop

from voice_server.config import BackendConfig, load_config
from voice_server.core.audio.pcm import duration_ms, to_pcm
from voice_server.core.options import complete_options
from voice_server.core.types import Frame, Segment, WordMark
from voice_server.pool.local_pool import LocalPool
from voice_server.worker.adapter import load_backend, options_of

SENTENCE = "Hello world, this is a sentence of some length, for measuring purposes."
VOICE = "en-us"


def alone(config: BackendConfig, jobs: int, rounds: int) -> tuple[float, float]:
    """Return the engine's CPU seconds for a job, and the seconds of audio in one."""
    backend = load_backend(config.adapter, {})
    options = complete_options(options_of(backend), {"seed": 1})

    def render() -> int:
        pieces = backend.synthesize(SENTENCE, VOICE, options)
        return sum(len(to_pcm(piece)) for piece in pieces if not isinstance(piece, WordMark))

    audio_s = duration_ms(render(), backend.sample_rate) / 1000
    marks = [time.process_time()]
    for _ in range(rounds):
        for _ in range(jobs):
            render()
        marks.append(time.process_time())
    return median(later - earlier for earlier, later in pairwise(marks)) / jobs, audio_s


async def pooled(config: BackendConfig, jobs: int, rounds: int) -> tuple[float, float, list[float]]:
    """Return the CPU seconds for a job of this process and of the worker, and all delays to a first frame."""
    delays: list[float] = []
    async with LocalPool({"espeak": config}) as pool:
        worker = psutil.Process(pool.pids("espeak")[0])

        async def render() -> None:
            began, first = time.perf_counter(), True
            async for piece in pool.render(Segment("espeak", SENTENCE, VOICE, seed=1)):
                if first and isinstance(piece, Frame):
                    delays.append(time.perf_counter() - began)
                    first = False

        ours, theirs = [time.process_time()], [sum(worker.cpu_times()[:2])]
        for _ in range(rounds):
            for _ in range(jobs):
                await render()
            ours.append(time.process_time())
            theirs.append(sum(worker.cpu_times()[:2]))
    parent = median(later - earlier for earlier, later in pairwise(ours)) / jobs
    child = median(later - earlier for earlier, later in pairwise(theirs)) / jobs
    return parent, child, sorted(delays)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=5)
    chosen = parser.parse_args()
    config = load_config(pool_size=1).backends["espeak"]
    engine, audio_s = alone(config, chosen.jobs, chosen.rounds)
    parent, worker, delays = uvloop.run(pooled(config, chosen.jobs, chosen.rounds))
    print(f"a job is {audio_s:.2f} s of audio; medians of {chosen.rounds} rounds of {chosen.jobs} jobs")
    print(f"engine alone      {engine * 1e6:7.0f} us CPU a job")
    print(f"worker process    {worker * 1e6:7.0f} us CPU a job, {worker / engine:.2f} x the engine")
    print(f"server's side     {parent * 1e6:7.0f} us CPU a job, {parent / engine:.2f} x the engine")
    typical, late = delays[len(delays) // 2], delays[len(delays) * 95 // 100]
    print(f"first frame after {typical * 1e3:7.2f} ms, p95 {late * 1e3:.2f} ms")


if __name__ == "__main__":
    main()
