"""A sentence that is too short alone is spoken with the next one."""

from __future__ import annotations

from voice_server.core.speech.growing_text import GrowingText
from voice_server.core.speech.merging import Merger
from voice_server.core.text.splitting.splitter import Piece

TEXT = "Yes. No.\nThat is all there is to say. Oh."
LIMITS = {"min_chars": 10, "max_chars": 40}


def piece(text: str) -> Piece:
    start = TEXT.index(text)
    return Piece(text, start, start + len(text), "", "en")


def test_short_sentences_gather_until_they_are_long_enough() -> None:
    merger = Merger(GrowingText(TEXT))
    assert merger.add(piece("Yes."), **LIMITS) == []
    assert merger.holds
    assert merger.add(piece("No."), **LIMITS) == []
    (ready,) = merger.add(piece("That is all there is to say."), **LIMITS)
    assert ready.text == TEXT[:37]
    assert (ready.start, ready.end) == (0, 37)
    assert not merger.holds


def test_what_is_long_enough_is_not_held() -> None:
    merger = Merger(GrowingText(TEXT))
    long = piece("That is all there is to say.")
    assert merger.preview(long, **LIMITS) is long
    assert merger.add(long, **LIMITS) == [long]
    assert merger.release() == []


def test_what_would_be_too_long_together_is_spoken_apart() -> None:
    merger = Merger(GrowingText(TEXT))
    merger.add(piece("Yes."), **LIMITS)
    long = piece("That is all there is to say.")
    assert merger.preview(long, min_chars=10, max_chars=30) is None
    assert merger.add(long, min_chars=10, max_chars=30) == [piece("Yes."), long]


def test_a_preview_changes_nothing() -> None:
    typed = GrowingText(TEXT[:4])
    merger = Merger(typed)
    typed.append(TEXT[4:])
    merger.add(piece("Yes."), **LIMITS)
    assert merger.preview(piece("No."), **LIMITS) is None
    preview = merger.preview(piece("That is all there is to say."), **LIMITS)
    assert preview is not None
    assert preview.text == TEXT[:37]
    assert merger.release() == [piece("Yes.")]
    assert not merger.holds
