"""A backend of tones speaks through a server, and the recogniser's answer is given."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest

from voice_server.commands.doctor import listening_checks
from voice_server.commands.doctor.listening_checks import listening_checks as checks_of
from voice_server.commands.shared.listener import Heard, Sound
from voice_server.config import BackendConfig
from voice_server.errors import NotSetUp
from voice_server.pool.conformance import ConformanceCheck
from voice_server.pool.local_pool import LocalPool

TONE = BackendConfig(adapter=Path(__file__).parents[3] / "tts_backends" / "tone" / "backend.py")
WORDS = "a recogniser hears the words"


def found(
    monkeypatch: pytest.MonkeyPatch, *, errors: int = 0, loudness_lufs: float | None = -23.0
) -> dict[str, ConformanceCheck]:
    """The checks of the tones with so many of ten words of each take misheard."""

    async def answer(sounds: Sequence[Sound], language: str) -> list[Heard]:
        assert language == "en"
        return [Heard("beep", sound.readings[0], 10, errors, loudness_lufs) for sound in sounds]

    monkeypatch.setattr(listening_checks, "hear", answer)
    return {check.name: check for check in asyncio.run(all_checks())}


async def all_checks() -> list[ConformanceCheck]:
    async with LocalPool({"tone": TONE}) as pool:
        ready = pool.backends["tone"].ready
        assert ready is not None
        return [check async for check in checks_of(pool, "tone", TONE, ready)]


@pytest.mark.parametrize(
    ("errors", "passed", "verdict"),
    [
        (0, True, "0.0% of 50 words were misheard: as clear as people"),
        (1, True, '10.0% of 50 words were misheard: well understood; "'),
        (3, True, "words get lost on a listener"),
        (5, False, "hardly understood"),
    ],
)
def test_the_error_rate_is_told_with_what_it_means_and_an_example(
    monkeypatch: pytest.MonkeyPatch, errors: int, passed: bool, verdict: str
) -> None:
    check = found(monkeypatch, errors=errors)[WORDS]
    assert check.passed is passed
    assert verdict in check.detail
    assert ('was heard as "beep"' in check.detail) is bool(errors)


@pytest.mark.parametrize(("loudness_lufs", "passed"), [(-23.0, True), (-29.9, False), (None, False)])
def test_a_voice_that_is_far_from_the_others_level_fails(
    monkeypatch: pytest.MonkeyPatch, loudness_lufs: float | None, passed: bool
) -> None:
    check = found(monkeypatch, loudness_lufs=loudness_lufs)["is as loud as other voices"]
    assert check.passed is passed


def test_tones_are_heard_at_once_and_their_words_at_their_times(monkeypatch: pytest.MonkeyPatch) -> None:
    checks = found(monkeypatch)
    assert checks["speaks without silence before the first sound"].passed
    assert checks["word times fit the sound"].passed
    assert " ms off (at most 25)" in checks["word times fit the sound"].detail


def test_without_a_recogniser_the_one_finding_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    async def refuse(*_: object) -> list[Heard]:
        raise NotSetUp("listener is not set up; run: voice-server setup listener")

    monkeypatch.setattr(listening_checks, "hear", refuse)
    (check,) = asyncio.run(all_checks())
    assert (check.name, check.passed) == (WORDS, False)
    assert check.detail == "listener is not set up; run: voice-server setup listener"
