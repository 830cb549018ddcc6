"""The objects that Cartesia sends."""

from __future__ import annotations

import base64

from voice_server.core.types import WordMark
from voice_server.endpoints.dialects.cartesia.cartesia_messages import CartesiaContext

MARKS = (WordMark("One", 0.0, 90.0, 0, 3, "wʌn"), WordMark("two", 100.0, 200.0, 4, 7))


def test_every_message_has_its_context_and_says_whether_it_is_the_last() -> None:
    context = CartesiaContext("c", 1.0)
    messages = [context.chunk(b"ab", 1.5), context.words(MARKS), context.flush_done(1)]
    assert {(each["context_id"], each["done"]) for each in messages} == {("c", False)}
    assert context.done()["done"]
    assert context.error("No.", "no_text", 400)["done"]


def test_sound_is_base64_and_tells_the_time_since_the_last() -> None:
    context = CartesiaContext("c", 1.0)
    assert base64.b64decode(context.chunk(b"ab", 1.5)["data"]) == b"ab"
    assert context.chunk(b"ab", 1.75, flush_id=2)["step_time"] == 250.0


def test_words_and_phonemes_are_columns_in_seconds() -> None:
    context = CartesiaContext("c", 0.0)
    assert context.words(MARKS)["word_timestamps"] == {
        "words": ["One", "two"],
        "start": [0.0, 0.1],
        "end": [0.09, 0.2],
    }
    assert context.phonemes(MARKS)["phoneme_timestamps"] == {
        "phonemes": ["w", "ʌ", "n"],
        "start": [0.0, 0.03, 0.06],
        "end": [0.03, 0.06, 0.09],
    }
