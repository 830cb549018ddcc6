"""Whisper listens to sixty sentences that a live server speaks."""

from __future__ import annotations

import pytest

from tests.heard.engines import ENGINES, Engine, Listening
from tests.heard.sentences import NORMALISED, PLAIN, SENTENCES
from voice_server.commands.shared.listener import word_error_rate

pytestmark = [pytest.mark.heard, pytest.mark.timeout(600), pytest.mark.blocks_loop]

MARGIN = 0.02
"""The recogniser's own: a word of a hundred is misheard in one rendering of a sentence and not in another."""
PLAIN_BOUNDS = {"espeak": 0.3, "piper": 0.15, "kokoro": 0.03}
NORMALISED_BOUNDS = {"espeak": 0.4, "piper": 0.2, "kokoro": 0.2}

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
    through, alone = listening.through(engine), listening.alone(engine)
    assert word_error_rate(through.heard) <= word_error_rate(alone.heard) + MARGIN
