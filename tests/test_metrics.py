"""Metrics count what listeners were given, by service."""

from __future__ import annotations

import pytest

from tests.arithmetic_pool import ArithmeticPool
from voice_server.core.speech import utterance_events
from voice_server.metrics import Metrics


def test_sentences_utterances_and_gaps_are_counted() -> None:
    metrics = Metrics(ArithmeticPool())
    metrics.count(utterance_events.SentenceEnded(0, 1000, ttfa_ms=-3, rtf=0.02, gap_ms=0))
    metrics.count(utterance_events.SentenceEnded(1, 1000, ttfa_ms=40, rtf=0.02, gap_ms=300))
    metrics.count(utterance_events.SentenceFailed(2, "poison", "no"))
    metrics.count(utterance_events.UtteranceFinished(utterance_events.FinishReason.COMPLETE, 2000, 50, 2))
    lines = metrics.text().decode().splitlines()
    assert 'voice_server_sentences_total{outcome="spoken"} 2.0' in lines
    assert 'voice_server_sentences_total{outcome="failed"} 1.0' in lines
    assert 'voice_server_utterances_total{reason="complete"} 1.0' in lines
    assert 'voice_server_first_audio_seconds_bucket{le="0.001"} 1.0' in lines
    assert "voice_server_gap_seconds_count 1.0" in lines
    assert "voice_server_real_time_factor_count 2.0" in lines


@pytest.mark.parametrize(("down", "up"), [(set[str](), "1.0"), ({"one"}, "0.0")])
def test_the_pool_is_read_when_asked(down: set[str], up: str) -> None:
    lines = Metrics(ArithmeticPool(down=down)).text().decode().splitlines()
    assert f'voice_server_backend_up{{backend="one"}} {up}' in lines
    assert 'voice_server_workers{backend="one"} 1.0' in lines
    assert 'voice_server_rendered_total{backend="one"} 0.0' in lines
    assert 'voice_server_audio_seconds_total{backend="one"} 0.0' in lines
    assert 'voice_server_restarts_total{backend="one"} 0.0' in lines


def test_a_backend_that_is_unloaded_still_speaks() -> None:
    lines = Metrics(ArithmeticPool(unloaded={"one"})).text().decode().splitlines()
    assert 'voice_server_backend_up{backend="one"} 1.0' in lines
    assert 'voice_server_backend_loaded{backend="one"} 0.0' in lines


def test_two_services_do_not_add_up() -> None:
    one, other = Metrics(ArithmeticPool()), Metrics(ArithmeticPool())
    one.refused("busy")
    assert b'code="busy"' in one.text()
    assert b'code="busy"' not in other.text()
