"""A long text waits in slices, and what was asked for behind it waits with it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.speech.rendering import SETTINGS, Bench
from voice_server.core.speech import utterance_inputs as inputs
from voice_server.core.speech.deferred_inputs import MAX_WAITING, SLICE_CHARS, DeferredInputs
from voice_server.core.speech.speech_settings import UtteranceLimits
from voice_server.core.speech.utterance import Utterance
from voice_server.core.speech.utterance_events import HeardText, SentenceDispatched, UtteranceFinished
from voice_server.errors import TooMuch

LONG = "It is a quiet day, e.g. in the park. " * 60


def undrained(limits: UtteranceLimits | None = None) -> Utterance:
    """An utterance of whose long text only the first slice has been split."""
    utterance = Utterance(SETTINGS, limits or UtteranceLimits(), 100.0)
    utterance.receive(inputs.PushText(LONG), 100.0)
    assert utterance.may_proceed
    return utterance


@given(st.lists(st.text(max_size=3 * SLICE_CHARS), max_size=4))
def test_what_is_taken_is_what_was_added(texts: list[str]) -> None:
    deferred = DeferredInputs()
    for text in texts:
        deferred.add(inputs.PushText(text))
    deferred.add(inputs.EndText())
    assert deferred.chars == len("".join(texts))
    taken = []
    while deferred:
        event = deferred.take()
        if isinstance(event, inputs.PushText):
            assert 1 <= len(event.text) <= SLICE_CHARS
            taken.append(event.text)
    assert isinstance(event, inputs.EndText)
    assert ("".join(taken), deferred.chars) == ("".join(texts), 0)


def test_what_is_cleared_is_returned_and_counts_no_more() -> None:
    deferred = DeferredInputs()
    for event in (inputs.PushText(LONG), inputs.FlushText(1), inputs.Configure(SETTINGS)):
        deferred.add(event)
    assert deferred.flushes == 1
    assert deferred.clear() == LONG
    assert (bool(deferred), deferred.chars, deferred.flushes) == (False, 0, 0)


def test_a_long_text_is_spoken_as_the_same_text_in_tokens() -> None:
    whole, tokens = Bench.open(), Bench.open()
    whole.speak(LONG)
    tokens.speak(*(LONG[at : at + 4] for at in range(0, len(LONG), 4)))
    for bench in (whole, tokens):
        bench.receive(inputs.EndText())
        bench.render_all()
        bench.take_all()
    assert whole.audio == tokens.audio


def test_only_a_slice_is_split_at_once_and_a_pause_between_slices_is_none() -> None:
    utterance = undrained()
    assert utterance.buffered_chars >= len(LONG) - SLICE_CHARS
    assert utterance.next_deadline() is None
    utterance.tick(200.0)
    assert utterance.may_proceed


def test_what_is_asked_for_behind_a_long_text_is_done_behind_it() -> None:
    bench = Bench.open()
    utterance = bench.utterance
    utterance.receive(inputs.PushText(LONG), bench.now)
    utterance.receive(inputs.Configure(replace(SETTINGS, voice="w")), bench.now)
    utterance.receive(inputs.PushText("And then"), bench.now)
    utterance.receive(inputs.FlushText("f"), bench.now)
    utterance.receive(inputs.EndText(), bench.now)
    utterance.receive(inputs.PushText("too late"), bench.now)
    bench.render_all()
    bench.take_all()
    sentences = [event for event in bench.events if isinstance(event, SentenceDispatched)]
    assert sentences[-1].text == "And then"
    assert isinstance(bench.events[-1], UtteranceFinished)
    assert bench.events[-1].characters == len(LONG) + len("And then")


def test_a_barge_in_does_not_wait_for_a_long_text_which_counts_as_not_heard() -> None:
    utterance = undrained()
    utterance.receive(inputs.CancelUtterance(), 101.0)
    assert not utterance.may_proceed
    heard, finished = utterance.take(101.0), utterance.take(101.0)
    assert isinstance(heard, HeardText)
    assert (heard.heard, heard.unheard) == ("", LONG)
    assert isinstance(finished, UtteranceFinished)
    assert finished.characters == len(LONG)


def test_text_and_flushes_that_wait_count_towards_their_limits() -> None:
    limits = UtteranceLimits(buffered_chars=len(LONG) + 10, waiting_flushes=1)
    utterance = undrained(limits)
    room = limits.buffered_chars - utterance.buffered_chars
    with pytest.raises(TooMuch):
        utterance.receive(inputs.PushText("x" * (room + 1)), 100.0)
    utterance.receive(inputs.PushText("x" * room), 100.0)
    utterance.receive(inputs.FlushText(1), 100.0)
    with pytest.raises(TooMuch):
        utterance.receive(inputs.FlushText(2), 100.0)
    while utterance.may_proceed:
        utterance.proceed(100.0)


def test_the_turn_behind_waits_while_text_of_the_one_before_is_to_be_split() -> None:
    before = undrained()
    while before.waiting_backend is not None:
        before.dispatch(100.0)
    assert before.has_waiting


def test_while_many_sentences_wait_no_more_is_split_and_all_is_spoken_in_the_end() -> None:
    bench, waiting = Bench.open(), Utterance(SETTINGS, UtteranceLimits(), 100.0)
    text = "It is so. " * 10 * MAX_WAITING
    for at in range(0, len(text), 3):
        waiting.receive(inputs.PushText(text[at : at + 3]), 100.0)
    assert not waiting.may_proceed
    n_waiting = 0
    while waiting.waiting_backend is not None:
        waiting.dispatch(100.0)
        n_waiting += 1
    assert n_waiting == MAX_WAITING
    assert waiting.may_proceed
    bench.speak(*(text[at : at + 3] for at in range(0, len(text), 3)))
    bench.receive(inputs.EndText())
    bench.render_all()
    bench.take_all()
    sentences = [event for event in bench.events if isinstance(event, SentenceDispatched)]
    assert len(sentences) == 10 * MAX_WAITING
