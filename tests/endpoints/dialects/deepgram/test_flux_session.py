"""Where the listener of a session is, and what it has heard."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

import pytest

from voice_server.core.speech.utterance_events import HeardText
from voice_server.endpoints.dialects.deepgram.flux_session import FluxSession, FluxTurn
from voice_server.endpoints.websocket.stream_turns import KEPT_CHARS, SENT_TURNS


@dataclass
class StillSpeech:
    """A speech of which a letter is heard in a millisecond."""

    text: str
    position_ms: float = 0.0
    is_playing: bool = False
    is_over: bool = True

    @property
    def typed_chars(self) -> int:
        return len(self.text)

    def heard(self, played_ms: float | None) -> HeardText:
        self.position_ms = self.position_ms if played_ms is None else min(played_ms, len(self.text))
        at = int(self.position_ms)
        return HeardText(self.text[:at], self.text[at:], 0.0)


@dataclass
class StillTurn:
    speech: StillSpeech
    audio_ms: float
    is_sent: asyncio.Event = field(default_factory=asyncio.Event)


def added(session: FluxSession, text: str, *, is_sent: bool = True, **speech: Any) -> FluxTurn:
    turn = StillTurn(StillSpeech(text, **speech), float(len(text)))
    if is_sent:
        turn.is_sent.set()
    flux_turn = FluxTurn(turn, f"id of {text[:5]}")  # type: ignore[arg-type]
    session.add(flux_turn)
    return flux_turn


def test_nothing_is_heard_of_a_session_without_turns() -> None:
    session = FluxSession()
    assert session.heard_until(None) is None
    assert session.heard_until(5.0) is None
    assert session.audio_ms == 0.0


@pytest.mark.parametrize(
    ("played_ms", "speech_id", "heard"),
    [
        (0.0, "id of first", ""),
        (3.0, "id of first", "fir"),
        (5.0, "id of secon", ""),
        (8.0, "id of secon", "sec"),
    ],
)
def test_a_position_of_the_session_lies_in_one_of_its_turns(
    played_ms: float, speech_id: str, heard: str
) -> None:
    session = FluxSession()
    added(session, "first")
    added(session, "second")
    found = session.heard_until(played_ms)
    assert found is not None
    assert (found.heard_turn.speech_id, found.heard, found.position_ms) == (speech_id, heard, played_ms)


def test_behind_all_that_was_sent_only_a_turn_that_goes_on_can_be_interrupted() -> None:
    session = FluxSession()
    added(session, "first")
    assert session.heard_until(5.0) is None
    open_turn = added(session, "", is_sent=False, is_over=False)
    found = session.heard_until(9.0)
    assert found is not None
    assert found.heard_turn is open_turn


def test_without_a_position_the_first_turn_is_taken_that_is_not_heard_to_its_end() -> None:
    session = FluxSession()
    added(session, "first")
    playing = added(session, "second", is_playing=True, position_ms=2.0)
    added(session, "third", is_over=False)
    found = session.heard_until(None)
    assert found is not None
    assert found.heard_turn is playing
    assert (found.heard, found.unheard, found.position_ms) == ("se", "cond", 7.0)


def test_after_an_interruption_the_session_goes_on_from_there() -> None:
    session = FluxSession()
    added(session, "first")
    added(session, "second")
    assert session.audio_ms == 11.0
    session.interrupt(3.0)
    assert (session.audio_ms, session.interrupted_at_ms) == (3.0, 3.0)
    assert session.heard_until(None) is None
    third = added(session, "third")
    found = session.heard_until(4.0)
    assert found is not None
    assert (found.heard_turn, found.heard) == (third, "t")


def test_so_many_turns_that_were_sent_are_kept_and_those_before_them_still_count() -> None:
    session = FluxSession()
    for number in range(SENT_TURNS + 5):
        added(session, f"turn {number:02}")
    assert session.audio_ms == 7.0 * (SENT_TURNS + 5)
    assert session.heard_until(7.0 * 4) is not None  # nearest that is kept
    kept = session.heard_until(7.0 * 5)
    assert kept is not None
    assert kept.heard_turn.speech_id == "id of turn "
    assert len(session._turns) == SENT_TURNS


def test_long_texts_that_were_sent_are_not_kept_and_open_ones_are() -> None:
    session = FluxSession()
    added(session, "x" * KEPT_CHARS)
    added(session, "y")
    assert len(session._turns) == 1
    session = FluxSession()
    added(session, "x" * (KEPT_CHARS + 1), is_sent=False, is_over=False)
    added(session, "y", is_sent=False, is_over=False)
    assert len(session._turns) == 2
