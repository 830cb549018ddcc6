"""The voices as other systems list them, which know no backends."""

from __future__ import annotations

from voice_server.core.types import ANY_LANGUAGE, Voice
from voice_server.speech import SpeechService


def listed_voices(service: SpeechService) -> list[Voice]:
    """The voices that speak a language, those of the default backend first, each id once."""
    first = service.default_backend
    listed = sorted(service.voices(), key=lambda voice: voice.backend != first)
    by_id: dict[str, Voice] = {}
    for voice in listed:
        if voice.language != ANY_LANGUAGE:
            by_id.setdefault(voice.id, voice)
    return list(by_id.values())
