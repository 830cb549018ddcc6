"""The messages that the server sends on `/stream-tokens`, beside the binary ones with sound.

A message is one JSON object whose `type` says which it is; a field that is None is left out. Version 1 has
`generating` without `turn`, `index` and `chars`, `error` without `fatal`, and `done`. `/asyncapi.json` is
made from these Structs, so that it says what is sent.
"""

from __future__ import annotations

from typing import Final, Literal

import msgspec

from voice_server.core.types import Capabilities, Span, TimesSource

WordTime = tuple[str, float, float, int, int]
"""A word, its beginning and end in ms from the sentence's first sample, its place in the text as typed."""


class ServerMessage(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="type"):
    """What all of them share: the field `type`, and that None is not sent."""


class ConnectionLimits(msgspec.Struct, frozen=True, kw_only=True):
    """The longest message in bytes, the most text that may wait, and the longest part of a sentence."""

    message_bytes: int
    buffered_chars: int
    segment_chars: int


class ReadyMessage(ServerMessage, frozen=True, kw_only=True, tag="ready"):
    """The answer to the first configuration, or to a session that is taken up again (`received`)."""

    session: str
    voice: str
    backend: str
    sample_rate: int
    encoding: str
    limits: ConnectionLimits
    capabilities: Capabilities
    keep_s: float
    received: int | None = None


class GeneratingMessage(ServerMessage, frozen=True, kw_only=True, tag="generating"):
    """A sentence went to a worker; `queue_depth` others wait behind it."""

    sentence: str
    queue_depth: int
    turn: str | None = None
    index: int | None = None
    chars: Span | None = None


class SentenceMessage(ServerMessage, frozen=True, kw_only=True, tag="sentence"):
    """The next binary message is the first of this sentence."""

    turn: str
    index: int
    text: str
    spoken: str
    chars: Span
    at_ms: float
    queued_ms: float


class WordsMessage(ServerMessage, frozen=True, kw_only=True, tag="words"):
    """When words of a sentence are said."""

    turn: str
    index: int
    words: list[WordTime]
    source: TimesSource


class SentenceEndMessage(ServerMessage, frozen=True, kw_only=True, tag="sentence_end"):
    """All sound of a sentence has been sent."""

    turn: str
    index: int
    audio_ms: float
    ttfa_ms: float
    rtf: float
    gap_ms: float


class FlushedMessage(ServerMessage, frozen=True, kw_only=True, tag="flushed"):
    """Everything before a flush has been sent."""

    turn: str
    id: int | str | None = None


class PausedMessage(ServerMessage, frozen=True, kw_only=True, tag="paused"):
    """Nothing is sent until `resume`."""


class ResumedMessage(ServerMessage, frozen=True, kw_only=True, tag="resumed"):
    """Sending goes on after a pause."""


class PongMessage(ServerMessage, frozen=True, kw_only=True, tag="pong"):
    """The answer to a ping, with what it carried."""

    ping: int | float | str


class TurnDoneMessage(ServerMessage, frozen=True, kw_only=True, tag="turn_done"):
    """A turn is over; exactly one a turn."""

    turn: str
    reason: Literal["complete", "cancelled", "preempted", "failed"]
    audio_ms: float
    characters: int
    sentences: int


class CancelledMessage(ServerMessage, frozen=True, kw_only=True, tag="cancelled"):
    """The answer to a barge-in: `heard` and `unheard` together are the turn's text as typed."""

    turn: str
    heard: str
    unheard: str
    dropped_ms: float


class WarningMessage(ServerMessage, frozen=True, kw_only=True, tag="warning"):
    """Something is not as it was asked for, and the work goes on."""

    code: str
    msg: str
    turn: str | None = None
    index: int | None = None


class ErrorMessage(ServerMessage, frozen=True, kw_only=True, tag="error"):
    """Something could not be done; behind a `fatal` one the server closes.

    With `retry_after_ms` the same may be asked again after so many milliseconds.
    """

    msg: str
    code: str
    turn: str | None = None
    index: int | None = None
    fatal: bool | None = None
    retry_after_ms: int | None = None


class ClosingMessage(ServerMessage, frozen=True, kw_only=True, tag="closing"):
    """The server is going down, in so many milliseconds."""

    reason: Literal["restart"]
    in_ms: int


class DoneMessage(ServerMessage, frozen=True, kw_only=True, tag="done"):
    """Everything has been sent; the server closes."""


SERVER_MESSAGES: Final[tuple[type[ServerMessage], ...]] = (
    ReadyMessage,
    GeneratingMessage,
    SentenceMessage,
    WordsMessage,
    SentenceEndMessage,
    FlushedMessage,
    PausedMessage,
    ResumedMessage,
    PongMessage,
    TurnDoneMessage,
    CancelledMessage,
    WarningMessage,
    ErrorMessage,
    ClosingMessage,
    DoneMessage,
)
"""Every message, in the order in which docs/protocol.md has them."""
