"""One `/stream-tokens` connection: what the client's messages mean, and in which state.

The state of a connection is small: which version it speaks, its sticky configuration, which turn takes text,
and whether `done` came. `receive` turns one message into commands for the shell; a message that cannot be
obeyed raises RequestError and changes nothing.

    NEW ──any message──► TALKING ──done──► DRAINING ──last turn over──► (the shell closes)
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from voice_server.core.stream_config import StreamConfig
from voice_server.core.wire.client_messages import (
    FIRST_VERSION,
    PROTOCOL_VERSIONS,
    ClientMessage,
    ProtocolVersion,
    ResumePoint,
    check_values,
    has_only,
    is_text_alone,
)
from voice_server.errors import RequestError

_NAMES_KEPT = 1024  # a turn's name may come again after this many others


@dataclass(frozen=True, slots=True)
class OpenTurn:
    """A turn begins; its text follows."""

    turn: str


@dataclass(frozen=True, slots=True)
class PushToTurn:
    """Text of the turn that takes text."""

    text: str


@dataclass(frozen=True, slots=True)
class FlushTurn:
    """Speak what is buffered of the turn that takes text."""

    id: int | str | None


@dataclass(frozen=True, slots=True)
class EndTurn:
    """The turn that takes text gets no more."""


@dataclass(frozen=True, slots=True)
class CancelTurns:
    """Stop a turn, or all that are not over (`turn=None`)."""

    turn: str | None
    played_ms: float | None
    preempted: bool = False


@dataclass(frozen=True, slots=True)
class SetPaused:
    """Stop or resume delivery."""

    paused: bool


@dataclass(frozen=True, slots=True)
class PlayedUntil:
    """The listener's play position; `turn=None` means the turn that is being heard."""

    turn: str | None
    played_ms: float


@dataclass(frozen=True, slots=True)
class AnswerPing:
    """Answer a ping."""

    ping: int | float | str


@dataclass(frozen=True, slots=True)
class CloseWhenSpoken:
    """Close when every turn is over."""


SessionCommand = (
    OpenTurn
    | PushToTurn
    | FlushTurn
    | EndTurn
    | CancelTurns
    | SetPaused
    | PlayedUntil
    | AnswerPing
    | CloseWhenSpoken
)


class SessionState(Enum):
    """NEW until the first message, DRAINING after `done`."""

    NEW = auto()
    TALKING = auto()
    DRAINING = auto()


class StreamSession:
    """The protocol state of one connection.

    `version` is the one that the URL asks for; without it the first message may ask for one. `turn` is the
    turn that takes text, None between turns.
    """

    def __init__(self, *, version: ProtocolVersion | None = None, config: StreamConfig | None = None) -> None:
        self.state = SessionState.NEW
        self.version = version or FIRST_VERSION
        self._is_version_fixed = version is not None
        self.config = config or StreamConfig()
        self.turn: str | None = None
        self._turns: dict[str, None] = {}  # names that were used, oldest first
        self._opened = 0

    def text_for_open_turn(self, message: ClientMessage) -> str | None:
        """The text of a message that has no other key, if a turn takes it: that changes no state."""
        return message.token if self.turn is not None and is_text_alone(message) else None

    def resume_point(self, message: ClientMessage) -> ResumePoint | None:
        """Where a message takes another session up, which then takes the place of this one.

        Raises RequestError where it may not.
        """
        point = self._version_after(message).read(message).resume
        if not isinstance(point, ResumePoint):
            return None
        if self.state is not SessionState.NEW or not has_only(message, {"v", "resume"}):
            raise RequestError(
                "a session is taken up by a connection's first message, which has no other key but v",
                code="not_first",
            )
        place = (point.turn, point.index, point.sample)
        if (point.received is None) is (None in place) or (
            point.received is not None and place != (None,) * 3
        ):
            raise RequestError(
                "resume says what the client has: received, or turn, index and sample", code="invalid_message"
            )
        return point

    def config_after(self, message: ClientMessage) -> StreamConfig:
        """The sticky configuration once a message is obeyed; the same object when it changes nothing.

        The shell resolves its names first, so that a message with an unknown voice changes nothing at all.
        Raises RequestError.
        """
        if self.state is SessionState.DRAINING:
            return self.config
        version = self._version_after(message)
        check_values(message)
        return self._config_after(version.read(message), version)

    def adds_turn(self, message: ClientMessage) -> bool:
        """Whether a message would begin a turn beside those that are open. Raises RequestError."""
        if self.state is SessionState.DRAINING:
            return False
        message = self._version_after(message).read(message)
        policy = message.on_new_turn or self.config.on_new_turn
        takes_text = message.token is not None or message.flush or (message.end and message.turn is not None)
        is_open = self.turn is not None and message.turn in (None, self.turn)
        return bool(takes_text) and not (is_open or message.cancel or policy == "preempt")

    def receive(self, message: ClientMessage, config: StreamConfig | None = None) -> list[SessionCommand]:
        """The commands that a message means, in order. Raises RequestError, and then nothing has changed.

        `config` is what `config_after` returned for this message, if it was called.
        """
        if self.state is SessionState.DRAINING:
            return self._receive_late(self.version.read(message))
        version = self._version_after(message)
        config = config or self.config_after(message)
        message = version.read(message)
        self._check_turn(message)
        self.version = version
        self.config = config
        self.state = SessionState.TALKING
        commands = self._speech_of(message)
        commands += self._controls_of(message)
        if message.done:
            commands += self._end_turn()
            commands.append(CloseWhenSpoken())
            self.state = SessionState.DRAINING
        return commands

    def drain(self) -> list[SessionCommand]:
        """The server takes no more text: the commands that end what is open."""
        if self.state is SessionState.DRAINING:
            return []
        self.state = SessionState.DRAINING
        return self._end_turn()

    def _receive_late(self, message: ClientMessage) -> list[SessionCommand]:
        """After `done` a client may still control what is being spoken, but text comes too late."""
        if message.token:
            raise RequestError("text came after done; open a new connection for more", code="after_done")
        commands: list[SessionCommand] = []
        if message.cancel:
            commands.append(CancelTurns(message.turn, message.played_ms))
        return commands + self._controls_of(message)

    def _version_after(self, message: ClientMessage) -> ProtocolVersion:
        if message.v is None or message.v == self.version.number:
            return self.version
        version = PROTOCOL_VERSIONS.get(message.v)
        if version is None:
            numbers = " or ".join(map(str, PROTOCOL_VERSIONS))
            raise RequestError(f"v must be {numbers}, not {message.v}", code="unknown_version")
        if self.state is not SessionState.NEW or self._is_version_fixed:
            raise RequestError("v may only stand in the first message", code="unknown_version")
        return version

    def _config_after(self, message: ClientMessage, version: ProtocolVersion) -> StreamConfig:
        if message.keep_s is not None and self.state is not SessionState.NEW:
            raise RequestError("keep_s may only stand in the first message", code="not_first")
        return self.config.updated(message, version.defaults if self.state is SessionState.NEW else {})

    def _check_turn(self, message: ClientMessage) -> None:
        takes_text = message.token is not None or message.end or message.flush
        named = message.turn
        if takes_text and named is not None and named in self._turns and named != self.turn:
            raise RequestError(f"the turn {named[:40]!r} has ended; name a new one", code="turn_ended")

    def _speech_of(self, message: ClientMessage) -> list[SessionCommand]:
        commands: list[SessionCommand] = []
        if message.cancel:
            # With text in the same message, the text belongs to what comes after the barge-in.
            named = message.turn if message.token is None else None
            commands.append(CancelTurns(named, message.played_ms))
            if named is None or named == self.turn:
                self.turn = None
        if message.token is not None:
            commands += self._turn_for(message.turn)
            commands.append(PushToTurn(message.token))
        if message.flush:
            commands += self._turn_for(message.turn)
            commands.append(FlushTurn(message.id))
        if message.end:
            commands += self._turn_for(message.turn) if message.turn is not None else []
            commands += self._end_turn()
        return commands

    def _turn_for(self, named: str | None) -> list[SessionCommand]:
        """Make the named turn, or any, the one that takes text."""
        if self.turn is not None and named in (None, self.turn):
            return []
        commands: list[SessionCommand] = []
        if self.config.on_new_turn == "preempt":
            commands.append(CancelTurns(None, None, preempted=True))
        else:
            commands += self._end_turn()
        self.turn = named if named is not None else self._new_name()
        self._turns[self.turn] = None
        if len(self._turns) > _NAMES_KEPT:
            del self._turns[next(iter(self._turns))]
        commands.append(OpenTurn(self.turn))
        return commands

    def _new_name(self) -> str:
        self._opened += 1
        while (name := str(self._opened)) in self._turns:
            self._opened += 1
        return name

    def _end_turn(self) -> list[SessionCommand]:
        if self.turn is None:
            return []
        self.turn = None
        return [EndTurn()]

    def _controls_of(self, message: ClientMessage) -> list[SessionCommand]:
        commands: list[SessionCommand] = []
        if message.played_ms is not None and not message.cancel:
            commands.append(PlayedUntil(message.turn, message.played_ms))
        if message.pause:
            commands.append(SetPaused(paused=True))
        if message.resume is True:
            commands.append(SetPaused(paused=False))
        if message.ping is not None:
            commands.append(AnswerPing(message.ping))
        return commands
