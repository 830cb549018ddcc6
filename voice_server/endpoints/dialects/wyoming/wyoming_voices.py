"""Which voice a Wyoming client means.

A client may name a voice as `info` lists it, with a speaker or without, or by any other name that a request
may use; a speaker alone; or a language alone. Home Assistant keeps the name that was chosen once, so a name
that is no voice of this server is often one of another server's: the default voice of its language speaks.
"""

from __future__ import annotations

import logging
import re
from dataclasses import replace
from typing import Final

from voice_server.core.speech.speech_settings import SpeechRequest, SpeechSettings
from voice_server.endpoints.dialects.shared.foreign_voices import foreign_settings
from voice_server.endpoints.dialects.wyoming.wyoming_events import VoiceWish
from voice_server.endpoints.dialects.wyoming.wyoming_info import (
    BETWEEN_BACKEND_AND_VOICE,
    BETWEEN_VOICE_AND_SPEAKER,
)
from voice_server.errors import UnknownName
from voice_server.speech import SpeechService
from voice_server.voices.language_tags import is_regional_tag

_log = logging.getLogger(__name__)

_SSML: Final = "ssml"
_FIRST_LANGUAGE: Final = re.compile(r"([a-z]{2,3}[_-][A-Z]{2})(?:-|$)")
_LAST_LANGUAGE: Final = re.compile(r"-([a-z]{2})$")


def wished_settings(
    service: SpeechService, wish: VoiceWish | None, text_format: str | None
) -> SpeechSettings:
    """How a text is spoken. Raises RequestError, and BackendDown where nothing speaks."""
    wish = wish or VoiceWish()
    request = SpeechRequest(markup="ssml" if text_format == _SSML else "strip")
    if not wish.name:
        speaker = None if wish.speaker is None else str(wish.speaker)
        return foreign_settings(service, replace(request, voice=speaker, language=wish.language))[0]
    request = replace(request, voice=wish.name)
    backend, between, voice = wish.name.partition(BETWEEN_BACKEND_AND_VOICE)
    if between and backend in service.backend_names:
        request = replace(request, voice=voice, backend=backend)
    if wish.speaker is not None:
        speaker = str(wish.speaker).removeprefix(BETWEEN_VOICE_AND_SPEAKER)
        try:
            named = f"{request.voice}{BETWEEN_VOICE_AND_SPEAKER}{speaker}"
            return service.settings(replace(request, voice=named))[0]
        except UnknownName as unknown:
            _log.info("a voice speaks without the speaker that a client named", extra={"named": unknown.name})
    return foreign_settings(service, request, voice_language=language_in(wish.name))[0]


def language_in(name: str) -> str | None:
    """The language in another server's name of a voice, as in `en_US-lessac-medium` or `aura-2-helena-en`.

    Two letters at the beginning are none: Kokoro's `af_heart` speaks English, and not Afrikaans.
    """
    first = _FIRST_LANGUAGE.match(name)
    if first and is_regional_tag(first[1]):
        return first[1]
    last = _LAST_LANGUAGE.search(name)
    return last[1] if last else None
