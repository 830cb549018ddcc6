"""The laws of an utterance: the same however cut, in order, once, early, and silent after a cancel."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.speech.rendering import BYTES_PER_CHAR, SETTINGS, Bench, pcm_of, words_of
from voice_server.core.admission import Demand
from voice_server.core.speech import utterance_events
from voice_server.core.speech import utterance_inputs as inputs
from voice_server.core.speech.pauses import Pauses
from voice_server.core.speech.speech_settings import SpeechSettings, UtteranceLimits
from voice_server.core.speech.utterance import Utterance
from voice_server.core.text.directives import Style
from voice_server.core.text.pronunciation.dictionary import PronunciationDictionary
from voice_server.core.text.pronunciation.entries import read_entries
from voice_server.core.types import NORMALIZED_KINDS, Segment, SpeechWarning, WordMark
from voice_server.errors import TooMuch

TEXT = (
    "Dr. Smith arrived at 3.15 p.m. today. He paid $4.50 for tea! Was it good? "
    "Yes, and it was hot.\n\nThen he left... The U.S. team, e.g. Anna and Bo, stayed on until the very end."
)


def sentences_of(bench: Bench) -> list[str]:
    return [event.text for event in bench.events if isinstance(event, utterance_events.SentenceDispatched)]


def spoken_whole(text: str, how: SpeechSettings = SETTINGS) -> Bench:
    bench = Bench.open(how)
    bench.speak(text)
    bench.receive(inputs.EndText())
    bench.render_all()
    bench.take_all()
    return bench


@pytest.mark.parametrize("first_segment", ["sentence", "clause"])
def test_every_single_cutting_of_the_text_gives_the_same_sentences_and_audio(
    first_segment: Literal["sentence", "clause"],
) -> None:
    how = replace(SETTINGS, first_segment=first_segment)
    whole = spoken_whole(TEXT, how)
    for size in (1, 2, 3, 7):
        bench = Bench.open(how)
        for at in range(0, len(TEXT), size):
            bench.speak(TEXT[at : at + size])
            bench.render_all()
        bench.receive(inputs.EndText())
        bench.render_all()
        bench.take_all()
        assert sentences_of(bench) == sentences_of(whole)
        assert bench.audio == whole.audio


@settings(deadline=None, max_examples=150)
@given(text=st.text(alphabet="ab .,!?\n\"'(1A)", max_size=120), seed=st.integers(0, 2**32))
def test_any_cutting_of_any_text_gives_the_same_sentences_and_audio(text: str, seed: int) -> None:
    rng = random.Random(seed)
    whole = spoken_whole(text)
    bench, at = Bench.open(), 0
    while at < len(text):
        step = rng.randint(1, 9)
        bench.speak(text[at : at + step])
        at += step
        if rng.random() < 0.5:
            bench.render_all()
    bench.receive(inputs.EndText())
    bench.render_all()
    bench.take_all()
    assert (sentences_of(bench), bench.audio) == (sentences_of(whole), whole.audio)


def step_randomly(bench: Bench, tokens: list[str], rng: random.Random, *, may_fail: bool) -> None:
    """One thing that may happen next, whichever it is."""
    steps: list[Callable[[], object]] = [bench.dispatch, bench.take_all]
    if tokens:
        steps.append(lambda: bench.speak(tokens.pop(0)))
    if bench.rendering:
        pending = rng.choice(list(bench.rendering))
        steps += [lambda: bench.sound(pending, rng.choice((1, 40, 4000)) * 480)] * 3
        if may_fail and rng.random() < 0.1:
            steps.append(lambda: bench.fail(pending))
    bench.now += rng.random() * 0.1
    rng.choice(steps)()


def finish(bench: Bench) -> None:
    bench.receive(inputs.EndText())
    while bench.rendering or bench.dispatch() is not None:
        pending = next(iter(bench.rendering))
        bench.sound(pending, len(bench.rendering[pending]))
        bench.take_all()
    bench.take_all()


@settings(deadline=None, max_examples=150)
@given(seed=st.integers(0, 2**32))
def test_whatever_worker_is_first_the_audio_is_that_of_the_sentences_in_order(seed: int) -> None:
    rng = random.Random(seed)
    bench, tokens = Bench.open(), [TEXT[at : at + 5] for at in range(0, len(TEXT), 5)]
    while tokens:
        step_randomly(bench, tokens, rng, may_fail=False)
    finish(bench)
    assert bench.audio == spoken_whole(TEXT).audio
    assert isinstance(bench.events[-1], utterance_events.UtteranceFinished)
    assert len(bench.told(utterance_events.UtteranceFinished)) == 1


@settings(deadline=None, max_examples=150)
@given(seed=st.integers(0, 2**32))
def test_a_sentence_that_fails_is_told_by_its_index_and_the_others_are_whole(seed: int) -> None:
    rng = random.Random(seed)
    bench, tokens = Bench.open(), [TEXT[at : at + 5] for at in range(0, len(TEXT), 5)]
    while tokens:
        step_randomly(bench, tokens, rng, may_fail=True)
    finish(bench)
    failed = {event.index for event in bench.events if isinstance(event, utterance_events.SentenceFailed)}
    ended = [event.index for event in bench.events if isinstance(event, utterance_events.SentenceEnded)]
    texts = [event.text for event in bench.events if isinstance(event, utterance_events.SentenceDispatched)]
    assert sorted({*failed, *ended}) == list(range(len(texts)))
    for index in ended:
        heard = b"".join(
            e.pcm for e in bench.events if isinstance(e, utterance_events.SentenceAudio) and e.index == index
        )
        assert heard == pcm_of(texts[index])
    assert len(bench.told(utterance_events.UtteranceFinished)) == 1


@settings(deadline=None, max_examples=150)
@given(seed=st.integers(0, 2**32), knows_position=st.booleans())
def test_after_a_barge_in_only_the_answer_and_the_end_follow(seed: int, knows_position: bool) -> None:
    rng = random.Random(seed)
    bench, tokens = Bench.open(), [TEXT[at : at + 5] for at in range(0, len(TEXT), 5)]
    fed = len(tokens)
    for _ in range(rng.randint(0, 60)):
        step_randomly(bench, tokens, rng, may_fail=True)
    fed -= len(tokens)
    bench.receive(inputs.CancelUtterance(rng.random() * 5000 if knows_position else None))
    late = list(bench.rendering)
    after = bench.take_all()
    assert [type(event) for event in after] == [
        utterance_events.HeardText,
        utterance_events.UtteranceFinished,
    ]
    heard, end = after
    assert isinstance(heard, utterance_events.HeardText)
    assert heard.heard + heard.unheard == TEXT[: fed * 5]
    assert isinstance(end, utterance_events.UtteranceFinished)
    assert end.reason is utterance_events.FinishReason.CANCELLED
    assert not late, "every render was told to stop"
    bench.speak("More text.")
    bench.receive(inputs.EndText())
    assert bench.dispatch() is None
    assert bench.take_all() == []


def render_with_words(bench: Bench) -> None:
    """End the text, and have every sentence rendered with the times of its words."""
    bench.receive(inputs.EndText())
    while (pending := bench.dispatch()) is not None:
        for mark in words_of(pending.segment.text):
            bench.receive(inputs.RenderedWord(pending, mark))
        bench.sound(pending, 10**6)
    bench.take_all()


def test_the_render_starts_at_the_mark_and_its_audio_waits_for_the_next_token() -> None:
    bench = Bench.open()
    bench.speak("Nobody knows the answer", " yet.")
    pending = bench.dispatch()
    assert pending is not None
    bench.sound(pending, 10**6)
    assert bench.take_all() == []
    bench.speak(" The")
    assert [type(event) for event in bench.take_all()] == [
        utterance_events.SentenceDispatched,
        utterance_events.SentenceStarted,
        utterance_events.SentenceAudio,
        utterance_events.SentenceEnded,
    ]
    assert bench.audio == pcm_of("Nobody knows the answer yet.")


def test_a_likely_end_that_proves_wrong_is_a_dropped_render_and_never_a_sound() -> None:
    bench = Bench.open()
    bench.speak("Please open the file readme.")
    wrong = bench.dispatch()
    if wrong is not None:
        bench.sound(wrong, BYTES_PER_CHAR)
    bench.speak("txt before the meeting. ")
    bench.receive(inputs.EndText())
    bench.render_all()
    bench.take_all()
    assert sentences_of(bench) == ["Please open the file readme.txt before the meeting."]
    assert bench.audio == pcm_of("Please open the file readme.txt before the meeting.")
    if wrong is not None:
        assert bench.stopped == [wrong]


def test_the_likely_end_is_taken_at_all() -> None:
    """Guards the two tests above: without a provisional end they would show nothing."""
    bench = Bench.open()
    bench.speak("Nobody knows the answer yet.")
    assert bench.dispatch() is not None
    bench.speak("com is no address")
    assert len(bench.stopped) == 1


@pytest.mark.parametrize("sign", [" 🎉", "🎉🎉", " ✨"])
def test_a_likely_end_is_kept_when_only_an_emoji_follows_its_mark(sign: str) -> None:
    bench = Bench.open()
    bench.speak("Nobody knows the answer yet.")
    assert bench.dispatch() is not None
    bench.speak(f"{sign} Then we left")
    bench.receive(inputs.EndText())
    bench.render_all()
    bench.take_all()
    assert bench.stopped == []
    assert sentences_of(bench)[0] == f"Nobody knows the answer yet.{sign}"


def test_generating_counts_the_sentences_that_wait_behind() -> None:
    bench = Bench.open()
    bench.speak("One is here. Two is here. Three is here. ")
    bench.receive(inputs.EndText())
    bench.render_all()
    bench.take_all()
    told = [event for event in bench.events if isinstance(event, utterance_events.SentenceDispatched)]
    assert [event.queue_depth for event in told] == [2, 1, 0]
    assert [event.index for event in told] == [0, 1, 2]


def test_a_pause_in_the_text_speaks_a_finished_sentence() -> None:
    bench = Bench.open()
    bench.speak("Let me look that up.")
    deadline = bench.utterance.next_deadline()
    assert deadline is not None
    assert deadline <= bench.now + SETTINGS.max_wait_ms / 1000
    bench.utterance.tick(deadline - 0.001)
    assert bench.dispatch() is not None
    assert bench.take_all() == []
    bench.utterance.tick(deadline)
    assert sentences_of(bench) == []
    assert bench.take_all()
    assert sentences_of(bench) == ["Let me look that up."]
    assert bench.utterance.next_deadline() is None


def test_half_a_sentence_waits_for_ever() -> None:
    bench = Bench.open()
    bench.speak("Let me look")
    assert bench.utterance.next_deadline() is None
    bench.utterance.tick(bench.now + 1000)
    assert bench.dispatch() is None


def test_flushed_comes_after_the_audio_before_it_and_the_text_goes_on() -> None:
    bench = Bench.open()
    bench.speak("Half a sentence")
    bench.receive(inputs.FlushText(7))
    bench.speak(" and the rest.")
    bench.receive(inputs.EndText())
    bench.render_all()
    bench.take_all()
    kinds = [type(event) for event in bench.events]
    assert kinds.index(utterance_events.FlushReached) == kinds.index(utterance_events.SentenceEnded) + 1
    assert sentences_of(bench) == ["Half a sentence", "and the rest."]
    assert bench.told(utterance_events.FlushReached) == [utterance_events.FlushReached(7)]


def test_a_paused_utterance_hands_out_no_audio_and_asks_for_no_render() -> None:
    bench = Bench.open()
    bench.speak("One is here. Two is here. ")
    pending = bench.dispatch()
    assert pending is not None
    bench.receive(inputs.PauseDelivery())
    bench.sound(pending, 10**6)
    assert [type(event) for event in bench.take_all()] == [utterance_events.SentenceDispatched]
    assert bench.dispatch() is None
    bench.receive(inputs.ResumeDelivery())
    assert bench.dispatch() is not None
    assert utterance_events.SentenceAudio in [type(event) for event in bench.take_all()]


def test_text_beyond_the_limit_is_refused_whole() -> None:
    bench = Bench.open(limits=UtteranceLimits(buffered_chars=100))
    bench.speak("a" * 60)
    with pytest.raises(TooMuch, match="at most 100 may") as caught:
        bench.speak("b" * 41)
    assert caught.value.code == "text_overflow"
    bench.speak("c" * 40)
    bench.receive(inputs.EndText())
    bench.render_all()
    bench.take_all()
    assert "".join(sentences_of(bench)) == "a" * 60 + "c" * 40


def test_a_reader_that_takes_nothing_stops_its_own_renders() -> None:
    bench = Bench.open(limits=UtteranceLimits(unsent_bytes=30 * BYTES_PER_CHAR))
    bench.speak("This is one sentence of text. This is another sentence here. And this is a third. ")
    for _ in range(2):
        pending = bench.dispatch()
        assert pending is not None
        bench.sound(pending, 10**6)
    assert bench.dispatch() is None
    bench.take_all()
    assert bench.dispatch() is not None


def test_a_segment_that_no_audio_came_of_may_go_to_another_backend() -> None:
    bench = Bench.open()
    bench.speak("One is here. ")
    bench.receive(inputs.EndText())
    pending = bench.dispatch()
    assert pending is not None
    other = Segment("c", pending.segment.text, "w")
    bench.receive(
        inputs.RenderRedirected(pending, other, SpeechWarning("backend_fallback", "c speaks in its place"))
    )
    assert bench.utterance.waiting_backend == "c"
    bench.render_all()
    bench.take_all()
    assert bench.told(utterance_events.UtteranceWarning) == [
        utterance_events.UtteranceWarning("backend_fallback", "c speaks in its place", 0)
    ]
    assert bench.audio == pcm_of("One is here.")


def test_a_dropped_segment_is_not_redirected() -> None:
    bench = Bench.open()
    bench.speak("Nobody knows the answer yet.")
    pending = bench.dispatch()
    assert pending is not None
    bench.speak("com is no address")
    bench.receive(inputs.RenderRedirected(pending, pending.segment, SpeechWarning("backend_fallback", "x")))
    bench.receive(inputs.RenderedAudio(pending, b"\0\0"))
    assert bench.utterance.waiting_backend is None


def test_when_nothing_could_be_spoken_the_utterance_has_failed() -> None:
    bench = Bench.open()
    bench.speak("One is here.")
    bench.receive(inputs.EndText())
    pending = bench.dispatch()
    assert pending is not None
    bench.fail(pending)
    bench.take_all()
    end = bench.events[-1]
    assert isinstance(end, utterance_events.UtteranceFinished)
    assert (end.reason, end.sentences) == (utterance_events.FinishReason.FAILED, 0)


def test_word_times_come_before_their_audio_with_offsets_into_the_text_as_typed() -> None:
    text = "Say *hello* to **all** of them. And go. "
    bench = Bench.open(replace(SETTINGS, word_times=True, times_source="engine"))
    bench.speak(text)
    render_with_words(bench)
    told = [event for event in bench.events if isinstance(event, utterance_events.SentenceWords)]
    marks = [mark for event in told for mark in event.marks]
    assert [mark.word.strip(".") for mark in marks] == [
        "Say",
        "hello",
        "to",
        "all",
        "of",
        "them",
        "And",
        "go",
    ]
    for mark in marks:
        assert mark.word.strip(".") in text[mark.start : mark.end]
    kinds = [type(event) for event in bench.events]
    assert kinds.index(utterance_events.SentenceWords) < kinds.index(utterance_events.SentenceAudio)


def test_marks_without_audio_after_them_come_at_the_end_of_the_sentence() -> None:
    bench = Bench.open(replace(SETTINGS, word_times=True))
    bench.speak("Go on now.")
    bench.receive(inputs.EndText())
    pending = bench.dispatch()
    assert pending is not None
    bench.receive(inputs.RenderedAudio(pending, b"\0" * 960))
    for mark in words_of(pending.segment.text):
        bench.receive(inputs.RenderedWord(pending, mark))
    bench.finish(pending)
    bench.take_all()
    assert [type(event) for event in bench.events][-4:] == [
        utterance_events.SentenceAudio,
        utterance_events.SentenceWords,
        utterance_events.SentenceEnded,
        utterance_events.UtteranceFinished,
    ]


def test_the_heard_text_ends_where_the_client_says_it_played_to() -> None:
    text = "One two three four five six. Seven eight nine ten eleven. "
    bench = Bench.open()
    bench.speak(text)
    bench.render_all()
    bench.take_all()
    first_s = len("One two three four five six.") * 0.020
    bench.receive(inputs.CancelUtterance(played_ms=first_s * 1000))
    heard = bench.take_all()[0]
    assert isinstance(heard, utterance_events.HeardText)
    assert heard.heard == "One two three four five six."
    assert heard.dropped_ms == pytest.approx(len("Seven eight nine ten eleven.") * 20, abs=1)


def test_a_client_that_reports_its_play_position_is_believed() -> None:
    bench = Bench.open()
    bench.speak("One two three four five six. Seven")
    bench.render_all()
    bench.take_all()
    before = bench.utterance.deadline(bench.now)
    bench.receive(inputs.ReportPlayed(100.0))
    bench.now += 0.1
    assert bench.utterance.deadline(bench.now) == pytest.approx(before - 0.1)


def test_a_thought_is_never_told_and_is_part_of_the_heard_text() -> None:
    bench = Bench.open(replace(SETTINGS, word_times=True))
    typed = "<think>Hm. Yes.</think>One two <think>so</think>three. Four five six."
    bench.speak(typed)
    render_with_words(bench)
    assert sentences_of(bench) == ["One two three.", "Four five six."]
    words = [
        typed[mark.start : mark.end]
        for told in bench.told(utterance_events.SentenceWords)
        if isinstance(told, utterance_events.SentenceWords)
        for mark in told.marks
    ]
    assert words == ["One", "two", "three.", "Four", "five", "six."]
    heard = bench.utterance.heard(bench.now, len("One two th") * 20)
    assert heard.heard == "<think>Hm. Yes.</think>One two <think>so</think>three."
    assert heard.heard + heard.unheard == typed


def test_a_listener_is_playing_until_it_has_heard_all_that_was_handed_out() -> None:
    bench = Bench.open()
    bench.speak("One two three four five six. Seven")
    assert not bench.utterance.is_playing(bench.now)
    bench.render_all()
    audio_s = len("One two three four five six.") * 0.020
    assert bench.utterance.is_playing(bench.now + audio_s - 0.01)
    assert not bench.utterance.is_playing(bench.now + audio_s + 0.01)


def test_of_an_utterance_behind_another_nothing_is_heard_before_that_is_over() -> None:
    first = Bench.open()
    first.speak("One two three four five six.")
    first.receive(inputs.EndText())
    first.render_all()
    first.take_all()
    behind = Bench(Utterance(SETTINGS, UtteranceLimits(), first.now, predecessor=first.utterance), first.now)
    behind.speak("Seven eight nine.")
    behind.receive(inputs.EndText())
    behind.render_all()
    behind.take_all()
    first_s = len("One two three four five six.") * 0.020
    assert behind.utterance.heard(first.now + first_s / 2).heard == ""
    assert behind.utterance.played_s(first.now + first_s / 2) == 0.0
    assert behind.utterance.played_s(first.now + first_s + 0.1) == pytest.approx(0.1, abs=0.02)


def test_an_event_waits_from_the_first_thing_to_tell_until_the_end_was_told() -> None:
    bench = Bench.open()
    bench.speak("One is here. Two")
    assert not bench.utterance.has_event
    pending = bench.dispatch()
    assert pending is not None
    assert bench.utterance.has_event, "it was announced"
    bench.take_all()
    bench.receive(inputs.PauseDelivery())
    bench.sound(pending, 1 << 20)
    assert not bench.utterance.has_event, "the listener hears nothing now"
    bench.receive(inputs.ResumeDelivery())
    assert bench.utterance.has_event
    bench.receive(inputs.CancelUtterance())
    assert bench.utterance.has_event
    bench.take_all()
    assert not bench.utterance.has_event


def test_the_time_to_first_audio_is_that_of_a_sentences_first_piece() -> None:
    bench = Bench.open()
    bench.speak("One is here. ", "Two")
    pending = bench.dispatch()
    assert pending is not None
    bench.now += 0.5
    bench.sound(pending, 960)
    bench.now += 2.0
    bench.sound(pending, 1 << 20)
    bench.take_all()
    [ended] = bench.told(utterance_events.SentenceEnded)
    assert isinstance(ended, utterance_events.SentenceEnded)
    assert ended.ttfa_ms == pytest.approx(500.0)


def test_tags_the_backend_does_not_know_are_dropped_with_a_warning() -> None:
    bench = spoken_whole("Well [laugh] that is it. [sigh]")
    warned = [event for event in bench.events if isinstance(event, utterance_events.UtteranceWarning)]
    assert [event.code for event in warned] == ["tag_dropped"]
    assert "laugh" in warned[0].message
    assert bench.audio == pcm_of("Well that is it.")


def test_what_holds_nothing_to_speak_is_skipped() -> None:
    bench = spoken_whole("***\n\n😀\n\n")
    assert bench.audio == b""
    end = bench.events[-1]
    assert isinstance(end, utterance_events.UtteranceFinished)
    assert (end.reason, end.sentences) == (utterance_events.FinishReason.COMPLETE, 0)


def test_a_warning_about_a_held_render_waits_until_its_sentence_is_certain() -> None:
    bench = Bench.open()
    bench.speak("Nobody knows the answer yet.")
    pending = bench.dispatch()
    assert pending is not None
    bench.receive(inputs.RenderWarning(pending, SpeechWarning("sentence_retried", "again")))
    assert bench.take_all() == []
    bench.receive(inputs.EndText())
    assert bench.take_all()[0] == utterance_events.UtteranceWarning("sentence_retried", "again", 0)


def test_new_settings_hold_for_sentences_whose_end_was_not_found() -> None:
    bench = Bench.open()
    bench.speak("One is here. Two is")
    bench.receive(inputs.Configure(replace(SETTINGS, voice="w", max_wait_ms=50)))
    bench.speak(" here. ")
    bench.receive(inputs.EndText())
    bench.receive(inputs.EndText())
    voices = []
    while (pending := bench.dispatch()) is not None:
        voices.append(pending.segment.voice)
    assert voices == ["v", "w"]


def test_the_deadline_of_a_first_segment_is_when_it_was_found() -> None:
    bench = Bench.open()
    assert bench.utterance.deadline(bench.now) == 100.0
    bench.now = 101.0
    bench.speak("One is here. Two is here. ")
    assert bench.utterance.deadline(bench.now) == 101.0
    bench.dispatch()
    expected_s = len("One is here.") / 15
    assert bench.utterance.deadline(bench.now) == pytest.approx(101.0 + expected_s)
    assert bench.utterance.ahead_s == SETTINGS.ahead_s


def test_sound_is_awaited_from_the_first_render_until_its_first_audio() -> None:
    bench = Bench.open()
    bench.speak("One is here. Two is here. ")
    assert not bench.utterance.awaits_sound
    pending = bench.dispatch()
    assert pending is not None
    assert bench.utterance.awaits_sound
    bench.receive(inputs.RenderedAudio(pending, bytes(480)))
    assert not bench.utterance.awaits_sound
    bench.take_all()
    assert not bench.utterance.awaits_sound


def test_the_deadline_of_a_queued_turn_is_the_end_of_the_one_before_it() -> None:
    first = Bench.open()
    first.speak("One is here. ")
    first.render_all()
    second = Bench(Utterance(SETTINGS, UtteranceLimits(), 100.0, predecessor=first.utterance))
    second.speak("Two is here. ")
    assert second.utterance.deadline(100.0) == first.utterance.deadline(100.0) > 100.0
    first.receive(inputs.CancelUtterance())
    assert second.utterance.deadline(100.0) == 100.0


def test_one_turn_at_a_time_is_rendered_ahead_of_the_one_being_heard() -> None:
    first = Bench.open()
    first.speak("One is here. Two is here. ")
    second = Bench(Utterance(SETTINGS, UtteranceLimits(), 100.0, predecessor=first.utterance))
    second.speak("Three is here. ")
    third = Bench(Utterance(SETTINGS, UtteranceLimits(), 100.0, predecessor=second.utterance))
    third.speak("Four is here. ")
    assert second.utterance.waiting_backend is None, "the first has segments that wait"
    first.render_all()
    assert second.utterance.waiting_backend == SETTINGS.backend
    second.render_all()
    assert third.utterance.waiting_backend is None, "the first is still being heard"
    first.receive(inputs.EndText())
    first.take_all()
    assert third.utterance.waiting_backend == SETTINGS.backend


def test_a_turn_that_was_cancelled_lets_the_next_one_wait_for_those_before_it() -> None:
    first = Bench.open()
    first.speak("One is here. ")
    second = Bench(Utterance(SETTINGS, UtteranceLimits(), 100.0, predecessor=first.utterance))
    third = Bench(Utterance(SETTINGS, UtteranceLimits(), 100.0, predecessor=second.utterance))
    third.speak("Three is here. ")
    second.receive(inputs.CancelUtterance())
    assert third.utterance.predecessor is first.utterance
    assert third.utterance.waiting_backend is None
    first.render_all()
    assert third.utterance.waiting_backend == SETTINGS.backend


PATIENT = replace(SETTINGS, min_segment_chars=20)


@pytest.mark.parametrize("size", [1, 5, 200])
def test_a_short_sentence_is_spoken_together_with_the_next_one(size: int) -> None:
    text = "Yes. It is so. I think that we should go now. No."
    bench = Bench.open(PATIENT)
    for at in range(0, len(text), size):
        bench.speak(text[at : at + size])
        bench.render_all()
    bench.receive(inputs.EndText())
    bench.render_all()
    bench.take_all()
    assert sentences_of(bench) == ["Yes. It is so. I think that we should go now.", "No."]
    assert bench.audio == b"".join(map(pcm_of, sentences_of(bench)))


def test_a_short_sentence_does_not_wait_for_ever() -> None:
    bench = Bench.open(PATIENT)
    bench.speak("Yes. ", "It")
    assert bench.dispatch() is None
    bench.receive(inputs.FlushText())
    bench.speak("No.\n")
    deadline = bench.utterance.next_deadline()
    assert deadline is not None
    bench.utterance.tick(deadline)
    bench.render_all()
    bench.take_all()
    assert sentences_of(bench) == ["Yes. It", "No."]


def test_a_short_sentence_before_a_very_long_one_is_spoken_alone() -> None:
    bench = Bench.open(replace(PATIENT, max_segment_chars=60))
    bench.speak("Yes. This sentence is nearly as long as one segment may be here. Good")
    bench.render_all()
    bench.take_all()
    assert sentences_of(bench)[0] == "Yes."
    assert "".join(sentences_of(bench)[1:]).startswith("This sentence")


@settings(deadline=None, max_examples=100)
@given(seed=st.integers(0, 2**32))
def test_an_event_is_announced_exactly_when_there_is_one(seed: int) -> None:
    rng = random.Random(seed)
    bench, tokens = Bench.open(), [TEXT[at : at + 5] for at in range(0, len(TEXT), 5)]
    for _ in range(rng.randint(0, 150)):
        step_randomly(bench, tokens, rng, may_fail=True)
        if rng.random() < 0.1:
            steering: list[inputs.UtteranceInput] = [
                inputs.PauseDelivery(),
                inputs.ResumeDelivery(),
                inputs.FlushText(1),
                inputs.EndText(),
            ]
            bench.receive(rng.choice(steering))
        announced = bench.utterance.has_event
        event = bench.utterance.take(bench.now)
        assert announced == (event is not None)


def test_text_after_the_end_is_late_and_ignored() -> None:
    bench = Bench.open()
    bench.speak("One is here.")
    bench.receive(inputs.EndText())
    bench.speak("Two is here.")
    bench.render_all()
    bench.take_all()
    assert sentences_of(bench) == ["One is here."]
    assert bench.utterance.next_deadline() is None


@pytest.mark.parametrize(
    "change",
    [
        {"max_wait_ms": 200.0},
        {"ahead_s": 1.0},
        {"first_segment": "clause"},
        {"language": "en"},
        {"pauses": Pauses()},
    ],
)
def test_settings_that_do_not_change_the_sound_keep_what_is_rendered_early(change: dict[str, Any]) -> None:
    bench = Bench.open()
    bench.speak("Let me look that up.")
    early = bench.dispatch()
    bench.receive(inputs.Configure(replace(SETTINGS, **change)))
    assert bench.stopped == []
    deadline = bench.utterance.next_deadline()
    assert deadline is not None
    bench.utterance.tick(deadline)
    assert list(bench.rendering) == [early]
    bench.take_all()
    assert sentences_of(bench) == ["Let me look that up."]


def test_a_new_pause_time_keeps_the_rhythm_of_the_tokens_and_holds_at_once() -> None:
    bench = Bench.open(replace(SETTINGS, max_wait_ms=1000))
    for token in ("Let me", " look", " that", " up."):
        bench.now += 0.1
        bench.speak(token)
    assert bench.utterance.next_deadline() == pytest.approx(bench.now + 0.25)
    bench.receive(inputs.Configure(replace(SETTINGS, max_wait_ms=200)))
    assert bench.utterance.next_deadline() == pytest.approx(bench.now + 0.2)
    bench.receive(inputs.Configure(replace(SETTINGS, max_wait_ms=500)))
    assert bench.utterance.next_deadline() == pytest.approx(bench.now + 0.25)


@pytest.mark.parametrize("change", [{"voice": "w"}, {"options": {"speed": 2.0}}, {"word_times": True}])
def test_settings_that_change_the_sound_start_the_early_render_again_at_once(change: dict[str, Any]) -> None:
    bench = Bench.open()
    bench.speak("Let me look that up.")
    early = bench.dispatch()
    changed = replace(SETTINGS, **change)
    bench.receive(inputs.Configure(changed))
    assert bench.stopped == [early]
    again = bench.dispatch()
    assert again is not None
    assert again.settings == changed
    assert again.segment.voice == changed.voice
    bench.receive(inputs.EndText())
    assert list(bench.rendering) == [again]


def test_a_warning_about_a_sentence_that_is_gone_is_ignored() -> None:
    bench = spoken_whole("One is here.")
    started = bench.told(utterance_events.SentenceStarted)
    assert len(started) == 1
    bench = Bench.open()
    bench.speak("One is here. Two")
    pending = bench.dispatch()
    assert pending is not None
    bench.sound(pending, 10**6)
    bench.take_all()
    bench.receive(inputs.RenderWarning(pending, SpeechWarning("sentence_retried", "too late")))
    assert bench.take_all() == []


def test_what_a_state_does_not_take_changes_nothing() -> None:
    bench = Bench.open()
    bench.speak("One is here. ")
    pending = bench.dispatch()
    assert pending is not None
    bench.receive(inputs.CancelUtterance())
    bench.take_all()
    for late in (
        inputs.PushText("Two is here. "),
        inputs.FlushText(1),
        inputs.EndText(),
        inputs.Configure(replace(SETTINGS, voice="w")),
        inputs.RenderedAudio(pending, b"\0\0"),
        inputs.RenderFailed(pending, "render_failed", "no"),
        inputs.CancelUtterance(),
    ):
        bench.receive(late)
    assert bench.take_all() == []
    assert bench.dispatch() is None
    assert bench.utterance.settings == SETTINGS


def test_a_pause_goes_on_while_the_last_sentences_are_spoken() -> None:
    bench = Bench.open()
    bench.speak("One is here. ")
    bench.receive(inputs.PauseDelivery())
    bench.receive(inputs.EndText())
    assert bench.dispatch() is None
    assert bench.utterance.take(bench.now) is None
    bench.receive(inputs.ResumeDelivery())
    bench.render_all()
    assert bench.audio == pcm_of("One is here.")


def test_an_empty_utterance_ends_at_once() -> None:
    bench = spoken_whole("")
    assert bench.events == [
        utterance_events.UtteranceFinished(utterance_events.FinishReason.COMPLETE, 0.0, 0, 0)
    ]


def test_only_so_many_flushes_may_wait_and_all_of_them_are_reached() -> None:
    bench = Bench.open()
    bench.speak("One is here. ")
    most = UtteranceLimits().waiting_flushes
    for number in range(most):
        bench.receive(inputs.FlushText(number))
    with pytest.raises(TooMuch, match=f"at most {most} flushes"):
        bench.receive(inputs.FlushText(most))
    bench.render_all()
    bench.take_all()
    reached = bench.told(utterance_events.FlushReached)
    assert reached == [utterance_events.FlushReached(number) for number in range(most)]
    bench.receive(inputs.FlushText("again"))


def test_a_sentence_that_two_voices_read_is_rendered_when_it_is_certain_and_tells_it_once() -> None:
    def reader(settings: SpeechSettings, scripts: frozenset[str], language: str) -> SpeechSettings:
        return replace(settings, voice=language, reads=scripts)

    bench = Bench.open(replace(SETTINGS, reads=frozenset(), find_reader=reader))
    bench.speak("Say 你好 twice.")
    assert not bench.utterance.has_waiting
    bench.speak(" Say 世界 once. ")
    bench.receive(inputs.EndText())
    bench.render_all()
    bench.take_all()
    warnings = [event for event in bench.events if isinstance(event, utterance_events.UtteranceWarning)]
    assert [warning.code for warning in warnings] == ["script_switched"]
    assert sentences_of(bench) == ["Say", "你好", "twice.", "Say", "世界", "once."]
    assert bench.audio == b"".join(map(pcm_of, sentences_of(bench)))


def any_style(settings: SpeechSettings, style: Style) -> tuple[SpeechSettings, list[SpeechWarning]]:
    """Any voice of any backend, but no voice that begins with "no"."""
    backend, slash, voice = (style.voice or settings.voice).rpartition("/")
    if voice.startswith("no"):
        return settings, [SpeechWarning("voice_kept", voice)]
    found = replace(settings, backend=backend if slash else settings.backend, voice=voice)
    return replace(found, options={"speed": style.rate}), []


STYLED = replace(SETTINGS, find_style=any_style, pauses=Pauses(), word_times=True)
DIALOGUE = replace(
    STYLED, speakers={"Anna": replace(STYLED, voice="anna"), "Bob": replace(STYLED, backend="c")}
)
TAGGED = (
    "Anna: Good morning, Bob. [pause:700ms] Did you sleep well?\n"
    "**Bob:** I did, [rate:1.5]thank you![/rate]\n"
    "And [voice:x/zoe]you[/voice], Dr. Who? [pause:1s][voice:nobody]Me too.[/voice] Bye.[pause:250ms]"
)


def words_told(bench: Bench) -> list[WordMark]:
    events = (event for event in bench.events if isinstance(event, utterance_events.SentenceWords))
    return [mark for event in events for mark in event.marks]


def rendered_of(bench: Bench) -> list[tuple[str, str, str, object]]:
    """Renders everything; the segments in order, with who speaks them."""
    segments: list[Segment] = []
    while (pending := bench.dispatch()) is not None:
        segments.append(pending.segment)
        bench.sound(pending, len(bench.rendering[pending]))
        bench.take_all()
    bench.take_all()
    return [(each.text, each.backend, each.voice, each.options.get("speed")) for each in segments]


def test_several_speakers_share_one_stream_each_with_its_backend_and_rate() -> None:
    bench = Bench.open(DIALOGUE)
    bench.speak(TAGGED)
    bench.receive(inputs.EndText())
    assert rendered_of(bench) == [
        ("Good morning, Bob.", "b", "anna", None),
        ("Did you sleep well?", "b", "anna", None),
        ("I did,", "c", "v", None),
        ("thank you!", "c", "v", 1.5),
        ("And", "c", "v", None),
        ("you,", "x", "zoe", 1.0),
        ("Dr. Who?", "c", "v", None),
        ("Me too.", "c", "v", None),
        ("Bye.", "c", "v", None),
    ]
    warnings = bench.told(utterance_events.UtteranceWarning)
    assert warnings == [utterance_events.UtteranceWarning("voice_kept", "nobody", None)]


def test_tags_mean_the_same_under_every_cutting_and_every_word_keeps_its_place() -> None:
    whole = spoken_whole(TAGGED, DIALOGUE)
    for size in (1, 2, 3, 5, 8, 13):
        bench = Bench.open(DIALOGUE)
        for at in range(0, len(TAGGED), size):
            bench.speak(TAGGED[at : at + size])
            bench.render_all()
        bench.receive(inputs.EndText())
        bench.render_all()
        bench.take_all()
        assert (sentences_of(bench), bench.audio) == (sentences_of(whole), whole.audio)
        words = words_told(bench)
        assert [TAGGED[mark.start : mark.end] for mark in words] == [mark.word for mark in words]
        assert len(words) == 18


def test_a_barge_in_tells_the_text_with_its_tags() -> None:
    bench = spoken_whole(TAGGED, DIALOGUE)
    for played_ms in range(0, 5000, 100):
        heard = bench.utterance.heard(bench.now, played_ms)
        assert heard.heard + heard.unheard == TAGGED
    assert bench.utterance.heard(bench.now, 400).heard == "Anna: Good morning, Bob."


def test_a_mark_behind_a_tag_keeps_its_place_when_more_unspoken_signs_follow() -> None:
    bench = Bench.open(replace(STYLED, word_times=True))
    typed = "I said [rate:2]so[/rate], my dear friend. 😀 And"
    for character in typed:
        bench.speak(character)
        bench.render_all()
    bench.receive(inputs.EndText())
    bench.render_all()
    bench.take_all()
    words = words_told(bench)
    assert [typed[mark.start : mark.end] for mark in words] == [
        "I", "said", "so", "my", "dear", "friend", "And",
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["Hello there.[pause:9s][pause:9s]", "[pause:9s][pause:9s]"])
def test_a_pause_at_the_end_of_a_text_is_told_to_be_shortened_before_the_end(text: str) -> None:
    bench = Bench.open(STYLED)
    bench.speak(text)
    bench.receive(inputs.EndText())
    bench.render_all()
    bench.take_all()
    told = utterance_events.UtteranceWarning("value_clamped", "a pause lasts 10 s at most, not 18 s", None)
    assert bench.told(utterance_events.UtteranceWarning) == [told]
    assert isinstance(bench.events[-1], utterance_events.UtteranceFinished)


def test_no_more_than_some_of_what_cannot_be_done_is_told() -> None:
    bench = Bench.open(STYLED)
    bench.speak("".join(f"[voice:no{number}]Hi.[/voice] " for number in range(200)))
    bench.receive(inputs.EndText())
    bench.render_all()
    bench.take_all()
    assert len(bench.told(utterance_events.UtteranceWarning)) == 50


@pytest.mark.parametrize(
    "part", ["[pause:1s]", "[voice:a]b", "[rate:2]b. ", "[voice:a][rate:2]", "Anna: b\n"]
)
def test_thousands_of_directives_are_soon_done(part: str) -> None:
    bench = Bench.open(DIALOGUE)
    bench.speak(part * 5000)
    bench.receive(inputs.EndText())
    while bench.utterance.waiting_backend is not None:
        bench.render_all()
    bench.take_all()
    assert isinstance(bench.events[-1], utterance_events.UtteranceFinished)


def test_a_listener_is_told_once_that_phonemes_are_not_read() -> None:
    bench = Bench.open(replace(SETTINGS, markup="speak"))
    bench.speak("A [GIF](/dʒˈɪf/) here. A [GIF](/dʒˈɪf/) there. ")
    bench.receive(inputs.EndText())
    bench.render_all()
    bench.take_all()
    told = bench.told(utterance_events.UtteranceWarning)
    assert [each.code for each in told if isinstance(each, utterance_events.UtteranceWarning)] == [
        "phonemes_unread"
    ]
    assert bench.audio == pcm_of("A GIF here.") + pcm_of("A GIF there.")


SSML = (
    '<?xml version="1.0"?><speak version="1.1" xml:lang="en">\n'
    " <p><s>Hello &amp; welcome.</s> <s>This is two</s></p>\n"
    ' <p>I paid $4.5M <break time="700ms"/> for a <sub alias="big web">WWW</sub> page.\n'
    ' <voice name="x/zoe">Hi there</voice>, <prosody rate="150%">quick <foo>one</foo></prosody>.</p>\n'
    "</speak>"
)
SPOKEN_SSML = replace(
    STYLED, markup="ssml", normalized_kinds=NORMALIZED_KINDS, spoken_language="en", word_times=True
)


def test_ssml_is_spoken_the_same_under_every_cutting_and_every_word_keeps_its_place() -> None:
    for size in (len(SSML), 1, 2, 3, 5, 8):
        bench = Bench.open(SPOKEN_SSML)
        for at in range(0, len(SSML), size):
            bench.speak(SSML[at : at + size])
        bench.receive(inputs.EndText())
        assert rendered_of(bench) == [
            ("Hello and welcome.", "b", "v", 1.0),
            ("This is two", "b", "v", 1.0),
            ("I paid four point five million dollars", "b", "v", 1.0),
            ("for a big web page.", "b", "v", 1.0),
            ("Hi there,", "x", "zoe", 1.0),
            ("quick one.", "b", "v", 1.5),
        ]
        typed = [SSML[mark.start : mark.end].strip() for mark in words_told(bench)]
        assert " ".join(typed) == (
            "Hello &amp; welcome This is two I paid $4.5M $4.5M $4.5M $4.5M $4.5M for a WWW WWW page "
            "Hi there quick one"
        )
        pauses = [
            event.at_ms for event in bench.events if isinstance(event, utterance_events.SentenceStarted)
        ]
        assert pauses == sorted(pauses)
        heard = bench.utterance.heard(bench.now, 500)
        assert heard.heard + heard.unheard == SSML


@pytest.mark.parametrize(("can", "spoken"), [(True, "A [GIF](/dʒˈɪf/) here."), (False, "A GIF here.")])
def test_phonemes_of_ssml_are_for_the_engine_and_not_for_the_eye(can: bool, spoken: str) -> None:
    bench = Bench.open(replace(SPOKEN_SSML, inline_phonemes=can))
    typed = 'A <phoneme ph="dʒɪf">GIF</phoneme> here.'
    bench.speak(typed)
    bench.receive(inputs.EndText())
    assert [text for text, *_ in rendered_of(bench)] == [spoken]
    (started,) = bench.told(utterance_events.SentenceStarted)
    assert isinstance(started, utterance_events.SentenceStarted)
    assert started.text == "A GIF here."
    assert sentences_of(bench) == ["A GIF here."]
    assert [warning.code for warning in told_warnings(bench)] == ([] if can else ["phonemes_unread"])


def told_warnings(bench: Bench) -> list[utterance_events.UtteranceWarning]:
    return [each for each in bench.events if isinstance(each, utterance_events.UtteranceWarning)]


def test_pauses_of_ssml_are_those_of_sentences_paragraphs_and_breaks() -> None:
    bench = Bench.open(SPOKEN_SSML)
    bench.speak(SSML)
    bench.receive(inputs.EndText())
    pauses = []
    while (pending := bench.dispatch()) is not None:
        pauses.append(pending.pause_ms)
        bench.sound(pending, len(bench.rendering[pending]))
        bench.take_all()
    assert pauses[1:] == [250, 600, 700, 250, 80]


@pytest.mark.parametrize(
    "part",
    [
        "<p>",
        "<prosody rate='2'>a",
        "<break time='1s'/>",
        "&#97;",
        "<s>b</s>",
        "<voice name='a'>b</voice>",
        "<",
    ],
)
def test_thousands_of_elements_are_soon_done(part: str) -> None:
    bench = Bench.open(SPOKEN_SSML)
    bench.speak(part * 5000)
    bench.receive(inputs.EndText())
    while bench.utterance.waiting_backend is not None:
        bench.render_all()
    bench.take_all()
    assert isinstance(bench.events[-1], utterance_events.UtteranceFinished)


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
def test_words_are_said_the_same_however_the_text_is_cut(size: int) -> None:
    words = {"New York": {"ipa": "njuː jɔːk"}, "New": "fresh", "GIF": "jif", "Dr": "never"}
    dictionary = PronunciationDictionary(read_entries(words, most=4))
    bench = Bench.open(replace(SETTINGS, dictionary=dictionary, inline_phonemes=True))
    text = "New GIF's in New York, and New Yorkers. A **GIF** of New York! Is it Dr. GIF?"
    for at in range(0, len(text), size):
        bench.speak(text[at : at + size])
    bench.receive(inputs.EndText())
    bench.render_all()
    bench.take_all()
    started = bench.told(utterance_events.SentenceStarted)
    assert [each.spoken for each in started if isinstance(each, utterance_events.SentenceStarted)] == [
        "fresh jif's in [New York](/njˈuː jˈɔːk/), and fresh Yorkers.",
        "A jif of [New York](/njˈuː jˈɔːk/)!",
        "Is it never. jif?",
    ]


def test_a_fault_ends_an_utterance_with_an_error_once_and_for_all() -> None:
    bench = Bench.open(SETTINGS)
    bench.speak("One is here. Two ")
    for _ in range(2):
        bench.utterance.fail("internal", "why", bench.now)
    bench.take_all()
    failed, heard, finished = bench.events[-3:]
    assert failed == utterance_events.SentenceFailed(1, "internal", "why")
    assert isinstance(heard, utterance_events.HeardText)
    assert heard.heard + heard.unheard == "One is here. Two "
    assert isinstance(finished, utterance_events.UtteranceFinished)
    assert finished.reason is utterance_events.FinishReason.FAILED


def test_a_listener_needs_more_as_long_as_its_text_goes_on_and_then_what_is_left() -> None:
    bench = Bench.open()
    assert bench.utterance.demand(bench.now) is None
    bench.speak("One is")
    assert bench.utterance.demand(bench.now) == Demand(0.0, math.inf)
    bench.speak(" here. ")
    bench.receive(inputs.FlushText(None))
    bench.render_all()
    demand = bench.utterance.demand(bench.now)
    assert demand is not None
    assert demand.store_s == pytest.approx(0.24)
    assert demand.needed_s == math.inf
    assert bench.utterance.demand(bench.now + 1) is None  # it waits for text
    bench.speak("Two is here.")
    bench.receive(inputs.EndText())
    assert bench.utterance.demand(bench.now + 1) == Demand(0.0, 12 / 15)
    bench.render_all()
    assert bench.utterance.demand(bench.now) is None
