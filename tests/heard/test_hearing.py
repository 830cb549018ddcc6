"""The listener's own program: what it takes for the same, and what it counts."""

from __future__ import annotations

import asyncio
import json
import subprocess

import numpy as np
import pytest

from voice_server.commands.shared.listener import LISTENER, Sound, hear, listener_config
from voice_server.provisioning.environments import python_of

pytestmark = [pytest.mark.heard, pytest.mark.timeout(600), pytest.mark.blocks_loop]

ALIKE = [
    ("The meeting starts at 9:30 a.m.", "the meeting starts at 9.30am"),
    ("She paid $49.95.", "She paid 49 dollars and 95 cents"),
    ("He was born on July 4th, 1976.", "he was born on July fourth nineteen seventy six"),
    ("It was minus 5 degrees.", "it was -5 degrees"),
    ("The parcel weighs 7 kg.", "the parcel weighs seven kilograms"),
    ("The speed limit is 50 km/h.", "the speed limit is 50 kilometres per hour"),
    ("closed from Dec. 24 to Jan. 2", "closed from December 24th to January second"),
    ("Prof. Green has a Ph.D.", "Professor Green has a PhD"),
    ("I see, she said.", "I see. She said..."),
    ("apples, pears, etc.", "Apples, pears et cetera"),
]
DIFFERENT = [("one two three four", "one three four", 1), ("a b", "a b c", 1), ("a b", "", 2)]


def misheard(pairs: list[tuple[str, str]]) -> list[tuple[str, int, int]]:
    """What the listener's program counts for each pair of a reading and what was heard."""
    config = listener_config()
    script = (
        "import json, sys; from hear import misheard; "
        "print(json.dumps([misheard([one], other, 'en') for one, other in json.loads(sys.argv[1])]))"
    )
    command = [python_of(LISTENER, config.environment), "-c", script, json.dumps(pairs)]
    answer = subprocess.run(
        command, cwd=config.environment, stdout=subprocess.PIPE, check=True, text=True
    ).stdout
    return [(reading, words, errors) for reading, words, errors in json.loads(answer)]


def test_what_is_spoken_alike_is_no_error_and_what_is_not_is_counted() -> None:
    counted = misheard([*ALIKE, *((one, other) for one, other, _ in DIFFERENT)])
    assert [errors for _, _, errors in counted] == [0] * len(ALIKE) + [errors for *_, errors in DIFFERENT]


def test_silence_is_heard_as_nothing_and_has_no_loudness() -> None:
    (heard,) = asyncio.run(hear([Sound(bytes(48_000), 24_000, ["Hello there."])], "en"))
    assert heard.errors >= 2
    assert heard.loudness_lufs is None


def test_a_sine_has_the_loudness_of_the_recommendation() -> None:
    """ITU-R BS.1770-4: 0 dB full scale of 997 Hz in one channel is -3.01 LKFS."""
    sine = 32_767 * np.sin(2 * np.pi * 997 * np.arange(48_000) / 24_000)
    (heard,) = asyncio.run(hear([Sound(sine.astype("<i2").tobytes(), 24_000, ["Beep."])], "en"))
    assert heard.loudness_lufs == pytest.approx(-3.01, abs=0.1)
