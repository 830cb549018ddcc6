"""`GET /voices/{backend}/{voice}/preview`: a sentence in the voice's own language."""

from __future__ import annotations

from typing import Final

from starlette.requests import Request
from starlette.types import ASGIApp

from voice_server.endpoints.app_state import state_of
from voice_server.endpoints.http.operations import SPEAKING_REFUSALS, Operation
from voice_server.endpoints.http.problems import NotFound
from voice_server.endpoints.http.responses import SpeechResponse
from voice_server.endpoints.http.speech_fields import resolve_speech
from voice_server.endpoints.http.whole_responses import file_or_part
from voice_server.errors import UnknownName
from voice_server.speech import SpeechRequest

_SENTENCES: Final = {
    "cmn": "你好，这是我的声音。",
    "de": "Guten Tag, so klingt meine Stimme.",
    "en": "Hello, this is how my voice sounds.",
    "es": "Hola, así suena mi voz.",
    "fr": "Bonjour, voici comment sonne ma voix.",
    "hi": "नमस्ते, मेरी आवाज़ ऐसी है।",
    "it": "Ciao, così suona la mia voce.",
    "ja": "こんにちは、これが私の声です。",
    "ko": "안녕하세요, 제 목소리입니다.",
    "nl": "Hallo, zo klinkt mijn stem.",
    "pl": "Cześć, tak brzmi mój głos.",
    "pt": "Olá, é assim que soa a minha voz.",
    "ru": "Здравствуйте, так звучит мой голос.",
    "tr": "Merhaba, benim sesim böyle.",
}


def preview_sentence(language: str) -> str:
    """The sentence that previews a voice of a language; English where there is none in the language."""
    return _SENTENCES.get(language.partition("-")[0], _SENTENCES["en"])


async def preview(request: Request) -> ASGIApp:
    """Answer `GET /voices/{backend}/{voice}/preview` with a WAV file. Raises NotFound."""
    state = state_of(request)
    backend, name = request.path_params["backend"], request.path_params["voice"]
    try:
        voice = state.service.resolve_voice(name, backend)
    except UnknownName as error:
        raise NotFound(error.message, code=error.code) from None
    resolved = resolve_speech(
        state.service,
        text=preview_sentence(voice.language),
        form="wav",
        sample_rate=None,
        bit_rate=None,
        request=SpeechRequest(backend=backend, voice=voice.id),
    )
    return SpeechResponse(state, resolved, file_or_part(request))


OPERATIONS = (
    Operation(
        method="GET",
        path="/voices/{backend}/{voice}/preview",
        endpoint=preview,
        summary="A sentence spoken by a voice",
        tag="voices",
        answers={"audio/wav": None},
        has_parts=True,
        refusals=(404, *SPEAKING_REFUSALS),
    ),
)
"""The routes of this file."""
