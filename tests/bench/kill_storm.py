"""Kills real workers in mid-sentence, hundreds of times, and compares every sample with an undisturbed run.

    python tests/bench/kill_storm.py --kills 200 --seed 1

Exits with 1 if a single sample was lost, repeated or changed, or a render failed.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import random
import signal
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field, replace

import uvloop

from voice_server.config import BackendConfig, load_config
from voice_server.core.supervision import SupervisionPolicy
from voice_server.core.types import Frame, Segment, SpeechWarning, WordMark
from voice_server.pool.local_pool import LocalPool

SIGNALS = [signal.SIGKILL, signal.SIGSEGV, signal.SIGABRT, signal.SIGTERM, signal.SIGHUP, signal.SIGBUS]
SENTENCES = [
    f"Sentence number {index} says a little more than it has to, so that it takes a while to render, and "
    "then it goes on for even longer than that, with words that nobody asked for."
    for index in range(20)
]
AT_ONCE = 3


@dataclass
class Take:
    pcm: bytes = b""
    words: list[WordMark] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)


@dataclass
class Score:
    renders: int = 0
    retried: int = 0
    seams: int = 0
    wrong: int = 0


async def render(pool: LocalPool, text: str) -> Take:
    take = Take()
    async for piece in pool.render(Segment("espeak", text, "en-us", seed=1)):
        if isinstance(piece, Frame):
            take.pcm += piece.pcm
        elif isinstance(piece, WordMark):
            take.words.append(piece)
        elif isinstance(piece, SpeechWarning):
            take.notices.append(piece.code)
    return take


async def storm(backend: BackendConfig, kills: int, draw: random.Random) -> Score:
    score = Score()
    # The restart limit is for workers that fail by themselves; it would only slow this down.
    async with LocalPool(
        {"espeak": backend}, policy=replace(SupervisionPolicy(), max_restarts=10**6)
    ) as pool:
        undisturbed = [await render(pool, sentence) for sentence in SENTENCES]
        while kills > 0:
            chosen = draw.sample(range(len(SENTENCES)), AT_ONCE)
            tasks = [asyncio.create_task(render(pool, SENTENCES[index])) for index in chosen]
            await asyncio.sleep(draw.uniform(0.0005, 0.012))
            for pid in draw.sample(pids := pool.pids("espeak"), min(1, len(pids))):
                with suppress(ProcessLookupError):
                    os.kill(pid, draw.choice(SIGNALS))
                    kills -= 1
            takes = await asyncio.gather(*tasks, return_exceptions=True)
            for index, take in zip(chosen, takes, strict=True):
                count(score, take, undisturbed[index])
    return score


def count(score: Score, take: Take | BaseException, undisturbed: Take) -> None:
    score.renders += 1
    if isinstance(take, BaseException):
        score.wrong += 1
        print("failed:", take)
        return
    score.retried += take.notices.count("sentence_retried")
    score.seams += take.notices.count("seam")
    score.wrong += (take.pcm, take.words) != (undisturbed.pcm, undisturbed.words)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    logging.getLogger("voice_server").setLevel(logging.ERROR)
    backend = load_config(pool_size=2).backends["espeak"]
    began = time.perf_counter()
    score = uvloop.run(storm(backend, chosen.kills, random.Random(chosen.seed)))
    print(
        f"{chosen.kills} kills (seed {chosen.seed}), {score.renders} renders, {score.retried} retried, "
        f"{score.seams} seams, {score.wrong} wrong, {time.perf_counter() - began:.1f} s"
    )
    return 1 if score.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
