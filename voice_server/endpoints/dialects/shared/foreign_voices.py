"""Voices by the names that other systems give them.

Their clients send an id of their vendor's, whether or not their user chose one. An alias of the configuration
says what it means; without one the default voice of its language speaks, and the log says so once.
"""

from __future__ import annotations

import logging
from collections import OrderedDict
from dataclasses import replace
from typing import TypeVar

from voice_server.core.speech.speech_settings import SpeechSettings
from voice_server.core.types import SpeechWarning
from voice_server.errors import UnknownName
from voice_server.speech import SpeechRequest, SpeechService

_Key = TypeVar("_Key")
_Value = TypeVar("_Value")
_log = logging.getLogger(__name__)

_REMEMBERED_NAMES = 1000
"""How many names are remembered as told or unknown: a client that makes them up cannot fill the memory."""

_told: OrderedDict[str, None] = OrderedDict()
_unknown: OrderedDict[tuple[str | int | None, ...], object] = OrderedDict()
"""Names that with a backend and a language are none of ours, with the version of the voices that lacks them.
To find that out, and what may have been meant, takes milliseconds, and most clients name one each time."""


def foreign_settings(
    service: SpeechService, request: SpeechRequest, *, voice_language: str | None = None
) -> tuple[SpeechSettings, list[SpeechWarning]]:
    """Resolve a request whose voice, and language, another system may have named.

    `voice_language` is the language that the name of the voice says. Raises RequestError for anything else
    that is not as it must be, and BackendDown.
    """
    key, version = (request.voice, request.backend, request.language), service.voices_version()
    if request.voice is None or _unknown.get(key) != version:
        try:
            return service.settings(request)
        except UnknownName as error:
            if error.code != "unknown_voice":
                return _in_known_language(service, request)
        _remember(_unknown, key, version)
    language = request.language or voice_language
    settings, warnings = _in_known_language(service, replace(request, voice=language, language=language))
    _tell_once(str(request.voice), settings)
    return settings, warnings


def _in_known_language(
    service: SpeechService, request: SpeechRequest
) -> tuple[SpeechSettings, list[SpeechWarning]]:
    """As `service.settings`, but with the default voice where nobody speaks the language."""
    try:
        return service.settings(request)
    except UnknownName:
        is_only_a_language = request.voice == request.language
        return service.settings(
            replace(request, language=None, voice=None if is_only_a_language else request.voice)
        )


def _tell_once(name: str, settings: SpeechSettings) -> None:
    if name in _told:
        return
    _remember(_told, name, None)
    _log.warning(
        "%s of %s speaks for the voice %.80s, which is none of this server's; "
        "an entry under aliases: in backends.yaml says which one it means",
        settings.voice,
        settings.backend,
        name,
    )


def _remember(memory: OrderedDict[_Key, _Value], key: _Key, value: _Value) -> None:
    memory[key] = value
    if len(memory) > _REMEMBERED_NAMES:
        memory.popitem(last=False)
