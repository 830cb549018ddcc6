"""What a client is sent for the events of a turn."""

from __future__ import annotations

from typing import cast

import pytest

from voice_server.core.audio.resample import Resampler
from voice_server.core.speech.utterance_events import (
    FinishReason,
    SentenceAudio,
    SentenceDispatched,
    SentenceStarted,
    UtteranceFinished,
)
from voice_server.core.types import SAMPLE_RATE_HZ
from voice_server.endpoints.websocket.server_messages import Message, Version2
from voice_server.endpoints.websocket.stream_turn import Turn
from voice_server.speech import Speech

_NO_SPEECH = cast("Speech", None)
_STARTED = SentenceStarted(0, "Hi.", "Hi.", (0, 3), 0.0, 0.0)
_SECOND = SentenceAudio(0, bytes(2 * SAMPLE_RATE_HZ))


def _sent(turn: Turn, reason: FinishReason = FinishReason.COMPLETE) -> list[Message]:
    events = (_STARTED, _SECOND, UtteranceFinished(reason, 1000.0, 3, 1))
    return [message for event in events for message in turn.messages(event)]


def test_version_1_is_told_of_sentences_and_audio_alone() -> None:
    turn = Turn("1", _NO_SPEECH, None, None)
    assert turn.messages(SentenceDispatched(0, "Hi.", (0, 3), 0)) != []
    assert _sent(turn) == [_SECOND.pcm]


@pytest.mark.parametrize("rate_hz", [8_000, 48_000])
def test_at_another_rate_a_whole_turn_has_all_its_samples_before_its_end_is_told(rate_hz: int) -> None:
    turn = Turn("t", _NO_SPEECH, Version2("t", 0, tagged=False), Resampler(SAMPLE_RATE_HZ, rate_hz))
    *before, last = _sent(turn)
    assert isinstance(last, str)
    assert '"turn_done"' in last
    audio = b"".join(each for each in before if isinstance(each, bytes))
    assert abs(len(audio) - 2 * rate_hz) <= 2


def test_a_turn_that_was_cut_off_gets_no_more_samples() -> None:
    turn = Turn("t", _NO_SPEECH, Version2("t", 0, tagged=False), Resampler(SAMPLE_RATE_HZ, 48_000))
    assert sum(isinstance(each, bytes) for each in _sent(turn, FinishReason.CANCELLED)) == 1
