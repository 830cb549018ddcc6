"""What of a `/stream-tokens` connection outlives it, where its session may be taken up again."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from voice_server.core.speech.speech_settings import SpeechSettings
from voice_server.core.stream_session import StreamSession
from voice_server.core.wire.message_log import MessageLog
from voice_server.core.wire.message_reader import MessageReader
from voice_server.endpoints.websocket.server_messages import Message
from voice_server.endpoints.websocket.stream_turns import StreamTurns

_NAME_BYTES = 16  # nobody guesses it


def _new_name() -> str:
    return secrets.token_urlsafe(_NAME_BYTES)


@dataclass(slots=True, eq=False)
class Conversation:
    """The state of a session: protocol, turns, and what was sent and received.

    `release` ends the connection that has it, None where none has. `received` and `sent` count all messages
    of the client and to it. `log` holds what was sent last, None where the session is not kept; `keep_s` is
    how long it is after its connection was lost.
    """

    session: StreamSession
    turns: StreamTurns
    release: Callable[[], None] | None
    name: str = field(default_factory=_new_name)
    reader: MessageReader = field(default_factory=MessageReader)
    settings: SpeechSettings | None = None
    keep_s: float = 0.0
    log: MessageLog | None = None
    received: int = 0
    sent: int = 0

    def note_sent(self, messages: Sequence[Message]) -> None:
        """Take note of messages that are being sent."""
        self.sent += len(messages)
        if self.log is not None:
            for message in messages:
                self.log.add(message)

    def close(self) -> None:
        """Stop everything that is still being rendered: the session is over."""
        self.turns.close()
