"""One `/stream-tokens` connection: what the client's messages mean, and in which state.

The state of a connection is small: which version it speaks, its sticky configuration, which turn takes text,
and whether `done` came. `receive` turns one message into commands for the shell; a message that cannot be
obeyed raises RequestError and changes nothing.

    NEW ──any message──► TALKING ──done──► DRAINING ──last turn over──► (the shell closes)
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, fields, replace
from enum import Enum, auto
from operator import attrgetter
from typing import Any, Literal

import msgspec

from voice_server.errors import RequestError

RATES_HZ = (8_000, 16_000, 22_050, 24_000, 44_100, 48_000)
ENCODINGS = ("pcm_s16le",)
_MAX_WAIT_MS = 60_000
_MAX_AHEAD_S = 600
_NAMES_KEPT = 1024  # a turn's name may come again after this many others


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamFormat:
    """How binary messages look: `frames="tagged"` puts a 16-byte head before the PCM of each."""

    encoding: str = "pcm_s16le"
    rate: int = 24_000
    frames: Literal["plain", "tagged"] = "plain"


class ClientMessage(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a client may say in one JSON object; unknown keys are ignored.

    A Struct, because one is read for every token: it is decoded in a tenth of a dataclass's time.
    """

    v: int | None = None
    voice: str | int | None = None
    backend: str | None = None
    lang: str | None = None
    opts: dict[str, Any] | None = None
    timestamps: Literal["none", "word"] | None = None
    markup: Literal["speak", "strip"] | None = None
    format: StreamFormat | None = None
    max_wait_ms: float | None = None
    first_segment: Literal["sentence", "clause"] | None = None
    ahead_s: float | None = None
    on_new_turn: Literal["queue", "preempt"] | None = None
    token: str | None = None
    turn: str | None = None
    flush: bool | None = None
    id: int | str | None = None
    end: bool | None = None
    cancel: bool | None = None
    played_ms: float | None = None
    pause: bool | None = None
    resume: bool | None = None
    ping: int | float | str | None = None
    done: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamConfig:
    """The sticky configuration of a connection."""

    voice: str | int | None = None
    backend: str | None = None
    lang: str | None = None
    opts: dict[str, Any] = field(default_factory=dict)
    timestamps: Literal["none", "word"] = "none"
    markup: Literal["speak", "strip"] = "strip"
    format: StreamFormat = field(default_factory=StreamFormat)
    max_wait_ms: float = 300.0
    first_segment: Literal["sentence", "clause"] = "clause"
    ahead_s: float = 5.0
    on_new_turn: Literal["queue", "preempt"] = "queue"


_CONFIG_KEYS = tuple(each.name for each in fields(StreamConfig))
_config_values = attrgetter(*_CONFIG_KEYS)
_all_but_text = attrgetter(*(name for name in ClientMessage.__struct_fields__ if name != "token"))
_NOTHING = _all_but_text(ClientMessage())


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
    """Stop or go on delivering."""

    paused: bool


@dataclass(frozen=True, slots=True)
class PlayedUntil:
    """Where the listener is; `turn=None` means the turn that is being heard."""

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

    `version` is 1 until the first message asks for 2. `turn` is the turn that takes text, None between turns.
    """

    def __init__(self, *, version: int = 1, config: StreamConfig | None = None) -> None:
        self.state = SessionState.NEW
        self.version = version
        self._fixed_version = version == 2
        self.config = config or StreamConfig()
        self.turn: str | None = None
        self._turns: dict[str, None] = {}  # names that were used, oldest first
        self._opened = 0

    def mere_text(self, message: ClientMessage) -> str | None:
        """The text of a message that has nothing else, if a turn takes it: that changes no state."""
        return message.token if self.turn is not None and _all_but_text(message) == _NOTHING else None

    def config_after(self, message: ClientMessage) -> StreamConfig:
        """The sticky configuration once a message is obeyed; the same object when it changes nothing.

        The shell resolves its names first, so that a message with an unknown voice changes nothing at all.
        Raises RequestError.
        """
        if self.state is SessionState.DRAINING:
            return self.config
        return self._config_of(message, self._version_of(message))

    def receive(self, message: ClientMessage, config: StreamConfig | None = None) -> list[SessionCommand]:
        """The commands that a message means, in order. Raises RequestError, and then nothing has changed.

        `config` is what `config_after` said of this message, if it was asked.
        """
        if self.state is SessionState.DRAINING:
            return self._receive_late(message)
        version = self._version_of(message)
        config = config or self._config_of(message, version)
        self._check(message, version)
        self.version = version
        self.config = config
        self.state = SessionState.TALKING
        commands = self._speech_of(message)
        commands += self._controls_of(message)
        if message.done:
            commands += self._end()
            commands.append(CloseWhenSpoken())
            self.state = SessionState.DRAINING
        return commands

    def drain(self) -> list[SessionCommand]:
        """The server takes no more text: the commands that end what is open."""
        if self.state is SessionState.DRAINING:
            return []
        self.state = SessionState.DRAINING
        return self._end()

    def _receive_late(self, message: ClientMessage) -> list[SessionCommand]:
        """After `done` a client may still steer what is being spoken, but text comes too late."""
        if message.token:
            raise RequestError("text came after done; open a new connection for more", code="after_done")
        return self._controls_of(message)

    def _version_of(self, message: ClientMessage) -> int:
        if message.v is None or message.v == self.version:
            return self.version
        if message.v not in (1, 2):
            raise RequestError(f"v must be 1 or 2, not {message.v}", code="unknown_version")
        if self.state is not SessionState.NEW or self._fixed_version:
            raise RequestError("v may only stand in the first message", code="unknown_version")
        return message.v

    def _config_of(self, message: ClientMessage, version: int) -> StreamConfig:
        """The sticky configuration after a message; the same object when it changes nothing."""
        values = zip(_CONFIG_KEYS, _config_values(message), strict=True)
        given = {key: value for key, value in values if value is not None}
        if version == 1:
            given = {key: given[key] for key in ("voice", "backend", "opts") if key in given}
            if self.state is SessionState.NEW:
                given["first_segment"] = "sentence"
        if not given:
            return self.config
        if "backend" in given and given["backend"] != self.config.backend:
            given.setdefault("opts", {})
            given.setdefault("voice", None)
        elif "opts" in given:
            given["opts"] = self.config.opts | given["opts"]
        config = replace(self.config, **given)
        return self.config if config == self.config else config

    def _check(self, message: ClientMessage, version: int) -> None:
        _check_range("max_wait_ms", message.max_wait_ms, _MAX_WAIT_MS)
        _check_range("ahead_s", message.ahead_s, _MAX_AHEAD_S)
        _check_range("played_ms", message.played_ms, math.inf)
        form = message.format
        if form is not None and form.rate not in RATES_HZ:
            allowed = ", ".join(map(str, RATES_HZ))
            raise RequestError(
                f"format.rate must be one of {allowed}, not {form.rate}", code="unknown_format"
            )
        if form is not None and form.encoding not in ENCODINGS:
            allowed = ", ".join(ENCODINGS)
            raise RequestError(
                f"format.encoding must be one of {allowed}, not {form.encoding[:40]!r}", code="unknown_format"
            )
        takes_text = message.token is not None or message.end or message.flush
        named = message.turn if version == 2 else None
        if takes_text and named is not None and named in self._turns and named != self.turn:
            raise RequestError(f"the turn {named[:40]!r} has ended; name a new one", code="turn_ended")

    def _speech_of(self, message: ClientMessage) -> list[SessionCommand]:
        commands: list[SessionCommand] = []
        if message.cancel and self.version == 2:
            # With text in the same message, the text belongs to what comes after the barge-in.
            named = message.turn if message.token is None else None
            commands.append(CancelTurns(named, message.played_ms))
            if named is None or named == self.turn:
                self.turn = None
        if message.token is not None:
            commands += self._turn_for(message.turn)
            commands.append(PushToTurn(message.token))
        if message.flush and self.version == 2:
            commands += self._turn_for(message.turn)
            commands.append(FlushTurn(message.id))
        if message.end and self.version == 2:
            commands += self._turn_for(message.turn) if message.turn is not None else []
            commands += self._end()
        return commands

    def _turn_for(self, named: str | None) -> list[SessionCommand]:
        """Make the named turn, or any, the one that takes text."""
        if self.version == 1:
            named = None
        if self.turn is not None and named in (None, self.turn):
            return []
        commands: list[SessionCommand] = []
        if self.config.on_new_turn == "preempt":
            commands.append(CancelTurns(None, None, preempted=True))
        else:
            commands += self._end()
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

    def _end(self) -> list[SessionCommand]:
        if self.turn is None:
            return []
        self.turn = None
        return [EndTurn()]

    def _controls_of(self, message: ClientMessage) -> list[SessionCommand]:
        if self.version == 1:
            return []
        commands: list[SessionCommand] = []
        if self.state is SessionState.DRAINING and message.cancel:
            commands.append(CancelTurns(message.turn, message.played_ms))
        if message.played_ms is not None and not message.cancel:
            commands.append(PlayedUntil(message.turn, message.played_ms))
        if message.pause:
            commands.append(SetPaused(paused=True))
        if message.resume:
            commands.append(SetPaused(paused=False))
        if message.ping is not None:
            commands.append(AnswerPing(message.ping))
        return commands


def _check_range(name: str, value: float | None, highest: float) -> None:
    if value is None or (math.isfinite(value) and 0 <= value <= highest):
        return
    upper = "" if highest == math.inf else f" to {highest:g}"
    raise RequestError(f"{name} must be a number from 0{upper}, not {value}", code="invalid_message")
