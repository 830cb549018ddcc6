"""The messages that a client sends on `/stream-tokens`, and which keys each version of the protocol reads.

A message is one JSON object whose keys are all optional. Laws: a key that a version does not read is as if it
were absent; unknown keys are ignored; types are checked when a message is decoded, values by `check_values`.
"""

from __future__ import annotations

import math
from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Annotated, Any, Final, Literal

import msgspec

from voice_server.core.types import MAX_PAUSE_MS, NormalizedKind
from voice_server.core.wire.speakers import Speakers
from voice_server.errors import RequestError

SAMPLE_RATES_HZ: Final = (8_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000)
ENCODINGS: Final = ("pcm_s16le", "pcm_f32le", "mulaw", "alaw", "mp3", "opus")
MAX_WAIT_MS: Final = 60_000
MAX_AHEAD_S: Final = 600
MAX_KEEP_S: Final = 60

NewTurnPolicy = Literal["queue", "preempt"]
Name = Annotated[str, msgspec.Meta(max_length=200)]
"""What a client calls a turn or a flush, and the server repeats; it is kept while it may be needed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamFormat:
    """How binary messages look: `frames="tagged"` puts a 16-byte head before the sound of each.

    `rate` is in Hz, None for the usual one of the encoding; `opus` is in Ogg.
    """

    encoding: str = "pcm_s16le"
    rate: int | None = None
    frames: Literal["plain", "tagged"] = "plain"


class ResumePoint(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The session that a new connection takes up again, and what of it the client has.

    Either `received`, how many messages; or the last turn, sentence and how many of its samples.
    """

    session: Name
    received: Annotated[int, msgspec.Meta(ge=0)] | None = None
    turn: Name | None = None
    index: Annotated[int, msgspec.Meta(ge=0)] | None = None
    sample: Annotated[int, msgspec.Meta(ge=0)] | None = None


class ClientMessage(msgspec.Struct, frozen=True, kw_only=True):
    """Every key that a client may send in one JSON object; None stands for an absent key.

    A Struct, because one is read for every token: it is decoded in a tenth of a dataclass's time.
    """

    v: int | None = None
    voice: str | int | None = None
    backend: str | None = None
    lang: str | None = None
    opts: dict[str, Any] | None = None
    timestamps: Literal["none", "word"] | None = None
    markup: Literal["speak", "strip", "ssml"] | None = None
    ssml: bool | None = None
    normalize: bool | list[NormalizedKind] | None = None
    script: Literal["switch", "keep"] | None = None
    code: Literal["announce", "skip", "read"] | None = None
    emoji: Literal["skip", "say"] | None = None
    citations: Literal["skip", "say"] | None = None
    format: StreamFormat | None = None
    max_wait_ms: float | None = None
    first_segment: Literal["sentence", "clause"] | None = None
    ahead_s: float | None = None
    sentence_pause_ms: float | None = None
    speakers: Speakers | None = None
    pronunciations: dict[str, Any] | None = None
    on_new_turn: NewTurnPolicy | None = None
    keep_s: float | None = None
    token: str | None = None
    turn: Name | None = None
    flush: bool | None = None
    id: int | Name | None = None
    end: bool | None = None
    cancel: bool | None = None
    played_ms: float | None = None
    pause: bool | None = None
    resume: bool | ResumePoint | None = None
    ping: int | float | Name | None = None
    done: bool | None = None


_KEYS: Final = ClientMessage.__struct_fields__
_all_but_token = attrgetter(*(key for key in _KEYS if key != "token"))
_NO_VALUES: Final = _all_but_token(ClientMessage())


def is_text_alone(message: ClientMessage) -> bool:
    """Whether a message has no key but `token`."""
    return message.token is not None and _all_but_token(message) == _NO_VALUES


def has_only(message: ClientMessage, keys: Container[str]) -> bool:
    """Whether a message has no key but these."""
    return all(key in keys or getattr(message, key) is None for key in _KEYS)


@dataclass(frozen=True, slots=True)
class ProtocolVersion:
    """A version of the protocol: the keys that it reads, and what it presets of the configuration."""

    number: int
    keys: frozenset[str]
    defaults: Mapping[str, object] = field(default_factory=dict)

    def read(self, message: ClientMessage) -> ClientMessage:
        """The message without the keys that this version does not read."""
        ignored = [key for key in _KEYS if key not in self.keys and getattr(message, key) is not None]
        return msgspec.structs.replace(message, **dict.fromkeys(ignored)) if ignored else message


PROTOCOL_VERSIONS: Final[Mapping[int, ProtocolVersion]] = {
    each.number: each
    for each in (
        ProtocolVersion(
            1,
            frozenset({"v", "voice", "backend", "opts", "token", "done"}),
            {"first_segment": "sentence"},  # its `generating` promises whole sentences
        ),
        ProtocolVersion(2, frozenset(_KEYS)),
    )
}
"""Every version by its number."""

FIRST_VERSION: Final = PROTOCOL_VERSIONS[1]
"""The version of a client that asks for none."""


def check_values(message: ClientMessage) -> None:
    """Raise RequestError for a number out of range or a format that there is not, whatever the version."""
    _check_range("max_wait_ms", message.max_wait_ms, MAX_WAIT_MS)
    _check_range("ahead_s", message.ahead_s, MAX_AHEAD_S)
    _check_range("sentence_pause_ms", message.sentence_pause_ms, MAX_PAUSE_MS)
    _check_range("keep_s", message.keep_s, MAX_KEEP_S)
    _check_range("played_ms", message.played_ms, math.inf)
    if message.format is not None:
        _check_format(message.format)


def _check_range(name: str, value: float | None, highest: float) -> None:
    if value is None or (math.isfinite(value) and 0 <= value <= highest):
        return
    upper = "" if highest == math.inf else f" to {highest:g}"
    raise RequestError(f"{name} must be a number from 0{upper}, not {value}", code="invalid_message")


def _check_format(form: StreamFormat) -> None:
    if form.rate is not None and form.rate not in SAMPLE_RATES_HZ:
        allowed = ", ".join(map(str, SAMPLE_RATES_HZ))
        raise RequestError(f"format.rate must be one of {allowed}, not {form.rate}", code="unknown_format")
    if form.encoding not in ENCODINGS:
        allowed = ", ".join(ENCODINGS)
        raise RequestError(
            f"format.encoding must be one of {allowed}, not {form.encoding[:40]!r}", code="unknown_format"
        )
