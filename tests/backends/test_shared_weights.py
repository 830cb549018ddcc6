"""Workers of an engine share the pages of its files of weights, forked from one process or not."""

from __future__ import annotations

import os
import re
import sys
from collections import Counter, defaultdict
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import psutil
import pytest

from tests.backends.bare_worker import BareWorker
from tests.backends.conftest import MakeEngine, Stage

ENGINES: dict[str, tuple[str, dict[str, Any]]] = {
    "chatterbox, turbo": ("chatterbox", {"part": "turbo"}),
    "chatterbox, multilingual": ("chatterbox", {"part": "multilingual", "kind": "multilingual"}),
    "vibevoice": ("vibevoice", {}),
}
SENTENCE = "The quick brown fox jumps over the lazy dog."
_RANGE = re.compile(r"[0-9a-f]+-[0-9a-f]+ ")


def mapped_kb(pid: int) -> dict[str, Counter[str]]:
    """What /proc says of each mapped file of a process: kB by its words (Rss, Private_Dirty …)."""
    files: dict[str, Counter[str]] = defaultdict(Counter)
    file = ""
    for line in Path(f"/proc/{pid}/smaps").read_text().splitlines():
        if _RANGE.match(line):
            file = line.split(maxsplit=5)[5] if line.count(" ") > 4 and "/" in line else ""
        else:
            name, _, amount = line.partition(":")
            if amount.endswith("kB"):
                files[file][name] += int(amount.split()[0])
    return files


@pytest.mark.timeout(600)
@pytest.mark.skipif(sys.platform != "linux", reason="reads Linux's /proc")
@pytest.mark.parametrize("engine", ENGINES)
def test_the_weights_of_two_workers_are_in_memory_once(make_engine: MakeEngine, engine: str) -> None:
    name, settings = ENGINES[engine]
    made = make_engine(name, **settings)
    with BareWorker(made) as one, BareWorker(made) as other:
        for worker in (one, other):
            weights = {
                file: kb
                for file, kb in mapped_kb(worker.pid).items()
                if file.startswith(made.config.settings["model"]) and kb["Size"] > 1000
            }
            assert weights
            for file, kb in weights.items():
                # Pages that are not on the disk yet count as dirty.
                assert kb["Shared_Clean"] + kb["Shared_Dirty"] > 0.9 * kb["Rss"] > 0, file


@pytest.mark.timeout(600)
@pytest.mark.skipif(sys.platform != "linux", reason="reads Linux's /proc")
@pytest.mark.parametrize("engine", ENGINES)
def test_forked_workers_speak_as_the_others_do(make_engine: MakeEngine, engine: str) -> None:
    name, settings = ENGINES[engine]
    made = make_engine(name, **settings)
    stage = Stage(replace(made, config=msgspec.structs.replace(made.config, workers=2, forked=True)))
    try:
        voice = stage.pool.voices()[0].id
        parents = {psutil.Process(pid).ppid() for pid in stage.pool.pids(name)}
        assert len(parents) == 1
        assert parents != {os.getpid()}
        forked = stage.speak(SENTENCE, voice).pcm
    finally:
        stage.close()
    with BareWorker(made) as worker:
        assert worker.render(1, SENTENCE, voice) == forked
