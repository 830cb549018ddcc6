"""The turns of one connection: what a client is sent for their events, and which of them a command means."""

from __future__ import annotations

from typing import cast

import pytest

from tests.arithmetic_pool import ArithmeticPool, config_of
from tests.endpoints.serving import run
from voice_server.core.audio.resample import Resampler
from voice_server.core.speech.speech_settings import SpeechRequest
from voice_server.core.speech.utterance_events import (
    FinishReason,
    SentenceAudio,
    SentenceStarted,
    UtteranceFinished,
)
from voice_server.core.stream_session import CancelTurns
from voice_server.core.types import SAMPLE_RATE_HZ
from voice_server.core.wire.client_messages import StreamFormat
from voice_server.endpoints.websocket.server_messages import Message
from voice_server.endpoints.websocket.stream_turns import StreamTurn, StreamTurns
from voice_server.endpoints.websocket.version_writers import (
    TurnWriter,
    Version1TurnWriter,
    Version2TurnWriter,
    Version2Writer,
)
from voice_server.speech import Speech, SpeechService

_NO_SPEECH = cast("Speech", None)
_STARTED = SentenceStarted(0, "Hi.", "Hi.", (0, 3), 0.0, 0.0)
_SECOND = SentenceAudio(0, bytes(2 * SAMPLE_RATE_HZ))


def _turn(writer: TurnWriter, rate_hz: int = SAMPLE_RATE_HZ) -> StreamTurn:
    resampler = None if rate_hz == SAMPLE_RATE_HZ else Resampler(SAMPLE_RATE_HZ, rate_hz)
    return StreamTurn("t", _NO_SPEECH, writer, resampler)


def _sent(turn: StreamTurn, reason: FinishReason = FinishReason.COMPLETE) -> list[Message]:
    events = (_STARTED, _SECOND, UtteranceFinished(reason, 1000.0, 3, 1))
    return [message for event in events for message in turn.messages(event)]


def test_events_that_a_version_has_no_message_for_are_left_out() -> None:
    assert _sent(_turn(Version1TurnWriter())) == [_SECOND.pcm]


@pytest.mark.parametrize("rate_hz", [8_000, 48_000])
def test_at_another_rate_a_whole_turn_has_all_its_samples_before_its_end(rate_hz: int) -> None:
    *before, last = _sent(_turn(Version2TurnWriter("t", 0, tagged=False), rate_hz))
    assert isinstance(last, str)
    assert '"turn_done"' in last
    audio = b"".join(each for each in before if isinstance(each, bytes))
    assert abs(len(audio) - 2 * rate_hz) <= 2


def test_a_turn_that_was_cut_off_gets_no_more_samples() -> None:
    turn = _turn(Version2TurnWriter("t", 0, tagged=False), 48_000)
    assert sum(isinstance(each, bytes) for each in _sent(turn, FinishReason.CANCELLED)) == 1


def _opened(service: SpeechService, *names: str) -> StreamTurns:
    settings, _ = service.settings(SpeechRequest())
    turns = StreamTurns(service, lambda: None)
    for name in names:
        turns.open(name, settings, StreamFormat(), Version2Writer())
    return turns


def test_a_command_stops_the_turn_that_it_names_or_all() -> None:
    async def main() -> None:
        pool = ArithmeticPool()
        async with SpeechService(pool, config_of("one")) as service:
            turns = _opened(service, "a", "b", "c")
            assert turns.cancel(CancelTurns("nobody", None)) == ([], False)
            assert turns.cancel(CancelTurns("b", None)) == ([], True)
            assert service.open_speeches == 2
            assert turns.cancel(CancelTurns(None, None)) == ([], True)
            assert service.open_speeches == 0
            assert turns.cancel(CancelTurns(None, None)) == ([], False)

    run(main)


def test_a_turn_that_was_cut_off_answers_before_earlier_turns_and_leaves() -> None:
    async def main() -> None:
        async with SpeechService(ArithmeticPool(), config_of("one")) as service:
            turns = _opened(service, "a", "b")
            assert turns.next_messages() is None
            turns.cancel(CancelTurns("b", None))
            received = [turns.next_messages(), turns.next_messages()]
            assert [(each or [""])[0] for each in received] == [
                '{"type":"cancelled","turn":"b","heard":"","unheard":"","dropped_ms":0.0}',
                '{"type":"turn_done","turn":"b","reason":"cancelled","audio_ms":0.0,"characters":0,"sentences":0}',
            ]
            assert turns.next_messages() is None
            assert turns
            turns.close()
            assert service.open_speeches == 0

    run(main)
