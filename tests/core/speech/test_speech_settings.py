"""A client's request and the resolved settings agree, and an utterance's limits leave room for both."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, fields
from typing import Any

import pytest

from voice_server.core.speech.speech_settings import (
    DEFAULT_AHEAD_S,
    SpeechRequest,
    SpeechSettings,
    UtteranceLimits,
    default_first_segment,
)
from voice_server.core.types import BYTES_PER_SAMPLE, SAMPLE_RATE_HZ, Capabilities

RESOLVED_FROM_NAMES = {"backend", "voice"}
AN_OPTION = {"speed"}
"""One of the options, where the backend has it."""
A_PAUSE = {"sentence_pause_ms"}
"""One of the pauses."""
OF_A_DICTIONARY = {"pronunciations"}
BY_THE_ENGINE = {"first_segment", "normalize"}
"""What suits the engine, where a client leaves it open."""
SHARED = sorted(
    {each.name for each in fields(SpeechRequest)}
    & {each.name for each in fields(SpeechSettings)} - RESOLVED_FROM_NAMES - BY_THE_ENGINE
)


@pytest.mark.parametrize("name", SHARED)
def test_what_a_client_leaves_open_is_what_an_utterance_does_by_itself(name: str) -> None:
    assert getattr(SpeechRequest(), name) == getattr(SpeechSettings("b", "v"), name)


def test_only_an_engine_that_does_not_stream_has_its_first_sentence_cut() -> None:
    assert default_first_segment(Capabilities(streams=True)) == "sentence"
    assert default_first_segment(Capabilities()) == "clause"


def test_all_that_a_client_may_ask_for_is_settled_before_it_is_spoken() -> None:
    asked = {each.name for each in fields(SpeechRequest)}
    assert asked == {*SHARED, *RESOLVED_FROM_NAMES, *AN_OPTION, *A_PAUSE, *OF_A_DICTIONARY, *BY_THE_ENGINE}


@pytest.mark.parametrize("shared", [SpeechRequest(), SpeechSettings("b", "v"), UtteranceLimits()])
def test_what_an_utterance_is_spoken_with_changes_for_no_one_behind_its_back(shared: Any) -> None:
    name = fields(shared)[0].name
    with pytest.raises(FrozenInstanceError):
        setattr(shared, name, getattr(shared, name))


def test_the_sound_that_a_listener_likes_to_have_in_store_may_wait_for_it() -> None:
    in_store_bytes = DEFAULT_AHEAD_S * SAMPLE_RATE_HZ * BYTES_PER_SAMPLE
    assert UtteranceLimits().unsent_bytes >= in_store_bytes


def test_a_segment_of_any_length_may_wait_to_be_rendered() -> None:
    settings = SpeechSettings("b", "v")
    assert settings.min_segment_chars < settings.max_segment_chars < UtteranceLimits().buffered_chars
