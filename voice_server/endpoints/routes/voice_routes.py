"""The lists of voices and languages, and mixes that are saved under a name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Annotated
from urllib.parse import quote

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp

from voice_server.core.types import ANY_LANGUAGE, Voice
from voice_server.endpoints.app_state import state_of
from voice_server.endpoints.http.form_fields import query_fields
from voice_server.endpoints.http.operations import JSON, Operation
from voice_server.endpoints.http.problems import NotFound
from voice_server.endpoints.http.requests import NoFields, fields_from, read_json, read_json_value
from voice_server.errors import UnknownName
from voice_server.speech import SpeechService


class ListedVoice(msgspec.Struct, kw_only=True):
    """A voice; its number counts the voices of its backend from 1, `preview` is the address of a sample."""

    number: int
    id: str
    name: str
    language: str
    gender: str
    backend: str
    kind: str
    preview: str


class VoiceList(msgspec.Struct):
    """Voices of all backends, and which backend speaks for whoever names none."""

    voices: list[ListedVoice]
    count: int
    default_backend: str


class UpdatedVoices(VoiceList, kw_only=True):
    """The same with the names of saved mixes."""

    mixes: list[str]


class LanguageOffer(msgspec.Struct):
    """A language, and who speaks it."""

    code: str
    voices: int
    backends: list[str]


class LanguageList(msgspec.Struct):
    """Languages of all backends."""

    languages: list[LanguageOffer]
    count: int


class VoiceNames(msgspec.Struct):
    """The voices that can be named without a backend."""

    voices: list[str]
    count: int


class SpeechHealth(msgspec.Struct):
    """Whether the default backend speaks."""

    status: str
    voices_available: int
    device: str
    model_loaded: bool


class NamedVoice(msgspec.Struct):
    """A voice as OpenAI's clients list one."""

    id: str
    name: str


class NamedVoices(msgspec.Struct):
    """Voices of one backend."""

    voices: list[NamedVoice]


MixText = Annotated[
    str, msgspec.Meta(min_length=1, max_length=400, description="As in af_bella(2)+af_sky(1).")
]


class MixFields(msgspec.Struct, kw_only=True):
    """A mix to save; without a name it is called like its voices."""

    voices: MixText | list[str]
    name: Annotated[str, msgspec.Meta(pattern="^[a-z0-9][a-z0-9_.-]{0,63}$")] | None = None
    backend: Annotated[str, msgspec.Meta(max_length=64)] | None = None


class SavedVoice(msgspec.Struct, kw_only=True):
    """A mix that was saved, and the names of all voices."""

    id: str
    name: str
    mix: str
    backend: str
    voices: list[str]


class DeletedMix(msgspec.Struct, kw_only=True):
    """A mix that is no more."""

    id: str
    deleted: bool = True


def _service(request: Request) -> SpeechService:
    return state_of(request).service


def _json(answer: msgspec.Struct) -> ASGIApp:
    return JSONResponse(msgspec.to_builtins(answer))


async def _json_list(request: Request, name: str, of: object, make: Callable[[], msgspec.Struct]) -> ASGIApp:
    """The answer with a list of voices, which `make` makes in a thread; it is kept under `name` and `of`."""
    state = state_of(request)
    body = await state.lists.get((name, of), state.service.voices_version(), make)
    return Response(body, media_type="application/json")


def _backend(request: Request, key: str = "backend") -> str | None:
    """The backend that the URL names. Raises UnknownName."""
    name = query_fields(request).get(key) or None
    names = _service(request).backend_names
    if name is not None and name not in names:
        raise UnknownName("backend", name, names)
    return name


def _numbered(service: SpeechService, backend: str | None) -> Iterator[tuple[int, Voice]]:
    """The voices of a backend, or of all, with their numbers."""
    for name in service.backend_names if backend is None else (backend,):
        yield from service.numbered_voices(name)


def _listed(voices: Iterable[tuple[int, Voice]], root_path: str) -> list[ListedVoice]:
    return [
        ListedVoice(
            number=number,
            id=voice.id,
            name=voice.name,
            language=voice.language,
            gender=voice.gender,
            backend=voice.backend,
            kind=voice.kind,
            preview=f"{root_path}/voices/{quote(voice.backend)}/{quote(voice.id, safe='')}/preview",
        )
        for number, voice in voices
    ]


async def list_voices(request: Request) -> ASGIApp:
    """Answer `GET /voices`."""
    state, backend = state_of(request), _backend(request)
    voices, default = list(_numbered(state.service, backend)), state.service.default_backend

    def make() -> VoiceList:
        return VoiceList(_listed(voices, state.root_path), len(voices), default)

    return await _json_list(request, "voices", backend, make)


async def update_voices(request: Request) -> ASGIApp:
    """Answer `POST /voices/update`: read saved mixes again; recordings and backends are watched anyway."""
    await read_json(request, NoFields)
    state, service = state_of(request), _service(request)
    service.reload_mixes()
    voices, default = list(_numbered(service, None)), service.default_backend
    mixes = [mix.id for mix in service.saved_mixes()]

    def make() -> UpdatedVoices:
        listed = _listed(voices, state.root_path)
        return UpdatedVoices(listed, len(listed), default, mixes=mixes)

    return await _json_list(request, "updated voices", None, make)


async def list_languages(request: Request) -> ASGIApp:
    """Answer `GET /languages`."""
    speakers: dict[str, list[str]] = {}
    for _, voice in _numbered(_service(request), _backend(request)):
        if voice.language not in ("", ANY_LANGUAGE):
            speakers.setdefault(voice.language, []).append(voice.backend)
    languages = [
        LanguageOffer(code, len(backends), sorted(set(backends)))
        for code, backends in sorted(speakers.items())
    ]
    return _json(LanguageList(languages, len(languages)))


def voice_names(service: SpeechService, backend: str | None = None) -> list[str]:
    """The names that a request may use with a backend, or without one: its voices and saved mixes."""
    chosen = backend or service.default_backend
    listed = [voice.id for _, voice in service.numbered_voices(chosen)]
    return listed + [mix.id for mix in service.saved_mixes(chosen)]


async def list_names(request: Request) -> ASGIApp:
    """Answer `GET /tts/voices`."""
    names = voice_names(_service(request))
    return await _json_list(request, "names", None, lambda: VoiceNames(names, len(names)))


async def speech_health(request: Request) -> ASGIApp:
    """Answer `GET /tts/health`: 200 when the default backend speaks, 503 otherwise."""
    service = _service(request)
    is_up = service.is_up()
    health = SpeechHealth(
        "healthy" if is_up else "unhealthy",
        len(voice_names(service)),
        str(service.backend_config().settings.get("device", "cpu")),
        is_up,
    )
    return JSONResponse(msgspec.to_builtins(health), 200 if is_up else 503)


async def list_named(request: Request) -> ASGIApp:
    """Answer `GET /v1/audio/voices`; `?model=` is a backend."""
    service = _service(request)
    chosen = _backend(request, "model") or service.default_backend
    names, voices = voice_names(service, chosen), service.numbered_voices(chosen)

    def make() -> NamedVoices:
        own = {voice.id: voice.name or voice.id for _, voice in voices}
        return NamedVoices([NamedVoice(name, own.get(name, name)) for name in names])

    return await _json_list(request, "named voices", chosen, make)


# ---------------------------------------------------------------------- mixes


async def combine(request: Request) -> ASGIApp:
    """Answer `POST /v1/audio/voices/combine`; the body may also be just the mix, or a list of voices."""
    given = await read_json_value(request)
    fields = fields_from(given if isinstance(given, dict) else {"voices": given}, MixFields)
    service = _service(request)
    backend = fields.backend or service.default_backend
    if backend not in service.backend_names:
        raise UnknownName("backend", backend, service.backend_names)
    written = fields.voices if isinstance(fields.voices, str) else "+".join(fields.voices)
    saved = service.save_mix(fields.name, written, backend)
    return _json(
        SavedVoice(
            id=saved.id,
            name=saved.id,
            mix=saved.mix,
            backend=saved.backend,
            voices=voice_names(service, backend),
        )
    )


async def delete_mix(request: Request) -> ASGIApp:
    """Answer `DELETE /v1/audio/voices/{name}`."""
    name = request.path_params["name"]
    service = _service(request)
    if not service.delete_mix(name):
        saved = ", ".join(mix.id for mix in service.saved_mixes()) or "none"
        raise NotFound(f"there is no saved mix {name[:80]!r}; saved are: {saved[:400]}")
    return _json(DeletedMix(id=name))


_ONE_BACKEND = {"backend": "Only the voices of this backend."}


def _lists() -> Iterable[Operation]:
    yield Operation(
        method="GET",
        path="/voices",
        endpoint=list_voices,
        summary="The voices of all backends",
        tag="voices",
        query=_ONE_BACKEND,
        answers={JSON: VoiceList},
        refusals=(400,),
    )
    yield Operation(
        method="POST",
        path="/voices/update",
        endpoint=update_voices,
        summary="Look again for recordings and saved mixes, and list the voices",
        tag="voices",
        fields=NoFields,
        takes="json",
        answers={JSON: UpdatedVoices},
        refusals=(400, 413, 415),
    )
    yield Operation(
        method="GET",
        path="/languages",
        endpoint=list_languages,
        summary="The languages of all backends",
        tag="voices",
        query=_ONE_BACKEND,
        answers={JSON: LanguageList},
        refusals=(400,),
    )


def _lists_of_other_servers() -> Iterable[Operation]:
    yield Operation(
        method="GET",
        path="/tts/voices",
        endpoint=list_names,
        summary="The voices of the default backend by name",
        tag="voices",
        answers={JSON: VoiceNames},
    )
    yield Operation(
        method="GET",
        path="/tts/health",
        endpoint=speech_health,
        summary="Whether the default backend speaks",
        tag="server",
        answers={JSON: SpeechHealth},
        refusals=(503,),
    )
    for path in ("/v1/audio/voices", "/audio/voices"):
        yield Operation(
            method="GET",
            path=path,
            endpoint=list_named,
            summary="The voices of a model",
            tag="openai",
            query={"model": "The model, which is a backend."},
            answers={JSON: NamedVoices},
            refusals=(400,),
        )


def _mixes() -> Iterable[Operation]:
    for base in ("/v1", ""):
        yield Operation(
            method="POST",
            path=f"{base}/audio/voices/combine",
            endpoint=combine,
            summary="Save a weighted mix of voices under a name",
            tag="voices",
            fields=MixFields | MixText | list[str],
            takes="json",
            answers={JSON: SavedVoice},
            refusals=(400, 413, 415),
        )
        yield Operation(
            method="DELETE",
            path=f"{base}/audio/voices/{{name}}",
            endpoint=delete_mix,
            summary="Delete a saved mix",
            tag="voices",
            answers={JSON: DeletedMix},
            refusals=(404,),
        )


OPERATIONS = (*_lists(), *_lists_of_other_servers(), *_mixes())
"""The routes of this file."""
