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
    meter = TurnMeter(log)
    assert meter.receive(sentence(0, "Hi.", (0, 3)), 10.5) is None
    assert meter.receive(Audio(SECOND), 10.75) is None
    assert meter.receive(Audio(SECOND), 11.0) is None
    timing = meter.receive(SentenceEnd("1", 0, 2000, 0, 0.25, 0), 11.0)
    assert timing == SentenceTiming(0, "Hi.", 250, 750, 0, 2000, 0.25, 0, 3)
    assert (meter.audio_ms, meter.first_audio_at, meter.last_audio_at) == (2000, 10.75, 11.0)


def test_silence_within_speech_is_a_gap_of_the_sentence_it_comes_before(log: TokenLog) -> None:
    meter = TurnMeter(log)
    meter.receive(sentence(0, "Hi.", (0, 3)), 10.5)
    meter.receive(Audio(SECOND), 11.0)
    meter.receive(sentence(1, "You.", (4, 8), 1000), 11.9)
    meter.receive(Audio(SECOND), 12.5)
    timing = meter.receive(SentenceEnd("1", 1, 1000, 0, 0.1, 0), 12.5)
    assert timing is not None
    assert timing.gap_ms == pytest.approx(500)
    assert meter.gaps_ms == [pytest.approx(500)]


def test_gaps_inside_a_sentence_are_its_own_and_those_of_all_sentences_add_up(log: TokenLog) -> None:
    meter = TurnMeter(log)
    told = 0.0
    for index, times in enumerate([(11.0, 12.1, 13.3), (14.35, 15.36)]):
        meter.receive(sentence(index, "Hi.", (0, 3)), times[0])
        for now in times:
            meter.receive(Audio(SECOND), now)
        timing = meter.receive(SentenceEnd("1", index, 1000, 0, 0.1, 0), times[-1])
        assert timing is not None
        assert timing.gap_ms is not None
        assert timing.gap_ms == pytest.approx([300, 50][index])
        told += timing.gap_ms
    assert sum(meter.gaps_ms) == pytest.approx(told)
    assert len(meter.gaps_ms) == 3


def test_silence_too_short_to_notice_is_no_gap(log: TokenLog) -> None:
    meter = TurnMeter(log)
    meter.receive(sentence(0, "Hi.", (0, 3)), 11.0)
    meter.receive_audio(len(SECOND), 11.0)
    meter.receive_audio(len(SECOND), 12.019)
    timing = meter.receive(SentenceEnd("1", 0, 2000, 0, 0.1, 0), 12.1)
    assert timing is not None
    assert (meter.gaps_ms, timing.gap_ms) == ([], 0)


def test_version_1_sends_the_sentence_alone(log: TokenLog) -> None:
    meter = TurnMeter(log)
    assert meter.receive(Generating("Hi.", 0), 10.5) == SentenceTiming(0, "Hi.")
    assert meter.receive(Generating("You.", 0), 10.5) == SentenceTiming(1, "You.")


def test_what_a_server_leaves_out_is_unknown(log: TokenLog) -> None:
    meter = TurnMeter(log)
    meter.receive(sentence(0, "Hi.", None), 10.5)
    timing = meter.receive(SentenceEnd("1", 0, 0, 0, 0, 0), 11.0)
    assert timing is not None
    assert timing.delay_ms is None
    assert meter.receive(Pong(1), 11.0) is None
    assert meter.receive(Generating("Hi.", 0, "1", 0), 11.0) is None
