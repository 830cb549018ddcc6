"""The turns of one connection: what a client is sent for their events, and which of them a command means."""

from __future__ import annotations

import asyncio
import io
import json
from typing import cast

import av
import pytest

from tests.arithmetic_pool import ArithmeticPool, config_of
from tests.endpoints.serving import run
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
from voice_server.endpoints.websocket.stream_turns import StreamTurn, StreamTurns, encoding_of
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


def _turn(writer: TurnWriter, rate_hz: int = SAMPLE_RATE_HZ, encoding: str = "pcm_s16le") -> StreamTurn:
    form = encoding_of(StreamFormat(encoding=encoding, rate=rate_hz))
    return StreamTurn("t", _NO_SPEECH, writer, form)


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


@pytest.mark.parametrize(
    ("encoding", "rate_hz", "muxer"),
    [
        ("pcm_f32le", 24_000, "f32le"),
        ("mulaw", 8_000, "mulaw"),
        ("alaw", 8_000, "alaw"),
        ("mp3", 24_000, "mp3"),
        ("mp3", 44_100, "mp3"),
        ("opus", 48_000, "ogg"),
    ],
)
def test_an_encoding_is_one_stream_for_the_whole_turn(encoding: str, rate_hz: int, muxer: str) -> None:
    *before, last = _sent(_turn(Version2TurnWriter("t", 0, tagged=False), rate_hz, encoding))
    assert isinstance(last, str)
    sound = io.BytesIO(b"".join(each for each in before if isinstance(each, bytes)))
    raw = {"sample_rate": str(rate_hz), "ch_layout": "mono"} if muxer[-3:] in ("law", "2le") else {}
    with av.open(sound, "r", format=muxer, options=raw) as container:
        seconds = sum(frame.samples / frame.sample_rate for frame in container.decode(audio=0))
    assert 0.999 <= seconds <= 1.12


def test_long_sound_is_encoded_in_pieces_and_an_interruption_drops_those_that_wait() -> None:
    class Speaking:
        """A speech that has one long sound."""

        def __init__(self) -> None:
            self.events: list[SentenceAudio] = [_SECOND]

        def take(self) -> SentenceAudio | None:
            return self.events.pop() if self.events else None

        def cancel(self, played_ms: float | None, reason: FinishReason) -> None:
            pass

    form = encoding_of(StreamFormat(encoding="mp3"))
    for is_interrupted in (False, True):
        turn = StreamTurn("t", cast("Speech", Speaking()), Version1TurnWriter(), form)
        first = turn.take()
        assert isinstance(first, SentenceAudio)
        if is_interrupted:
            turn.cancel(None, FinishReason.CANCELLED)
        rest = [each.pcm for each in iter(turn.take, None) if isinstance(each, SentenceAudio)]
        assert first.pcm + b"".join(rest) == (first.pcm if is_interrupted else _SECOND.pcm)
        assert len(first.pcm) < len(_SECOND.pcm) / 2


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


class _Clock:
    now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


async def _all_sent(service: SpeechService, turns: StreamTurns) -> None:
    """Speak "One." in every turn, one after the other, and hand all of it out."""
    for name in ("a", "b"):
        turns.open(name, service.settings(SpeechRequest())[0], StreamFormat(), Version2Writer())
        turns.push("One is here.")
        turns.newest.end()
    while turns:
        turns.next_messages()
        await asyncio.sleep(0)


def _cancelled(answers: list[Message]) -> list[tuple[str, str]]:
    told = [json.loads(each) for each in answers]
    return [(each["turn"], each["heard"]) for each in told]


def test_a_listener_who_is_late_says_so_by_the_turns_name() -> None:
    async def main() -> None:
        clock = _Clock()
        async with SpeechService(ArithmeticPool(frame_s=0), config_of("one"), clock=clock) as service:
            turns = StreamTurns(service, lambda: None)
            await _all_sent(service, turns)
            clock.now_s += 60
            turns.set_played("b", 0.0)
            answers, _ = turns.cancel(CancelTurns(None, None))
            assert _cancelled(answers) == [("b", "")]

    run(main)
