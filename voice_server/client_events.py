"""The messages of a server on `/stream-tokens` as dataclasses; the reading half of the client.

Fields are the protocol's, unchanged; version 1 leaves `turn`, `index` and `chars` out. Messages of a type
that this client does not know come out as `Unknown`, so that a newer server does not break an older one.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields, replace
from typing import Any, Final

from voice_server.core.types import SAMPLE_RATE_HZ, JsonObject, Span
from voice_server.core.wire.sound_places import BYTES_PER_SAMPLE_OF
from voice_server.errors import WireError

_TAG = struct.Struct("<IIII")  # turn number, sentence index, sequence in the turn, flags
_IS_FIRST = 1
_TELEPHONE_HZ: Final = 8000
"""The usual rate of those with one byte a sample (ITU-T G.711)."""


@dataclass(frozen=True, slots=True)
class Ready:
    """The connection speaks with this voice; audio comes in this form.

    `session` is the secret by which the session can be taken up again for `keep_s` after the connection was
    lost; then `received` is how many of the client's messages the server has, else None.
    """

    session: str
    voice: str
    backend: str
    sample_rate: int = SAMPLE_RATE_HZ
    encoding: str = "pcm_s16le"
    limits: Mapping[str, Any] = field(default_factory=dict)
    capabilities: Mapping[str, Any] = field(default_factory=dict)
    keep_s: float = 0.0
    received: int | None = None


@dataclass(frozen=True, slots=True)
class Generating:
    """A sentence went to a worker; `queue_depth` others of this connection wait behind it."""

    sentence: str
    queue_depth: int
    turn: str | None = None
    index: int | None = None
    chars: Span | None = None


@dataclass(frozen=True, slots=True)
class Sentence:
    """The next audio is the first of this sentence."""

    turn: str
    index: int
    text: str
    spoken: str
    at_ms: float
    queued_ms: float
    chars: Span | None = None


@dataclass(frozen=True, slots=True)
class Audio:
    """PCM: int16 little endian mono, at 24 000 Hz unless another rate was asked for.

    `turn` and `index` say which sentence it is of, `at_ms` where it begins, from the turn's first sample;
    None in version 1. `audio_ms` is how long it lasts, 0 where the encoding does not tell. `sequence` and
    `is_first` come with tagged frames.
    """

    pcm: bytes
    turn: str | None = None
    index: int | None = None
    at_ms: float | None = None
    sequence: int | None = None
    is_first: bool | None = None
    audio_ms: float = field(default=0.0, compare=False)


@dataclass(frozen=True, slots=True)
class Word:
    """When a word is spoken, from the sentence's first sample, and where it stands in the text as typed."""

    word: str
    start_ms: float
    end_ms: float
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Words:
    """Words of a sentence; `source` says whether a model, the engine or an estimate gave the times.

    `at_ms` is where the sentence begins, from the turn's first sample.
    """

    turn: str
    index: int
    words: tuple[Word, ...]
    source: str
    at_ms: float = 0.0

    @property
    def from_turn_start(self) -> tuple[Word, ...]:
        """The same words with times from the turn's first sample."""
        at_ms = self.at_ms
        return tuple(
            replace(word, start_ms=word.start_ms + at_ms, end_ms=word.end_ms + at_ms) for word in self.words
        )


@dataclass(frozen=True, slots=True)
class SentenceEnd:
    """All audio of a sentence has come."""

    turn: str
    index: int
    audio_ms: float
    ttfa_ms: float
    rtf: float
    gap_ms: float


@dataclass(frozen=True, slots=True)
class Flushed:
    """Everything before the flush has been delivered."""

    turn: str | None = None
    id: int | str | None = None


@dataclass(frozen=True, slots=True)
class Paused:
    """Delivery has stopped."""


@dataclass(frozen=True, slots=True)
class Resumed:
    """Delivery has resumed."""


@dataclass(frozen=True, slots=True)
class Pong:
    """The answer to a ping, with what it carried."""

    ping: int | float | str


@dataclass(frozen=True, slots=True)
class TurnDone:
    """A turn is over: "complete", "cancelled", "preempted" or "failed"."""

    turn: str
    reason: str
    audio_ms: float
    characters: int
    sentences: int


@dataclass(frozen=True, slots=True)
class Cancelled:
    """The answer to a barge-in; no audio of this turn comes after it."""

    turn: str
    heard: str
    unheard: str
    dropped_ms: float


@dataclass(frozen=True, slots=True)
class WarningEvent:
    """A request could not be met exactly; the work continues."""

    code: str
    msg: str
    turn: str | None = None
    index: int | None = None


@dataclass(frozen=True, slots=True)
class ErrorEvent:
    """Something could not be done; when `fatal`, the server closes the connection."""

    msg: str
    code: str = ""
    turn: str | None = None
    index: int | None = None
    fatal: bool = False
    retry_after_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Closing:
    """The server will close the connection in so many milliseconds."""

    reason: str
    in_ms: int


@dataclass(frozen=True, slots=True)
class Done:
    """All audio has been sent; the server closes the connection."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """A message of a type that this client does not know."""

    message: Mapping[str, Any]


Event = (
    Ready
    | Generating
    | Sentence
    | Audio
    | Words
    | SentenceEnd
    | Flushed
    | Paused
    | Resumed
    | Pong
    | TurnDone
    | Cancelled
    | WarningEvent
    | ErrorEvent
    | Closing
    | Done
    | Unknown
)

_TYPES: dict[str, type[Event]] = {
    "ready": Ready,
    "generating": Generating,
    "sentence": Sentence,
    "words": Words,
    "sentence_end": SentenceEnd,
    "flushed": Flushed,
    "paused": Paused,
    "resumed": Resumed,
    "pong": Pong,
    "turn_done": TurnDone,
    "cancelled": Cancelled,
    "warning": WarningEvent,
    "error": ErrorEvent,
    "closing": Closing,
    "done": Done,
}
_KEYS = {kind: tuple(each.name for each in fields(kind)) for kind in _TYPES.values()}
_REQUIRED = {
    kind: {each.name for each in fields(kind) if each.default is MISSING and each.default_factory is MISSING}
    for kind in _TYPES.values()
}


class EventReader:
    """Turns one connection's messages into events; audio and words carry their place in the turn."""

    def __init__(self) -> None:
        self.is_tagged = False
        self._rate_hz = SAMPLE_RATE_HZ
        self._bytes_per_sample: int | None = BYTES_PER_SAMPLE_OF["pcm_s16le"]
        self._sentence: Sentence | None = None
        self._at_ms: float | None = None

    def configure(self, form: Mapping[str, Any]) -> None:
        """Take note of a `format` that the connection is configured with."""
        self.is_tagged = form.get("frames") == "tagged"
        encoding = form.get("encoding", "pcm_s16le")
        usual_hz = _TELEPHONE_HZ if BYTES_PER_SAMPLE_OF.get(encoding) == 1 else SAMPLE_RATE_HZ
        self._set_sound(form.get("rate") or usual_hz, encoding)

    def _set_sound(self, rate_hz: int, encoding: str) -> None:
        self._rate_hz = rate_hz
        self._bytes_per_sample = BYTES_PER_SAMPLE_OF.get(encoding)

    def read(self, message: str | bytes) -> Event:
        """The event that a message is. Raises WireError on what no server of this protocol sends."""
        if isinstance(message, bytes):
            return self._audio(message)
        event = _event(message)
        if isinstance(event, Sentence):
            self._sentence, self._at_ms = event, event.at_ms
        elif isinstance(event, Words) and self._sentence is not None:
            return replace(event, at_ms=self._sentence.at_ms)
        elif isinstance(event, Ready):
            self._set_sound(event.sample_rate, event.encoding)
        return event

    def _audio(self, message: bytes) -> Audio:
        turn, index = (None, None) if self._sentence is None else (self._sentence.turn, self._sentence.index)
        if not self.is_tagged:
            at_ms, audio_ms = self._placed(len(message))
            return Audio(message, turn, index, at_ms, audio_ms=audio_ms)
        if len(message) < _TAG.size:
            raise WireError(f"a tagged frame has a head of {_TAG.size} bytes, this one has {len(message)}")
        _, index, sequence, flags = _TAG.unpack_from(message)
        at_ms, audio_ms = self._placed(len(message) - _TAG.size)
        return Audio(
            message[_TAG.size :], turn, index, at_ms, sequence, bool(flags & _IS_FIRST), audio_ms=audio_ms
        )

    def _placed(self, n_bytes: int) -> tuple[float | None, float]:
        """Where the next sound begins in its turn, and how long it is."""
        at_ms, audio_ms = self._at_ms, 0.0
        if self._bytes_per_sample is not None:
            audio_ms = n_bytes / self._bytes_per_sample / self._rate_hz * 1000
        if at_ms is not None:
            self._at_ms = at_ms + audio_ms
        return at_ms, audio_ms


def _event(text: str) -> Event:
    try:
        message = json.loads(text)
    except ValueError:
        message = None
    if not isinstance(message, dict):
        raise WireError("the server sent a message that is no JSON object; is it a voice-server?")
    kind = _TYPES.get(message.get("type", ""))
    if kind is None:
        return Unknown(message)
    if missing := _REQUIRED[kind] - message.keys():
        raise WireError(f"the server sent {message['type']!r} without {', '.join(sorted(missing))}")
    return kind(**_parsed_fields(message, _KEYS[kind]))


def _parsed_fields(message: JsonObject, keys: tuple[str, ...]) -> JsonObject:
    """The fields that the event has; offsets and words as tuples."""
    given = {key: message[key] for key in keys if key in message}
    if (chars := given.get("chars")) is not None:
        given["chars"] = (chars[0], chars[1])
    if "words" in given:
        given["words"] = tuple(Word(*word) for word in given["words"])
    return given
