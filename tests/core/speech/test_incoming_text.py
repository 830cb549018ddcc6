"""Which sentences of a text are certain, which one is likely, and when silence decides."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.core.speech.rendering import SETTINGS
from voice_server.core.speech.incoming_text import IncomingText
from voice_server.core.text.splitting.splitter import Piece


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
