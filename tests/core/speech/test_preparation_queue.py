"""Sentences that are prepared elsewhere keep their order, and nothing of them is lost or said twice."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.speech.rendering import SETTINGS, Bench, pcm_of
from tests.core.speech.test_utterance import DIALOGUE, TAGGED, TEXT, sentences_of, spoken_whole
from voice_server.core.speech import utterance_events as events
from voice_server.core.speech import utterance_inputs as inputs
from voice_server.core.speech.deferred_inputs import MAX_WAITING, SLICE_CHARS
from voice_server.core.speech.preparation_queue import PreparationQueue
from voice_server.core.speech.speech_settings import SpeechSettings, UtteranceLimits
from voice_server.core.speech.text_stages import TEXT_STAGES, Preparation, staged, unchanged_part
from voice_server.core.speech.utterance import Utterance
from voice_server.core.text.splitting.splitter import Piece
from voice_server.core.types import SpeechWarning
from voice_server.errors import TooMuch

WARNING = SpeechWarning("plugin_failed", "the plugin odd raised ValueError")


def open_bench(limits: UtteranceLimits | None = None, how: SpeechSettings = SETTINGS) -> Bench:
    return Bench(Utterance(how, limits or UtteranceLimits(), 100.0, stages=None))


def prepared(preparation: Preparation, *warnings: SpeechWarning) -> inputs.TextPrepared:
    part = unchanged_part(preparation.piece, preparation.settings)
    return inputs.TextPrepared(preparation, staged(part, TEXT_STAGES), warnings)


def prepare(bench: Bench, *warnings: SpeechWarning) -> bool:
    """Prepare the next sentence; whether there was one."""
    preparation = bench.utterance.begin_preparation()
    if preparation is not None:
        bench.receive(prepared(preparation, *warnings))
    return preparation is not None


def prepare_all(bench: Bench) -> None:
    while prepare(bench):
        pass


def finish(bench: Bench) -> None:
    """Prepare and render all that is left."""
    is_left = True
    while is_left:
        is_left = prepare(bench)
        bench.render_all()
        bench.take_all()


def preparation(text: str = "One.") -> Preparation:
    return Preparation(Piece(text, 0, len(text), "", "en"), SETTINGS)


def test_one_sentence_is_prepared_at_a_time() -> None:
    queue = PreparationQueue()
    assert queue.begin() is None
    first, second = preparation("One."), preparation("Two three.")
    queue.add(first)
    queue.add(second)
    assert (len(queue), queue.chars) == (2, 14)
    assert queue.begin() is first
    assert queue.begin() is None
    assert queue.end(second) is None
    assert queue.end(first) == []
    assert (len(queue), queue.chars) == (1, 10)
    assert queue.begin() is second


def test_the_flushes_behind_a_sentence_come_out_with_it() -> None:
    queue = PreparationQueue()
    first, second = preparation(), preparation()
    flushes = [inputs.FlushText(number) for number in range(3)]
    queue.add(first)
    queue.add_behind(flushes[0])
    queue.add_behind(flushes[1])
    queue.add(second)
    queue.add_behind(flushes[2])
    assert (len(queue), queue.flushes) == (2, 3)
    queue.begin()
    assert queue.end(first) == flushes[:2]
    queue.begin()
    assert queue.end(second) == flushes[2:]
    assert (len(queue), queue.flushes, queue.chars) == (0, 0, 0)


def test_what_was_forgotten_is_not_waited_for() -> None:
    queue = PreparationQueue()
    queue.add(first := preparation())
    queue.add_behind(inputs.FlushText())
    queue.begin()
    queue.clear()
    assert (len(queue), queue.flushes, queue.chars) == (0, 0, 0)
    assert queue.end(first) is None
    assert queue.begin() is None


@settings(deadline=None, max_examples=100)
@given(text_and_settings=st.sampled_from([(TEXT, SETTINGS), (TAGGED, DIALOGUE)]), seed=st.integers(0, 2**32))
def test_any_cutting_gives_the_same_sentences_and_audio_as_without_plugins(
    text_and_settings: tuple[str, SpeechSettings], seed: int
) -> None:
    rng = random.Random(seed)
    text, how = text_and_settings
    whole, bench, at = spoken_whole(text, how), open_bench(how=how), 0
    while at < len(text):
        step = rng.randint(1, 9)
        bench.speak(text[at : at + step])
        at += step
        if rng.random() < 0.5:
            prepare(bench)
        if rng.random() < 0.5:
            bench.render_all()
    bench.receive(inputs.EndText())
    finish(bench)
    assert (sentences_of(bench), bench.audio) == (sentences_of(whole), whole.audio)
    assert bench.told(events.UtteranceWarning) == whole.told(events.UtteranceWarning)
    assert isinstance(bench.events[-1], events.UtteranceFinished)


def test_a_pause_at_the_end_stands_behind_sentences_that_are_being_prepared() -> None:
    bench = open_bench()
    bench.speak("One is here.[pause:250ms]")
    bench.receive(inputs.EndText())
    assert bench.take_all() == []
    finish(bench)
    assert bench.audio == pcm_of("One is here.") + bytes(12_000)


def test_nothing_is_rendered_before_it_is_certain_and_prepared() -> None:
    bench = open_bench()
    bench.speak("One is here.")
    assert (bench.dispatch(), bench.utterance.begin_preparation()) == (None, None)
    bench.speak(" Two")
    assert bench.dispatch() is None
    assert bench.utterance.has_waiting
    assert bench.utterance.buffered_chars == len("One is here. Two") - 1
    assert prepare(bench)
    assert bench.dispatch() is not None


def test_flushes_and_the_end_keep_their_place_behind_sentences_that_are_being_prepared() -> None:
    bench = open_bench()
    bench.receive(inputs.FlushText("first"))
    bench.speak("One is here. ")
    bench.receive(inputs.FlushText("second"))
    bench.speak("Two is here. ")
    bench.receive(inputs.EndText())
    bench.take_all()
    assert [type(event) for event in bench.events] == [events.FlushReached]
    finish(bench)
    kinds = (events.FlushReached, events.SentenceStarted, events.UtteranceFinished)
    told = [event for event in bench.events if isinstance(event, kinds)]
    assert [getattr(event, "id", None) or getattr(event, "text", None) for event in told] == [
        "first",
        "One is here.",
        "second",
        "Two is here.",
        None,
    ]


def test_flushes_that_wait_for_preparation_count() -> None:
    bench = open_bench(UtteranceLimits(waiting_flushes=2))
    bench.speak("One is here. ")
    bench.receive(inputs.FlushText(1))
    bench.receive(inputs.FlushText(2))
    with pytest.raises(TooMuch):
        bench.receive(inputs.FlushText(3))


def test_a_sentence_keeps_the_settings_with_which_it_became_certain() -> None:
    bench = open_bench()
    bench.speak("One is here. Two")
    bench.receive(inputs.Configure(replace(SETTINGS, voice="w")))
    bench.speak(" is here. ")
    bench.receive(inputs.EndText())
    prepare_all(bench)
    first, second = bench.dispatch(), bench.dispatch()
    assert first is not None
    assert second is not None
    assert [first.segment.voice, second.segment.voice] == ["v", "w"]


def test_a_barge_in_forgets_what_is_being_prepared_and_takes_no_answer_for_it() -> None:
    bench = open_bench()
    bench.speak("One is here. Two is here. ")
    begun = bench.utterance.begin_preparation()
    assert begun is not None
    bench.receive(inputs.CancelUtterance())
    bench.receive(prepared(begun))
    assert [type(event) for event in bench.take_all()] == [events.HeardText, events.UtteranceFinished]
    assert bench.utterance.begin_preparation() is None
    assert not bench.utterance.has_waiting


@pytest.mark.parametrize("parts", [True, False])
def test_a_warning_is_told_once_also_where_nothing_is_said(parts: bool) -> None:
    bench = open_bench()
    bench.speak("One is here. Two is here. ")
    bench.receive(inputs.EndText())
    while (begun := bench.utterance.begin_preparation()) is not None:
        done = prepared(begun, WARNING)
        bench.receive(done if parts else replace(done, parts=()))
    finish(bench)
    warning = events.UtteranceWarning(WARNING.code, WARNING.message, 0 if parts else None)
    assert bench.told(events.UtteranceWarning) == [warning]
    assert isinstance(bench.events[-1], events.UtteranceFinished)
    assert bench.events[-1].sentences == (2 if parts else 0)


def test_a_pause_behind_sentences_that_are_being_prepared_is_told_to_be_shortened() -> None:
    bench = open_bench()
    bench.speak("One is here.[pause:9s][pause:9s]")
    bench.receive(inputs.EndText())
    while prepare(bench):
        pass
    finish(bench)
    told = events.UtteranceWarning("value_clamped", "a pause lasts 10 s at most, not 18 s", None)
    assert bench.told(events.UtteranceWarning) == [told]


def test_a_long_text_waits_unsplit_while_many_sentences_are_being_prepared() -> None:
    bench = open_bench()
    bench.speak("This is one. " * 500)
    assert not bench.utterance.may_proceed
    for _ in range(MAX_WAITING + SLICE_CHARS // len("This is one. ")):
        prepare(bench)
    assert not prepare(bench)
    bench.render_all()
    assert prepare(bench)
    bench.receive(inputs.EndText())
    finish(bench)
    assert sentences_of(bench) == ["This is one."] * 500
