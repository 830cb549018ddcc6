"""Silences, levels and word times of what a live server speaks, against the sound's own energy.

Of times three quarters are held to their bounds, and the median to about half: where a sound fades, and
whether a weak one counts as silence, is a matter of judgement in the rest.
"""

from __future__ import annotations

import asyncio
from itertools import combinations
from statistics import median, quantiles

import numpy as np
import pytest

from tests.heard.engines import ENGINES, Engine, Listening
from voice_server.commands.doctor.sound_edges import sentence_pauses_ms, sound_spans, word_time_errors
from voice_server.commands.doctor.take import record_take
from voice_server.config import DEFAULT_LOUDNESS_LUFS
from voice_server.core.audio.loudness import measured_lufs

pytestmark = [pytest.mark.heard, pytest.mark.timeout(600), pytest.mark.blocks_loop]

engines = pytest.mark.parametrize("engine", ENGINES.values(), ids=ENGINES)


@engines
def test_a_turn_begins_with_sound(engine: Engine, listening: Listening) -> None:
    leads_ms = [sound_spans(take)[0].start_ms for take in listening.through(engine).takes]
    assert quantiles(leads_ms, n=20)[-1] <= 50


@engines
def test_the_pause_between_two_sentences_is_the_server_s(engine: Engine, listening: Listening) -> None:
    pauses_ms = [pause for take in listening.through(engine).takes for pause in sentence_pauses_ms(take)]
    assert pauses_ms
    assert min(pauses_ms) >= 250
    assert max(pauses_ms) <= 350


@engines
def test_a_word_after_a_silence_is_told_when_it_begins(engine: Engine, listening: Listening) -> None:
    found = [word_time_errors(take) for take in listening.through(engine).takes]
    starts_ms = [abs(error) for errors in found if errors is not None for error in errors.starts_ms]
    assert len(starts_ms) >= len(engine.sentences) // 2
    assert median(starts_ms) <= 15
    assert quantiles(starts_ms, n=4)[-1] <= 25


@engines
def test_the_last_word_ends_with_its_sound(engine: Engine, listening: Listening) -> None:
    found = [word_time_errors(take) for take in listening.through(engine).takes]
    ends_ms = [abs(errors.end_ms) for errors in found if errors is not None]
    assert len(ends_ms) == len(engine.sentences)
    assert median(ends_ms) <= 25
    assert quantiles(ends_ms, n=4)[-1] <= 50


@engines
@pytest.mark.parametrize("text", ["Hello.", "Yes.", "Thank you.", "How are you?", "See you tomorrow then."])
def test_a_short_answer_is_sound_and_as_loud_as_a_sentence(
    engine: Engine, listening: Listening, text: str
) -> None:
    spoken = {"voice": engine.voice, "backend": engine.backend}
    take = asyncio.run(record_take(listening.server.url, text, **spoken))
    spans = sound_spans(take)
    assert sum(each.end_ms - each.start_ms for each in spans) > 100 + 15 * len(text)
    lufs = measured_lufs(np.frombuffer(take.pcm, "<i2") / 32768, take.rate_hz)
    assert lufs == pytest.approx(DEFAULT_LOUDNESS_LUFS, abs=6)


def test_the_default_voices_are_equally_loud(listening: Listening) -> None:
    loudness = {
        name: median(each.loudness_lufs or 0 for each in listening.through(engine).heard)
        for name, engine in ENGINES.items()
    }
    apart = {pair: abs(loudness[pair[0]] - loudness[pair[1]]) for pair in combinations(loudness, 2)}
    assert max(apart.values()) <= 2, loudness
