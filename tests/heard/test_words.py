"""Whisper listens to sixty sentences that a live server speaks."""

from __future__ import annotations

import pytest

from tests.heard.engines import ENGINES, Engine, Listening
from tests.heard.sentences import NORMALISED, PLAIN, SENTENCES
from voice_server.commands.shared.listener import word_error_rate

pytestmark = [pytest.mark.heard, pytest.mark.timeout(600), pytest.mark.blocks_loop]

MARGIN = 0.02
"""The recogniser's own: a word of a hundred is misheard in one rendering of a sentence and not in another."""
PLAIN_BOUNDS = {"espeak": 0.2, "piper": 0.05, "kokoro": 0.03}
"""espeak's sound costs 15 %, most of it in names; a small voice of piper loses 3 %."""
NORMALISED_BOUNDS = {"espeak": 0.3, "piper": 0.12, "kokoro": 0.1}
"""What is lost beside that is how 1/2, km/h, Oak St. and Dec. are read out."""

engines = pytest.mark.parametrize("engine", ENGINES.values(), ids=ENGINES)


def test_there_are_ten_sentences_of_each_kind() -> None:
    kinds = [sentence.kind for sentence in SENTENCES]
    assert {kind: kinds.count(kind) for kind in kinds} == dict.fromkeys((*PLAIN, *NORMALISED), 10)


@engines
def test_no_fallback_spoke_and_nothing_was_replaced(engine: Engine, listening: Listening) -> None:
    warnings = {code for take in listening.through(engine).takes for code in take.warnings}
    assert not warnings


@engines
def test_plain_words_are_heard(engine: Engine, listening: Listening) -> None:
    assert word_error_rate(listening.through(engine).of(PLAIN)) <= PLAIN_BOUNDS[engine.backend]


@engines
def test_numbers_and_abbreviations_are_heard(engine: Engine, listening: Listening) -> None:
    assert word_error_rate(listening.through(engine).of(NORMALISED)) <= NORMALISED_BOUNDS[engine.backend]


@engines
def test_the_server_is_heard_as_well_as_the_engine_alone(engine: Engine, listening: Listening) -> None:
    through = listening.through(engine).of_sentences(engine.sentences_alone)
    assert word_error_rate(through) <= word_error_rate(listening.alone(engine).heard) + MARGIN
