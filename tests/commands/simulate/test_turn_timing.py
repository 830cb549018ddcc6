from __future__ import annotations

import pytest

from voice_server.client_events import Audio, Generating, Pong, Sentence, SentenceEnd
from voice_server.commands.simulate.simulated_llm import TokenLog
from voice_server.commands.simulate.turn_timing import SentenceTiming, TurnMeter

SECOND = bytes(2 * 24_000)


@pytest.fixture
def log() -> TokenLog:
    log = TokenLog()
    log.sent("Hi.", 10.0)
    log.sent(" You.", 10.5)
    log.finished(10.6)
    return log


def sentence(index: int, text: str, chars: tuple[int, int] | None, at_ms: float = 0) -> Sentence:
    return Sentence("1", index, text, text, at_ms, 0, chars)


def test_a_sentence_is_measured_against_when_it_was_certain_and_complete(log: TokenLog) -> None:
    ear = TurnMeter(log)
    assert ear.hear(sentence(0, "Hi.", (0, 3)), 10.5) is None
    assert ear.hear(Audio(SECOND), 10.75) is None
    assert ear.hear(Audio(SECOND), 11.0) is None
    heard = ear.hear(SentenceEnd("1", 0, 2000, 0, 0.25, 0), 11.0)
    assert heard == SentenceTiming(0, "Hi.", 250, 750, 0, 2000, 0.25, 0)
    assert (ear.audio_ms, ear.first_audio_at, ear.last_audio_at) == (2000, 10.75, 11.0)


def test_silence_within_speech_is_a_gap_of_the_sentence_it_comes_before(log: TokenLog) -> None:
    ear = TurnMeter(log)
    ear.hear(sentence(0, "Hi.", (0, 3)), 10.5)
    ear.hear(Audio(SECOND), 11.0)
    ear.hear(sentence(1, "You.", (4, 8), 1000), 11.9)
    ear.hear(Audio(SECOND), 12.5)
    heard = ear.hear(SentenceEnd("1", 1, 1000, 0, 0.1, 0), 12.5)
    assert heard is not None
    assert heard.gap_ms == pytest.approx(500)
    assert ear.gaps_ms == [pytest.approx(500)]


def test_silence_too_short_to_notice_is_no_gap(log: TokenLog) -> None:
    ear = TurnMeter(log)
    ear.hear_audio(len(SECOND), 11.0)
    ear.hear_audio(len(SECOND), 12.019)
    assert ear.gaps_ms == []


def test_what_version_1_tells_is_the_sentence_alone(log: TokenLog) -> None:
    ear = TurnMeter(log)
    assert ear.hear(Generating("Hi.", 0), 10.5) == SentenceTiming(0, "Hi.")
    assert ear.hear(Generating("You.", 0), 10.5) == SentenceTiming(1, "You.")


def test_what_a_server_leaves_out_is_unknown(log: TokenLog) -> None:
    ear = TurnMeter(log)
    ear.hear(sentence(0, "Hi.", None), 10.5)
    heard = ear.hear(SentenceEnd("1", 0, 0, 0, 0, 0), 11.0)
    assert heard is not None
    assert heard.delay_ms is None
    assert ear.hear(Pong(1), 11.0) is None
    assert ear.hear(Generating("Hi.", 0, "1", 0), 11.0) is None
