"""What of a `/stream-tokens` connection outlives it, where its session may be taken up again."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from voice_server.core.speech.speech_settings import SpeechSettings
from voice_server.core.stream_session import StreamSession
from voice_server.core.wire.client_messages import ResumePoint
from voice_server.core.wire.message_log import MessageLog
from voice_server.core.wire.message_reader import MessageReader
from voice_server.core.wire.sound_places import BYTES_PER_SAMPLE_OF, TAG_BYTES, behind_sample
from voice_server.endpoints.websocket.server_messages import Message
from voice_server.endpoints.websocket.stream_turns import StreamTurns
from voice_server.errors import RequestError

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

    def unreceived(self, point: ResumePoint) -> Sequence[Message]:
        """What was sent and the client does not have. Raises RequestError where not all of it is kept."""
        assert self.log is not None
        if point.received is None:
            return self._behind_sample(self.log, point)
        if not self.log.reaches(point.received):
            raise RequestError(
                f"{self.sent} messages were sent, and not all behind the {point.received} received are kept",
                code="session_gone",
            )
        return self.log.after(point.received)

    def _behind_sample(self, log: MessageLog, point: ResumePoint) -> Sequence[Message]:
        form, turn, index, sample = self.session.config.format, point.turn, point.index, point.sample
        assert turn is not None
        assert index is not None
        assert sample is not None
        sample_bytes = BYTES_PER_SAMPLE_OF.get(form.encoding)
        if sample_bytes is None:
            raise RequestError(f"samples of {form.encoding} cannot be counted", code="invalid_message")
        head_bytes = TAG_BYTES if form.frames == "tagged" else 0
        messages = behind_sample(log.kept, turn, index, sample * sample_bytes, head_bytes)
        if messages is None:
            raise RequestError(
                f"what comes behind sample {sample} of sentence {index} of {turn[:40]!r} is not kept",
                code="session_gone",
            )
        return messages

    def close(self) -> None:
        """Stop everything that is still being rendered: the session is over."""
        self.turns.close()
