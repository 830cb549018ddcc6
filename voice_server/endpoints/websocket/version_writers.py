"""The messages of `/stream-tokens` in each version of the protocol.

Version 1 has four messages and nothing else; version 2 has one for every event. A connection asks the writer
of its version (`writer_for`) and never compares version numbers.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Protocol

from voice_server.config import Limits
from voice_server.core.speech.speech_settings import SpeechSettings
from voice_server.core.speech.utterance_events import (
    SentenceAudio,
    SentenceDispatched,
    SentenceFailed,
    SentenceStarted,
    UtteranceEvent,
)
from voice_server.core.types import Capabilities, SpeechWarning
from voice_server.core.wire.client_messages import ProtocolVersion
from voice_server.core.wire.stream_messages import (
    ClosingMessage,
    ConnectionLimits,
    GeneratingMessage,
    ReadyMessage,
)
from voice_server.endpoints.websocket.server_messages import (
    Message,
    error_message,
    event_message,
    to_json,
    warning_message,
)

_FIRST_OF_SENTENCE = 1
_TAG = struct.Struct("<IIII")
"""Head of a tagged frame, little endian: turn number, sentence index, sequence in the turn, flags."""


@dataclass(frozen=True, slots=True)
class SessionTerms:
    """The secret name of a session, how its sound is sent, and how long it is kept without a connection.

    `received` says how many of the client's messages there are, where a session was taken up again.
    """

    name: str
    encoding: str
    sample_rate_hz: int
    keep_s: float = 0.0
    received: int | None = None


class TurnWriter(Protocol):
    """Writes the messages of one turn, event by event."""

    def message(self, event: UtteranceEvent) -> Message | None:
        """The message for an event; None where the version has none."""


class VersionWriter(Protocol):
    """Writes the messages of a connection in one version."""

    def turn(self, name: str, number: int, *, tagged: bool) -> TurnWriter:
        """The writer of a turn; `number` counts the connection's turns from 0."""

    def ready(
        self,
        session: SessionTerms,
        settings: SpeechSettings,
        capabilities: Capabilities,
        limits: Limits,
    ) -> list[str]:
        """The answer to the first configuration."""

    def warnings(self, warnings: Iterable[SpeechWarning]) -> list[str]:
        """One message for each warning."""

    def error(self, code: str, sentence: str, *, fatal: bool, retry_after_ms: int | None = None) -> str:
        """An error that belongs to no turn; a fatal one is followed by a close."""

    def closing(self, in_ms: int) -> list[str]:
        """The announcement that the server is going down."""


class Version1TurnWriter:
    """Writes audio, `generating` and errors."""

    def message(self, event: UtteranceEvent) -> Message | None:
        """The message for an event, for three kinds of events."""
        match event:
            case SentenceAudio(pcm=pcm):
                return pcm
            case SentenceDispatched():
                return to_json(GeneratingMessage(sentence=event.text, queue_depth=event.queue_depth))
            case SentenceFailed():
                return error_message(event.code, event.message)
            case _:
                return None


class Version1Writer:
    """Version 1: errors are all that a connection says of itself."""

    def turn(self, name: str, number: int, *, tagged: bool) -> TurnWriter:
        """The writer of a turn; version 1 names none and tags nothing."""
        del name, number, tagged
        return Version1TurnWriter()

    def ready(
        self,
        session: SessionTerms,
        settings: SpeechSettings,
        capabilities: Capabilities,
        limits: Limits,
    ) -> list[str]:
        """Nothing."""
        del session, settings, capabilities, limits
        return []

    def warnings(self, warnings: Iterable[SpeechWarning]) -> list[str]:
        """Nothing."""
        del warnings
        return []

    def error(self, code: str, sentence: str, *, fatal: bool, retry_after_ms: int | None = None) -> str:
        """An error; that a close follows, and when to come again, is not said."""
        del fatal, retry_after_ms
        return error_message(code, sentence)

    def closing(self, in_ms: int) -> list[str]:
        """Nothing."""
        del in_ms
        return []


class Version2TurnWriter:
    """Writes a message for every event of a turn; audio with a head when it is `tagged`."""

    def __init__(self, turn: str, number: int, *, tagged: bool) -> None:
        self._turn = turn
        self._number = number
        self._tagged = tagged
        self._sequence = 0
        self._flags = 0

    def message(self, event: UtteranceEvent) -> Message:
        """The message for an event."""
        if isinstance(event, SentenceAudio):
            return self._frame(event) if self._tagged else event.pcm
        if isinstance(event, SentenceStarted):
            self._flags = _FIRST_OF_SENTENCE
        return event_message(self._turn, event)

    def _frame(self, event: SentenceAudio) -> bytes:
        head = _TAG.pack(self._number, event.index, self._sequence, self._flags)
        self._flags = 0
        self._sequence += 1
        return head + event.pcm


class Version2Writer:
    """Version 2: everything is said."""

    def turn(self, name: str, number: int, *, tagged: bool) -> TurnWriter:
        """The writer of a turn, which names it in every message."""
        return Version2TurnWriter(name, number, tagged=tagged)

    def ready(
        self,
        session: SessionTerms,
        settings: SpeechSettings,
        capabilities: Capabilities,
        limits: Limits,
    ) -> list[str]:
        """`ready`, with how the session can be taken up again."""
        ready = ReadyMessage(
            session=session.name,
            voice=settings.voice,
            backend=settings.backend,
            sample_rate=session.sample_rate_hz,
            encoding=session.encoding,
            limits=ConnectionLimits(
                message_bytes=limits.message_bytes,
                buffered_chars=limits.buffered_chars,
                segment_chars=settings.max_segment_chars,
            ),
            capabilities=capabilities,
            keep_s=session.keep_s,
            received=session.received,
        )
        return [to_json(ready)]

    def warnings(self, warnings: Iterable[SpeechWarning]) -> list[str]:
        """A `warning` for each."""
        return [warning_message(each) for each in warnings]

    def error(self, code: str, sentence: str, *, fatal: bool, retry_after_ms: int | None = None) -> str:
        """An `error` that says whether a close follows, and after how long to come again."""
        return error_message(code, sentence, fatal=fatal, retry_after_ms=retry_after_ms)

    def closing(self, in_ms: int) -> list[str]:
        """`closing`, with the milliseconds after which the server stops."""
        return [to_json(ClosingMessage(reason="restart", in_ms=in_ms))]


_WRITERS: Final[dict[int, VersionWriter]] = {1: Version1Writer(), 2: Version2Writer()}


def writer_for(version: ProtocolVersion) -> VersionWriter:
    """The writer of a version."""
    return _WRITERS[version.number]
