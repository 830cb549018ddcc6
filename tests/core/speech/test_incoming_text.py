"""Which sentences of a text are certain, which one is likely, and when silence decides."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.core.speech.rendering import SETTINGS
from voice_server.core.speech.incoming_text import IncomingText
from voice_server.core.speech.speech_settings import SpeechSettings
from voice_server.core.text.directives import Style
from voice_server.core.text.splitting.splitter import Piece
from voice_server.core.types import SpeechWarning


def texts(pieces: list[Piece]) -> list[str]:
    return [piece.text for piece in pieces]


def test_a_sentence_is_likely_at_its_mark_and_certain_with_the_next_token() -> None:
    text = IncomingText(SETTINGS)
    assert text.push("Nobody knows the answer yet.", 1.0) == []
    likely = text.likely
    assert likely is not None
    (certain,) = text.push(" The", 1.1)
    assert certain[:3] == likely[:3]
    assert text.likely is None


def test_what_is_pushed_is_counted_and_kept_as_typed() -> None:
    text = IncomingText(SETTINGS)
    text.push("One is here. ", 1.0)
    text.push("Two", 1.1)
    assert (text.typed, text.typed_chars, text.pending_chars) == ("One is here. Two", 16, 3)


def test_a_flush_hands_out_half_a_sentence_and_the_text_goes_on() -> None:
    text = IncomingText(SETTINGS)
    text.push("Half a", 1.0)
    assert texts(text.flush()) == ["Half a"]
    text.push(" sentence", 1.1)
    assert texts(text.finish()) == ["sentence"]


def test_silence_decides_only_where_the_text_looks_finished() -> None:
    text = IncomingText(SETTINGS)
    text.push("Let me look", 1.0)
    assert text.next_deadline() is None
    text.push(" that up.", 1.0)
    assert text.next_deadline() == pytest.approx(1.15)
    assert texts(text.paused()) == ["Let me look that up."]
    assert text.next_deadline() is None


def test_a_short_sentence_waits_for_the_next_one_or_for_silence() -> None:
    text = IncomingText(replace(SETTINGS, min_segment_chars=20))
    assert text.push("Yes. It", 1.0) == []
    assert texts(text.push(" is so, I believe. Then", 1.1)) == ["Yes. It is so, I believe."]
    text.push(" no.\n", 1.2)
    assert texts(text.paused()) == ["Then no."]


def test_other_settings_hold_from_the_next_sentence_on() -> None:
    text = IncomingText(replace(SETTINGS, min_segment_chars=20))
    text.push("Yes.", 1.0)
    text.configure(SETTINGS)
    assert texts(text.push(" No. Then", 1.1)) == ["Yes.", "No."]


def told(text: IncomingText, pieces: list[Piece]) -> list[tuple[str, str]]:
    """Each piece, and where it was typed."""
    return [(piece.text, text.typed[slice(*text.typed_place(piece)[0])]) for piece in pieces]


def test_what_is_not_for_the_ear_is_no_sentence_and_keeps_its_place() -> None:
    text = IncomingText(SETTINGS)
    typed = "<think>Tea? Yes.</think>\nTea <think>hm</think> it is.\n```\nf(x)\n```\nDone now."
    pieces = text.push(typed, 1.0) + text.finish()
    assert text.typed == typed
    assert told(text, pieces) == [
        ("Tea  it is.", "Tea <think>hm</think> it is."),
        ("Code omitted.", "```"),
        ("Done now.", "Done now."),
    ]
    offsets = text.typed_place(pieces[0])[1]
    assert offsets is not None
    assert offsets.to_source(5, 7) == (22, 24)
    assert text.typed_place(pieces[2])[1] is None
    assert text.filtered_between(pieces[1].end, pieces[2].start) == "\n"


def test_a_thought_between_a_mark_and_the_next_word_keeps_the_early_end() -> None:
    text = IncomingText(SETTINGS)
    text.push("Nobody knows the answer yet.", 1.0)
    likely = text.likely
    text.push(" <thi", 1.1)
    assert text.likely == likely
    assert likely is not None
    (certain,) = text.push("nk>Hm.</think> The", 1.2)
    assert certain[:3] == likely[:3]


def test_silence_reads_the_rows_of_a_table_that_wait() -> None:
    text = IncomingText(SETTINGS)
    assert text.push("|A|B|\n|---|---|\n|a|b|\n", 1.0) == []
    assert text.next_deadline() == pytest.approx(1.15)
    assert texts(text.paused()) == ["a: b."]
    assert texts(text.push("|c|d|\n", 1.3)) == ["c: d."]


def test_text_that_is_spoken_as_typed_is_not_filtered() -> None:
    text = IncomingText(replace(SETTINGS, markup="speak"))
    assert texts(text.push("<think>Tea it is.</think>", 1.0) + text.finish()) == ["<think>Tea it is.</think>"]


def test_what_is_held_back_counts_as_text_that_waits() -> None:
    text = IncomingText(SETTINGS)
    text.push("a <thin", 1.0)
    assert text.pending_chars == 7
    assert texts(text.flush()) == ["a <thin"]


def any_voice(settings: SpeechSettings, style: Style) -> tuple[SpeechSettings, list[SpeechWarning]]:
    """Speaks with any voice that a tag names, but cannot change the rate."""
    warnings = [SpeechWarning("style_ignored", "no rate")] if style.rate != 1 else []
    return replace(settings, voice=style.voice or settings.voice), warnings


STYLED = replace(SETTINGS, find_style=any_voice)


def test_a_directive_parts_a_sentence_where_something_changes() -> None:
    text = IncomingText(STYLED)
    pieces = text.push("He said [voice:a]come in[/voice] and left.", 1.0) + text.finish()
    assert [(piece.text, text.settings_of(piece).voice) for piece in pieces] == [
        ("He said", "v"),
        ("come in", "a"),
        ("and left.", "v"),
    ]
    assert text.take_warnings() == []


def test_a_directive_that_changes_nothing_parts_nothing_and_says_why() -> None:
    text = IncomingText(STYLED)
    pieces = text.push("It is [rate:2]very[/rate] [voice:v]quick[/voice].", 1.0) + text.finish()
    assert texts(pieces) == ["It is very quick."]
    assert [warning.message for warning in text.take_warnings()] == ["no rate"]
    assert text.take_warnings() == []
    assert [text.settings_of(piece).voice for piece in pieces] == ["v"]


def test_what_is_likely_ends_before_a_directive_and_a_short_sentence_does_not_wait_for_it() -> None:
    text = IncomingText(replace(STYLED, min_segment_chars=20))
    text.push("Yes. No.", 1.0)
    assert texts(text.push("[pause:1s] The", 1.1)) == ["Yes. No."]
    assert text.likely is None


def test_pauses_between_two_pieces_add_up_to_a_limit() -> None:
    text = IncomingText(STYLED)
    pieces = text.push("One.[pause:1s][pause:500ms] Two.[pause:0ms] Three.[pause:9s][pause:9s]", 1.0)
    pieces += text.finish()
    one, two, three = pieces
    assert text.pause_between(0, one.start) is None
    assert text.pause_between(one.end, two.start) == 1500
    assert text.pause_between(two.end, three.start) == 0
    assert text.take_warnings() == []
    assert text.pause_between(three.end) == 10_000
    (warning,) = text.take_warnings()
    assert (warning.code, warning.message) == ("value_clamped", "a pause lasts 10 s at most, not 18 s")


def test_other_settings_hold_for_styles_too() -> None:
    text = IncomingText(STYLED)
    (first,) = text.push("[voice:a]One.[pause]", 1.0) + text.flush()
    text.configure(replace(STYLED, backend="other"))
    (second,) = text.push(" Two.", 1.1) + text.finish()
    for piece in (first, second):
        assert (text.settings_of(piece).backend, text.settings_of(piece).voice) == ("other", "a")


def test_ssml_is_read_and_its_mistakes_are_told() -> None:
    text = IncomingText(replace(STYLED, markup="ssml"))
    pieces = text.push("<s>One &amp; two</s><foo>**Three**</foo>", 1.0) + text.finish()
    assert told(text, pieces) == [("One & two", "One &amp; two"), ("**Three**", "**Three**")]
    assert [warning.code for warning in text.take_warnings()] == ["ssml_ignored"]


def test_a_text_may_become_ssml_and_cease_to_be_it() -> None:
    text = IncomingText(SETTINGS)
    pieces = text.push("One is *here*. [pau", 1.0)
    text.configure(replace(SETTINGS, markup="ssml"))
    pieces += text.push("se] <s>Two &amp; three</s> &lt", 1.1)
    text.configure(SETTINGS)
    pieces += text.push("; `<s>`", 1.2) + text.finish()
    assert texts(pieces) == ["One is *here*.", "[pause]", "Two & three", "&lt; `<s>`"]
