"""What a listener is told: every kind of event, in the order that doors rely on."""

from __future__ import annotations

import json
from dataclasses import FrozenInstanceError, fields, is_dataclass
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.speech.rendering import Bench
from voice_server.core.speech import utterance_events
from voice_server.core.speech.utterance_events import (
    FinishReason,
    SentenceAudio,
    SentenceDispatched,
    SentenceEnded,
    SentenceStarted,
    UtteranceEvent,
    UtteranceFinished,
)
from voice_server.core.speech.utterance_inputs import EndText

EVENTS = get_args(UtteranceEvent)
TEXT = "One is here. Two is here, too. Is three here? No, it is not. "


def spoken(text: str, cut: int = 7) -> Bench:
    """A whole utterance, taken to its end."""
    bench = Bench.open()
    bench.speak(*[text[at : at + cut] for at in range(0, len(text), cut)])
    bench.receive(EndText())
    bench.render_all()
    bench.take_all()
    return bench


def test_every_event_of_the_file_is_one_that_a_door_must_translate() -> None:
    defined = [each for each in vars(utterance_events).values() if is_dataclass(each)]
    assert {kind for kind in defined if kind.__module__ == utterance_events.__name__} == set(EVENTS)


@pytest.mark.parametrize("kind", EVENTS, ids=lambda kind: kind.__name__)
def test_an_event_is_not_changed_on_its_way_to_the_listener(kind: Any) -> None:
    with pytest.raises(FrozenInstanceError):
        setattr(object.__new__(kind), fields(kind)[0].name, "other")


@pytest.mark.parametrize("reason", FinishReason)
def test_a_reason_reads_the_same_in_json_and_in_a_sentence(reason: FinishReason) -> None:
    assert json.loads(json.dumps(reason)) == f"{reason}" == reason.name.lower()


@given(st.integers(1, 30))
def test_each_sentence_is_dispatched_started_sounded_and_ended_in_this_order(cut: int) -> None:
    events = spoken(TEXT, cut).events
    for index in range(4):
        kinds = [type(event) for event in events if getattr(event, "index", None) == index]
        assert list(dict.fromkeys(kinds)) == [
            SentenceDispatched, SentenceStarted, SentenceAudio, SentenceEnded
        ]  # fmt: skip
        assert [kinds.count(kind) for kind in (SentenceDispatched, SentenceStarted, SentenceEnded)] == [
            1,
            1,
            1,
        ]


@given(st.integers(1, 30))
def test_sentences_count_from_0_and_their_offsets_are_into_the_text_as_typed(cut: int) -> None:
    started = [event for event in spoken(TEXT, cut).events if isinstance(event, SentenceStarted)]
    assert [event.index for event in started] == [0, 1, 2, 3]
    assert [TEXT[slice(*event.chars)] for event in started] == [event.text for event in started]


@given(st.integers(0, 3))
def test_the_end_says_how_much_was_spoken(sentences: int) -> None:
    text = "One is here. " * sentences
    bench = spoken(text)
    *_, finished = bench.events
    assert finished == UtteranceFinished(
        FinishReason.COMPLETE,
        audio_ms=sum(event.audio_ms for event in bench.events if isinstance(event, SentenceEnded)),
        characters=len(text),
        sentences=sentences,
    )
