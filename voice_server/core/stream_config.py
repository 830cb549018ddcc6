"""The sticky configuration of a `/stream-tokens` connection, and how a message changes it.

What is spoken how is a `SpeechRequest`, which has the defaults; beside it stands what only a stream has.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from operator import attrgetter
from typing import Any, Final

from voice_server.core.speech.speech_settings import MarkupPolicy, SpeechRequest
from voice_server.core.wire.client_messages import ClientMessage, NewTurnPolicy, StreamFormat

REQUEST_FIELDS: Final = {
    "voice": "voice",
    "backend": "backend",
    "lang": "language",
    "opts": "options",
    "timestamps": "word_times",
    "markup": "markup",
    "normalize": "normalize",
    "script": "script",
    "code": "code",
    "emoji": "emoji",
    "citations": "citations",
    "max_wait_ms": "max_wait_ms",
    "first_segment": "first_segment",
    "ahead_s": "ahead_s",
    "sentence_pause_ms": "sentence_pause_ms",
    "speakers": "speakers",
    "pronunciations": "pronunciations",
}
"""The keys of a message that say how to speak, and the fields of a SpeechRequest that they are."""

_STREAM_FIELDS: Final = ("format", "on_new_turn", "keep_s")
_KEYS: Final = (*REQUEST_FIELDS, *_STREAM_FIELDS, "ssml")
_values_of = attrgetter(*_KEYS)


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamConfig:
    """How a connection's text is spoken, how its audio is sent, and what a new turn does to earlier ones.

    `keep_s` is how long the session can be taken up again after its connection was lost.
    """

    request: SpeechRequest = field(default_factory=SpeechRequest)
    format: StreamFormat = field(default_factory=StreamFormat)
    on_new_turn: NewTurnPolicy = "queue"
    keep_s: float = 0.0

    def updated(self, message: ClientMessage, defaults: Mapping[str, object]) -> StreamConfig:
        """The configuration after a message; the same object when the message changes nothing.

        `defaults` holds values for keys that the message does not have. Options add up until another backend
        is chosen, which also forgets the voice.
        """
        values = zip(_KEYS, _values_of(message), strict=True)
        given: dict[str, Any] = {**defaults, **{key: value for key, value in values if value is not None}}
        if (is_ssml := given.pop("ssml", None)) is not None:
            given.setdefault("markup", _markup_after(self.request.markup, is_ssml=is_ssml))
        if not given:
            return self
        stream = {key: given.pop(key) for key in _STREAM_FIELDS if key in given}
        config = replace(self, request=self._updated_request(given), **stream)
        return self if config == self else config

    def _updated_request(self, given: dict[str, Any]) -> SpeechRequest:
        if "timestamps" in given:
            given["timestamps"] = given["timestamps"] == "word"
        if given.get("backend", self.request.backend) != self.request.backend:
            given = {"opts": {}, "voice": None, **given}
        elif "opts" in given:
            given["opts"] = {**self.request.options, **given["opts"]}
        return replace(self.request, **{REQUEST_FIELDS[key]: value for key, value in given.items()})


def _markup_after(markup: MarkupPolicy, *, is_ssml: bool) -> MarkupPolicy:
    """The markup where `ssml` was turned on or off."""
    if is_ssml:
        return "ssml"
    return "strip" if markup == "ssml" else markup
