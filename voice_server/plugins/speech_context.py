"""What a plugin is told beside the text or the sound."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from voice_server.core.types import OptionValue


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class SpeechContext:
    """Who speaks what; nothing in it can be changed.

    `language` is the BCP 47 tag in which the sentence is spoken, `voice` the backend's own id, `options`
    those of the request with the backend's defaults, `sentence` what was typed, less what is not for the ear.
    All pieces of one sentence's sound come with the same object, so that a plugin can keep what it must
    remember of them in a `weakref.WeakKeyDictionary`.
    """

    backend: str
    voice: str
    language: str
    sentence: str
    options: Mapping[str, OptionValue] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "options", MappingProxyType(dict(self.options)))
