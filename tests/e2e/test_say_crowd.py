"""Ten programs that speak at the same instant, each to interrupt, recorded behind a real sound server."""

from __future__ import annotations

import json
from array import array
from collections.abc import Iterator, Sequence
from itertools import takewhile

import pytest

from tests.e2e.listening import NEEDS_A_SOUND_SERVER, Listener, listening
from tests.e2e.saying import Home
from tests.playback.sound_server import RATE_HZ, matched
from voice_server.core.audio.mixer import FADE_MS

pytestmark = [
    pytest.mark.realtime,
    pytest.mark.timeout(60),
    NEEDS_A_SOUND_SERVER,
]

WORDS = ("One.", "Two.", "Three.", "Four.", "Five.", "Six.", "Seven.", "Eight.", "Nine.", "Ten.")
LONG_WORDS = [f"{word[:-1]}, and this goes on for longer than it takes to start a program." for word in WORDS]
VOICES = ("en-us", "en-gb", "de", "fr-fr", "es", "it", "nl", "pt", "sv", "pl")
FADE = FADE_MS * RATE_HZ // 1000
CLEAR = 24
"""Samples in a row that are no coincidence: a millisecond."""


@pytest.fixture(scope="module")
def listener(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Listener]:
    with listening(tmp_path_factory.mktemp("crowd")) as found:
        yield found


def all_at_once(user: Home, texts: Sequence[str], voices: Sequence[str]) -> list[int]:
    """Have as many programs speak; all must be accepted. Which of the texts came first, second …"""
    programs = [
        user.start("--json", "--voice", voice, text) for text, voice in zip(texts, voices, strict=True)
    ]
    answers = [program.communicate(timeout=30) for program in programs]
    assert [program.returncode for program in programs] == [0] * len(texts), [said for _, said in answers]
    ids = [json.loads(out)["id"] for out, _ in answers]
    return sorted(range(len(texts)), key=ids.__getitem__)


def test_ten_voices_that_interrupt_are_all_heard_whole_and_one_after_the_other(
    listener: Listener,
) -> None:
    user = listener.user
    whole = [listener.rendered(text, "--voice", voice) for text, voice in zip(WORDS, VOICES, strict=True)]
    with listener.recording() as heard:
        order = all_at_once(user, WORDS, VOICES)
        user.wait_until_idle()
        heard.wait_for_silence()
    sounds = heard.sounds()
    expected = [sample for number in order for sample in whole[number]]
    assert matched(sounds, expected) == (len(expected), len(sounds))  # nothing lost, and nothing beside it


def test_ten_texts_of_one_voice_cut_each_other_and_only_the_last_is_whole(
    listener: Listener,
) -> None:
    user = listener.user
    whole = [listener.rendered(text, "--voice", "en-us") for text in LONG_WORDS]
    with listener.recording() as heard:
        order = all_at_once(user, LONG_WORDS, ["en-us"] * len(LONG_WORDS))
        user.wait_until_idle()
        heard.wait_for_silence()
    # Without their zeros: a busy machine may be silent between any two samples.
    left, texts = sounding(heard.samples), [sounding(whole[number]) for number in order]
    while texts:
        n_faded, place, begin, n_heard = next_beginning(left, texts)
        assert n_heard > 0, f"{len(left)} samples are heard that no text begins with"
        is_last = place == len(texts) - 1
        assert (begin + n_heard == len(texts[place])) is is_last
        left, texts = left[n_faded + n_heard :], texts[place + 1 :]
    assert len(left) == 0


def sounding(samples: Sequence[int]) -> array[int]:
    return array("h", filter(None, samples))


def next_beginning(sounds: array[int], texts: Sequence[array[int]]) -> tuple[int, int, int, int]:
    """Where the next text is heard: samples before it, its place, its first sample, how many are heard.

    Before it is the fade of the last text, and it may begin under that.
    """
    for n_faded in range(2 * FADE):
        window = sounds[n_faded : n_faded + CLEAR]
        found = [
            (common(sounds[n_faded:], text[begin:]), -place, begin)
            for place, text in enumerate(texts)
            for begin in range(FADE + 1)
            if text[begin : begin + CLEAR] == window
        ]
        if found:
            n_heard, place, begin = max(found)
            return n_faded, -place, begin, n_heard
    return 0, 0, 0, 0


def common(one: Sequence[int], other: Sequence[int]) -> int:
    """How many samples are the same from the beginning on."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))
