from __future__ import annotations

import asyncio

import pytest

from tests.e2e.live import config_with, live_server
from voice_server.client_events import Audio, Ready, Sentence, WarningEvent, Word, Words
from voice_server.commands.doctor.take import Take, record_take, take_of
from voice_server.errors import VoiceServerError

HZ = 1000  # a sample is a millisecond


def test_the_times_of_later_sentences_count_from_the_first_sample() -> None:
    take = take_of(
        "One. Two.",
        [
            Ready("s", "low", "tone", sample_rate=HZ),
            Sentence("t", 0, "One.", "One.", 0, 0),
            Words("t", 0, (Word("One", 10, 90, 0, 3),), "model"),
            Audio(bytes(200), "t", 0),
            WarningEvent("seam", "heard"),
            Words("t", 1, (Word("Two", 5, 60, 5, 8),), "model"),
            Audio(bytes(100), "t", 1),
            Audio(bytes(40), "t", 1),
        ],
    )
    assert [(word.start_ms, word.end_ms) for word in take.words] == [(10, 90), (105, 160)]
    assert take.sentence_starts_ms == (0, 100)
    assert (take.duration_ms, take.source, take.warnings) == (170, "model", ("seam",))


def test_a_take_of_nothing_is_empty() -> None:
    assert take_of("", []) == Take("", b"")


@pytest.mark.parametrize(
    ("before", "starts_ms"), [("One!", (0, 100)), ('"One?" ', (0, 100)), ("One,", (0,)), ("One", (0,))]
)
def test_a_sentence_that_is_cut_has_one_start(before: str, starts_ms: tuple[float, ...]) -> None:
    take = take_of(
        "",
        [
            Ready("s", "low", "tone", sample_rate=HZ),
            Sentence("t", 0, before, before, 0, 0),
            Audio(bytes(200), "t", 0),
            Sentence("t", 1, "Two.", "Two.", 0, 0),
            Audio(bytes(200), "t", 1),
        ],
    )
    assert take.sentence_starts_ms == starts_ms


@pytest.mark.blocks_loop
def test_a_server_is_recorded_with_its_words() -> None:
    with live_server(config_with("tone")) as url:
        take = asyncio.run(record_take(url, "One two. Three.", voice="low"))
    assert [word.word for word in take.words] == ["One", "two.", "Three."]
    assert len(take.sentence_starts_ms) == 2
    assert take.words[-1].end_ms <= take.duration_ms + 1


@pytest.mark.blocks_loop
def test_what_could_not_be_spoken_is_an_error() -> None:
    with live_server(config_with("tone")) as url, pytest.raises(VoiceServerError, match="fail"):
        asyncio.run(record_take(url, "One.", voice="low", opts={"fault": "fail"}))
