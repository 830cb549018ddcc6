"""A hundred sentences with money, units, dates, times and codes: their numbers are heard."""

from __future__ import annotations

import asyncio
import json
import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.heard.engines import ENGINES, Listening
from voice_server.commands.doctor.take import Take, record_take
from voice_server.commands.shared.listener import LISTENER, Heard, Sound, hear, listener_config
from voice_server.provisioning.environments import python_of

pytestmark = [pytest.mark.heard, pytest.mark.timeout(600), pytest.mark.blocks_loop]

ROWS = [line.split("\t") for line in Path(__file__).with_name("numbers.tsv").read_text("utf-8").splitlines()]
"""A text and its numbers; behind those, other ways to write them."""
MOST_MISHEARD = 0.05
EVERY = int(os.environ.get("HEARD_EVERY", "2"))
"""Every how manieth sentence is spoken: all of them take 150 s of CPU time."""


async def _spoken(url: str, rows: list[list[str]]) -> list[Take]:
    kokoro = ENGINES["kokoro"]
    return [await record_take(url, text, voice=kokoro.voice, backend="kokoro") for text, *_ in rows]


def _canonical(texts: list[str]) -> list[str]:
    """The texts as the listener's program compares them: numbers in digits."""
    config = listener_config()
    script = (
        "import json, sys; from hear import canonical; "
        "print(json.dumps([canonical(text, 'en') for text in json.loads(sys.stdin.read())]))"
    )
    command = [python_of(LISTENER, config.environment), "-c", script]
    ran = subprocess.run(
        command,
        cwd=config.environment,
        input=json.dumps(texts),
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    )
    canonical: list[str] = json.loads(ran.stdout)
    return canonical


def _numbers(canonical: str) -> str:
    """The digits of a text, joined: "14:30" may be heard as 1430; the normalizer leaves "one"."""
    found = re.findall(r"(?<!\S)-?\d+|\d+|(?<!\S)(?:one|million|billion)(?!\S)", canonical)
    return "".join(found).replace("one", "1")


def _misheard(rows: list[list[str]], heard: list[Heard]) -> list[str]:
    """What was heard in place of sentences of which a number is missing, added or another."""
    wrong = []
    for (text, *ways), each, found in zip(
        rows, heard, _canonical([each.text for each in heard]), strict=True
    ):
        if _numbers(found) not in map(_numbers, ways):
            wrong.append(f"{text!r} was heard as {each.text!r}, whose numbers are {_numbers(found)!r}")
    return wrong


def test_numbers_are_heard_in_95_of_100_sentences(listening: Listening) -> None:
    rows = ROWS[::EVERY]
    takes = asyncio.run(_spoken(listening.server.url, rows))
    heard = asyncio.run(hear([Sound(take.pcm, take.rate_hz, [take.text]) for take in takes], "en"))
    misheard = _misheard(rows, heard)
    assert len(ROWS) == 100
    assert len(misheard) <= len(rows) * MOST_MISHEARD, "\n".join(misheard)
