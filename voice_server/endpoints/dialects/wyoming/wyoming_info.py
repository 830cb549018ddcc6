"""What `info` says: one program with the voices of all backends.

Home Assistant takes the first program only, so all voices are in it, each once: a language with a hundred
speakers is one voice and not a hundred. Names are the voices' ids; where two backends have the same, that of
the later one is `backend/id`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from voice_server.core.types import ANY_LANGUAGE, JsonObject, Voice
from voice_server.endpoints.dialects.wyoming.wyoming_events import event_bytes
from voice_server.speech import SpeechService
from voice_server.version import version

_PROGRAM: Final = "voice-server"
_OTHER_SERVICES: Final = ("asr", "handle", "intent", "wake", "mic", "snd")
_TEST_BACKEND: Final = "tone"
"""A backend that beeps is not offered beside those that speak."""

_MACROLANGUAGE: Final = {"cmn": "zh"}
_ALSO: Final = {"zh": "zh-CN", "yue": "zh-HK"}
"""Tags that Home Assistant, and most others, use where the voice's tag names no region."""
BETWEEN_BACKEND_AND_VOICE: Final = "/"
BETWEEN_VOICE_AND_SPEAKER: Final = "+"


class WyomingInfo:
    """The event `info` of one service, which is made again when there are other voices."""

    def __init__(self, service: SpeechService) -> None:
        self._service = service
        self._made_of: object = None
        self._event = b""

    def event(self) -> bytes:
        """`info` as it is sent."""
        version_now = self._service.voices_version()
        if not self._event or version_now != self._made_of:
            self._made_of = version_now
            self._event = event_bytes("info", _info(self._service))
        return self._event


def _info(service: SpeechService) -> JsonObject:
    program = {
        **_artifact(_PROGRAM, _PROGRAM, "speaks with every engine that is set up"),
        "version": version(),
        "voices": list(_voices(service)),
        "supports_synthesize_streaming": True,
    }
    return {"tts": [program], **{kind: [] for kind in _OTHER_SERVICES}}


def _artifact(name: str, made_by: str, description: str) -> JsonObject:
    """What every program and voice has; older clients fail where one of these is missing."""
    return {
        "name": name,
        "attribution": {"name": made_by, "url": ""},
        "installed": True,
        "description": description,
        "version": None,
    }


def _voices(service: SpeechService) -> Iterator[JsonObject]:
    """The voices of the default backend, then those of the others, with the mixes saved for each."""
    default = service.default_backend
    taken: set[str] = set()
    for backend in (default, *(name for name in service.backend_names if name != default)):
        if backend == _TEST_BACKEND != default:
            continue
        voices = [voice for _, voice in service.numbered_voices(backend)]
        listed = [*_listed(voices), *_listed_mixes(service, backend, voices)]
        for name, spoken_name, language, speakers in listed:
            unique = name if name not in taken else f"{backend}{BETWEEN_BACKEND_AND_VOICE}{name}"
            taken.add(unique)
            yield {
                **_artifact(unique, backend, f"{spoken_name} ({backend})"),
                "languages": listed_languages(language),
                "speakers": [{"name": each} for each in speakers] or None,
            }


_Listed = tuple[str, str, str, Sequence[str]]
"""A voice's name, its name for people, its language, and its speakers."""


def _listed(voices: Sequence[Voice]) -> Iterator[_Listed]:
    """Voices with a language of their own; `base+speaker` is a speaker of `base`, where that is a voice."""
    ids = {voice.id for voice in voices}
    speakers: dict[str, list[str]] = {}
    alone = []
    for voice in voices:
        base, _, speaker = voice.id.partition(BETWEEN_VOICE_AND_SPEAKER)
        if speaker and base in ids:
            speakers.setdefault(base, []).append(speaker)
        elif voice.language not in ("", ANY_LANGUAGE):
            alone.append(voice)
    for voice in alone:
        yield voice.id, voice.name or voice.id, voice.language, speakers.get(voice.id, ())


def _listed_mixes(service: SpeechService, backend: str, voices: Sequence[Voice]) -> Iterator[_Listed]:
    """Saved mixes, which speak the language of their first voice."""
    languages: dict[str, Any] = {voice.id: voice.language for voice in voices}
    for mix in service.saved_mixes(backend):
        language = languages.get(mix.mix.partition("(")[0])
        if language not in (None, "", ANY_LANGUAGE):
            yield mix.id, mix.id, language, ()


def listed_languages(tag: str) -> list[str]:
    """The tags under which a voice of a language (BCP 47) is found.

    Language, script and region are kept. Variants and private subtags are not: `en-GB-x-rp` is one of the
    voices of `en-GB`.
    """
    language, *rest = tag.split("-")
    language = _MACROLANGUAGE.get(language, language)
    script = [part for part in rest[:1] if len(part) == 4 and part.isalpha()]
    region = [part for part in rest[len(script) :][:1] if len(part) == 2 or part.isdecimal()]
    listed = "-".join([language, *script, *region])
    also = _ALSO.get(listed)
    if also is None:
        return [listed]
    return [also] if also.startswith(listed) else [listed, also]
