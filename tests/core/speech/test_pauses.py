"""The rhythm of a text: how long each pause is, where it lies, and what has been heard by then."""

from __future__ import annotations

import gc
import weakref
from dataclasses import replace

import msgspec
import pytest

from tests.core.speech.rendering import SETTINGS, Bench, pcm_of, words_of
from voice_server.core.speech import utterance_inputs as inputs
from voice_server.core.speech.pauses import NO_PAUSES, Pauses
from voice_server.core.speech.speech_settings import SpeechSettings, UtteranceLimits
from voice_server.core.speech.utterance import Utterance
from voice_server.core.speech.utterance_events import (
    FinishReason,
    SentenceAudio,
    SentenceEnded,
    SentenceFailed,
    SentenceStarted,
    SentenceWords,
    UtteranceFinished,
)
from voice_server.core.text.directives import Style
from voice_server.core.types import SpeechWarning

PAUSES = Pauses(sentence_ms=300, clause_ms=150, paragraph_ms=600, list_item_ms=400)
PACED = replace(SETTINGS, pauses=PAUSES, word_times=True)
LIST = "To do:\n- buy milk\n- feed the cat\nThat is all."
ONE_LINE_LIST = "1) buy some milk 2) feed the cat"


def silence(ms: float) -> bytes:
    return bytes(2 * round(24 * ms))


def spoken(text: str, **settings: object) -> list[tuple[str, float]]:
    """The sentences of a text, and how long the pause before each is in ms."""
    bench = Bench.open(replace(PACED, **settings))  # type: ignore[arg-type]
    bench.speak(text)
    bench.receive(inputs.EndText())
    bench.render_all()
    bench.take_all()
    sentences, pauses = [], []
    rest = bench.audio
    for event in bench.told(SentenceStarted):
        assert isinstance(event, SentenceStarted)
        silent, _, _ = rest.partition(pcm_of(event.spoken))
        assert silent == bytes(len(silent))
        rest = rest[len(silent) + len(pcm_of(event.spoken)) :]
        sentences.append(event.text)
        pauses.append(len(silent) / 48)
    assert rest == b""
    return list(zip(sentences, pauses, strict=True))


@pytest.mark.parametrize(
    ("text", "pauses"),
    [
        ("This is one.", [0]),
        ("This is one. This is two. This is three.", [0, 300, 300]),
        ("This is one.\nThis is two.", [0, 300]),
        ("This is one.\n\nThis is two.", [0, 600]),
        ("This is one.\n \nThis is two.", [0, 600]),
        ("# A heading\nThis is two.", [0, 600]),
        ("This is one.\n## A heading\n\nThis is three.", [0, 600, 600]),
        (LIST, [0, 400, 400, 300]),
        (LIST.replace("\n", "\n\n"), [0, 400, 400, 600]),
        (ONE_LINE_LIST, [0, 400]),
        ("This is one.\n*Stress* is two.", [0, 300]),
    ],
)
def test_the_pause_depends_on_what_stands_between_two_sentences(text: str, pauses: list[float]) -> None:
    assert [pause for _, pause in spoken(text)] == pauses


@pytest.mark.parametrize(
    ("text", "pauses"),
    [
        ("When the rain had stopped at last, we all went out into the garden.", [0, 150]),
        ("a " * 40 + "of words without a mark", [0, 0]),
    ],
)
def test_a_sentence_that_is_cut_pauses_only_where_a_mark_is(text: str, pauses: list[float]) -> None:
    assert [pause for _, pause in spoken(text, first_segment="clause")] == pauses


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("[pause:1s]One is here.", [("One is here.", 1000)]),
        ("One is here.[pause:1s] Two is.", [("One is here.", 0), ("Two is.", 1000)]),
        ("One is here.\n\n[pause:0ms]\nTwo is.", [("One is here.", 0), ("Two is.", 0)]),
        ("One [pause:20ms]is[pause], here.", [("One", 0), ("is,", 20), ("here.", 500)]),
        ("Is '[voice:a]one[/voice]'. [voice:b]Or, two.", [("Is '", 0), ("one", 0), ("Or, two.", 300)]),
    ],
)  # fmt: skip
@pytest.mark.parametrize("speed", [1.0, 2.0])
def test_a_pause_that_is_asked_for_stands_in_place_of_the_server_s(
    text: str, sentences: list[tuple[str, float]], speed: float
) -> None:
    found = spoken(text, find_style=any_voice, options={"speed": speed})
    asked = "[pause" in text
    assert found == [(sentence, ms if asked else ms / speed) for sentence, ms in sentences]


def any_voice(settings: SpeechSettings, style: Style) -> tuple[SpeechSettings, list[SpeechWarning]]:
    return replace(settings, voice=style.voice or settings.voice), []


@pytest.mark.parametrize(
    ("text", "heard"),
    [
        ("One is here.[pause:1s]", pcm_of("One is here.") + silence(1000)),
        ("[pause:1s]", silence(1000)),
        ("One is here. [pause:1s] .", pcm_of("One is here.") + silence(1000)),
    ],
)
def test_a_pause_behind_the_last_word_is_heard_too(text: str, heard: bytes) -> None:
    bench = Bench.open(PACED)
    bench.speak(text)
    bench.receive(inputs.EndText())
    bench.render_all()
    assert bench.utterance.has_event or bench.events
    bench.take_all()
    assert bench.audio == heard
    finished = bench.events[-1]
    assert isinstance(finished, UtteranceFinished)
    assert finished.audio_ms == len(heard) / 48


def test_a_pause_that_is_asked_for_is_heard_before_the_first_sound_is_there() -> None:
    bench = Bench.open(PACED)
    bench.speak("[pause:1s]One is here. Two")
    pending = bench.dispatch()
    assert pending is not None
    assert not pending.is_inside
    bench.take_all()
    assert bench.audio == silence(1000)
    bench.fail(pending)
    bench.receive(inputs.EndText())
    bench.render_all()
    bench.take_all()
    assert bench.audio == silence(1000) + pcm_of("Two")


def test_a_flush_behind_a_comma_is_a_short_pause_and_any_other_a_long_one() -> None:
    bench = Bench.open(PACED)
    for part in ("Well,", "now", "then"):
        bench.speak(part + " ")
        bench.receive(inputs.FlushText())
    bench.render_all()
    bench.take_all()
    assert bench.audio == pcm_of("Well,") + silence(150) + pcm_of("now") + silence(300) + pcm_of("then")


@pytest.mark.parametrize("speed", [0.5, 2.0])
def test_a_voice_that_speaks_faster_pauses_shorter(speed: float) -> None:
    assert [pause for _, pause in spoken("One is here. Two is.", options={"speed": speed})] == [
        0,
        300 / speed,
    ]


def test_the_default_has_pauses_and_no_pauses_are_none() -> None:
    assert all(pause > 0 for pause in msgspec.structs.astuple(Pauses()))
    assert msgspec.structs.astuple(NO_PAUSES) == (0, 0, 0, 0)
    assert [pause for _, pause in spoken("One is here. Two is.", pauses=NO_PAUSES)] == [0, 0]


def test_a_pause_belongs_to_the_sentence_behind_it_whose_times_count_it() -> None:
    bench = Bench.open(PACED)
    bench.speak("One is here. Two is here.")
    bench.receive(inputs.EndText())
    for _ in range(2):
        pending = bench.dispatch()
        assert pending is not None
        for mark in words_of(pending.segment.text):
            bench.receive(inputs.RenderedWord(pending, mark))
        bench.sound(pending, len(bench.rendering[pending]))
        bench.take_all()
    first, second = (event for event in bench.told(SentenceStarted) if isinstance(event, SentenceStarted))
    ends = [event for event in bench.told(SentenceEnded) if isinstance(event, SentenceEnded)]
    assert (first.at_ms, second.at_ms) == (0, ends[0].audio_ms)
    assert ends[1].audio_ms == pytest.approx(300 + len(pcm_of("Two is here.")) / 48)
    words = [event for event in bench.told(SentenceWords) if isinstance(event, SentenceWords)]
    assert next(mark.start_ms for mark in words[0].marks) == 0
    assert next(mark.start_ms for mark in words[1].marks) == 300
    (finished,) = bench.told(UtteranceFinished)
    assert isinstance(finished, UtteranceFinished)
    assert (
        finished.audio_ms
        == pytest.approx(len(bench.audio) / 48)
        == pytest.approx(sum(e.audio_ms for e in ends))
    )


def test_a_pause_is_handed_out_while_the_sound_behind_it_is_rendered() -> None:
    bench = Bench.open(PACED)
    bench.speak("One is here. Two is here. Three")
    first = bench.dispatch()
    assert first is not None
    bench.sound(first, len(bench.rendering[first]))
    bench.take_all()
    assert bench.audio == pcm_of("One is here.")
    assert not bench.utterance.has_event
    second = bench.dispatch()
    assert second is not None
    assert bench.utterance.has_event
    *_, started, audio = bench.take_all()
    assert isinstance(started, SentenceStarted)
    assert audio == SentenceAudio(1, silence(300))
    assert not bench.utterance.has_event
    bench.sound(second, len(bench.rendering[second]))
    bench.take_all()
    assert bench.audio == pcm_of("One is here.") + silence(300) + pcm_of("Two is here.")


def test_no_second_pause_follows_one_behind_which_there_was_no_sound() -> None:
    bench = Bench.open(PACED)
    bench.speak("One is here. Two is here. Three is here. ")
    bench.receive(inputs.EndText())
    first = bench.dispatch()
    assert first is not None
    bench.sound(first, len(bench.rendering[first]))
    bench.take_all()
    failing = bench.dispatch()
    assert failing is not None
    bench.take_all()
    bench.fail(failing)
    bench.render_all()
    bench.take_all()
    assert len(bench.told(SentenceFailed)) == 1
    assert bench.audio == pcm_of("One is here.") + silence(300) + pcm_of("Three is here.")


def test_a_barge_in_inside_a_pause_has_heard_all_before_it_and_nothing_behind() -> None:
    bench = Bench.open(PACED)
    bench.speak("One is here.\n\nTwo is here.")
    bench.receive(inputs.EndText())
    bench.render_all()
    bench.take_all()
    first_ms = len(pcm_of("One is here.")) / 48
    for played_ms in (first_ms, first_ms + 1, first_ms + 599, first_ms + 600):
        heard = bench.utterance.heard(bench.now, played_ms)
        assert (heard.heard, heard.unheard) == ("One is here.", "\n\nTwo is here.")
    assert bench.utterance.heard(bench.now, first_ms + 650).heard == "One is here.\n\nTwo"


@pytest.mark.parametrize(
    ("behind_ms", "reason", "pause_ms"),
    [(0, FinishReason.COMPLETE, 300), (10_000, FinishReason.COMPLETE, 0), (0, FinishReason.CANCELLED, 0)],
)
def test_an_utterance_begins_with_a_pause_only_where_the_one_before_it_is_still_heard(
    behind_ms: float, reason: FinishReason, pause_ms: float
) -> None:
    before = Bench.open(PACED)
    before.speak("One is here.")
    before.receive(inputs.FlushText())
    before.render_all()
    before.take_all()
    if reason is FinishReason.COMPLETE:
        before.receive(inputs.EndText())
        before.take_all()
    else:
        before.receive(inputs.CancelUtterance(reason=reason))
    now = before.now + behind_ms / 1000
    bench = Bench(Utterance(PACED, UtteranceLimits(), now, predecessor=before.utterance), now=now)
    bench.speak("Two is here.")
    bench.receive(inputs.EndText())
    bench.render_all()
    bench.take_all()
    assert bench.audio == silence(pause_ms) + pcm_of("Two is here.")


def test_an_utterance_without_a_pause_before_it_begins_at_once_and_is_heard_after_the_other() -> None:
    before = Bench.open(PACED)
    before.speak("One is here.")
    before.receive(inputs.EndText())
    before.render_all()
    before.take_all()
    opened = Utterance(
        PACED, UtteranceLimits(), before.now, predecessor=before.utterance, pauses_before=False
    )
    bench = Bench(opened, now=before.now)
    bench.speak("Two is here.")
    bench.receive(inputs.EndText())
    bench.render_all()
    bench.take_all()
    assert bench.audio == pcm_of("Two is here.")
    assert opened.played_s(before.now + 0.1) == 0.0


def test_an_utterance_that_is_over_keeps_none_of_those_before_it() -> None:
    before = Bench.open(PACED)
    bench = Bench(Utterance(PACED, UtteranceLimits(), before.now, predecessor=before.utterance))
    first = weakref.ref(before.utterance)
    for each in (before, bench):
        each.receive(inputs.CancelUtterance())
        each.take_all()
    assert bench.utterance.predecessor is None
    del before, each
    gc.collect()
    assert first() is None
