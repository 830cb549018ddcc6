"""What ElevenLabs' clients ask for beside speech: voices, models, and who they are."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any, Final
from urllib.parse import quote

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp

from voice_server.core.types import Voice
from voice_server.endpoints.app_state import state_of
from voice_server.endpoints.dialects.shared.listed_voices import listed_voices
from voice_server.endpoints.http.form_fields import query_fields
from voice_server.endpoints.http.operations import JSON, Operation
from voice_server.endpoints.http.problems import NotFound
from voice_server.endpoints.http.requests import MAX_FILE_CHARS, fields_from
from voice_server.speech import SpeechService

_MOST_VOICES = 100
_CATEGORIES: Final = {"built_in": "premade", "sample": "cloned"}
_MODELS: Final = {
    "eleven_multilingual_v2": "Eleven Multilingual v2",
    "eleven_turbo_v2_5": "Eleven Turbo v2.5",
    "eleven_flash_v2_5": "Eleven Flash v2.5",
}
"""ElevenLabs' models that tools offer: each is the default backend."""
_NO_LIMIT: Final = 2**31 - 1


class ElevenLabsVoiceQuery(msgspec.Struct, kw_only=True):
    """Which voices of the list; `next_page_token` is the id of the voice before them."""

    page_size: Annotated[int, msgspec.Meta(ge=1, le=_MOST_VOICES)] = 10
    next_page_token: Annotated[str, msgspec.Meta(max_length=400)] | None = None
    search: Annotated[str, msgspec.Meta(max_length=200)] = ""


class ElevenLabsVoice(msgspec.Struct, kw_only=True):
    """A voice as ElevenLabs describes one."""

    voice_id: str
    name: str
    category: str
    labels: dict[str, str]
    description: str
    preview_url: str
    verified_languages: list[dict[str, str]]
    available_for_tiers: list[str] = []
    settings: dict[str, float] | None = None


class ElevenLabsVoiceSettings(msgspec.Struct, kw_only=True):
    """How a voice speaks for who asks for nothing else; only the speed has an effect."""

    stability: float = 0.5
    similarity_boost: float = 0.75
    style: float = 0.0
    use_speaker_boost: bool = True
    speed: float = 1.0


class ElevenLabsVoices(msgspec.Struct):
    """All voices."""

    voices: list[ElevenLabsVoice]


class ElevenLabsVoicePage(msgspec.Struct, kw_only=True):
    """A page of the voices."""

    voices: list[ElevenLabsVoice]
    has_more: bool
    total_count: int
    next_page_token: str | None


class ElevenLabsModel(msgspec.Struct, kw_only=True):
    """A model: a backend."""

    model_id: str
    name: str
    languages: list[dict[str, str]]
    description: str = ""
    can_do_text_to_speech: bool = True
    can_do_voice_conversion: bool = False
    can_be_finetuned: bool = False
    can_use_style: bool = False
    can_use_speaker_boost: bool = False
    maximum_text_length_per_request: int = MAX_FILE_CHARS


class ElevenLabsPrice(msgspec.Struct, frozen=True):
    """Nothing costs anything."""

    amount: str = "0"
    currency: str = "usd"


class ElevenLabsSubscription(msgspec.Struct, kw_only=True):
    """What a client may do; nothing is counted here."""

    tier: str = "self-hosted"
    status: str = "active"
    character_count: int = 0
    character_limit: int = _NO_LIMIT
    max_credit_limit_extension: int = 0
    can_extend_character_limit: bool = False
    allowed_to_extend_character_limit: bool = False
    voice_slots_used: int = 0
    professional_voice_slots_used: int = 0
    professional_voice_slots_used_in_workspace: int = 0
    voice_limit: int = 0
    voice_add_edit_counter: int = 0
    professional_voice_limit: int = 0
    can_extend_voice_limit: bool = False
    can_use_instant_voice_cloning: bool = False
    can_use_professional_voice_cloning: bool = False
    current_overage: ElevenLabsPrice = ElevenLabsPrice()
    open_invoices: list[str] = []
    has_open_invoices: bool = False


class ElevenLabsUser(msgspec.Struct, kw_only=True):
    """Who asks: everybody is the same here."""

    user_id: str = "voice-server"
    workspace_id: str = "voice-server"
    seat_type: str = "workspace_member"
    subscription: ElevenLabsSubscription = msgspec.field(default_factory=ElevenLabsSubscription)
    is_new_user: bool = False
    can_use_delayed_payment_methods: bool = False
    is_onboarding_completed: bool = True
    is_onboarding_checklist_completed: bool = True
    created_at: int = 0


async def all_voices(request: Request) -> ASGIApp:
    """Answer `GET /v1/voices`."""
    voices = listed_voices(state_of(request).service)
    return _answer(ElevenLabsVoices([_entry(request, each) for each in voices]))


async def page_of_voices(request: Request) -> ASGIApp:
    """Answer `GET /v2/voices`."""
    fields = fields_from(query_fields(request), ElevenLabsVoiceQuery, as_text=True)
    wanted = fields.search.lower()
    found = [each for each in listed_voices(state_of(request).service) if wanted in each.name.lower()]
    behind = found
    if fields.next_page_token is not None:
        ids = [each.id for each in found]
        behind = found[ids.index(fields.next_page_token) + 1 :] if fields.next_page_token in ids else []
    page = behind[: fields.page_size]
    has_more = len(behind) > len(page)
    return _answer(
        ElevenLabsVoicePage(
            voices=[_entry(request, each) for each in page],
            has_more=has_more,
            total_count=len(found),
            next_page_token=page[-1].id if has_more else None,
        )
    )


async def one_voice(request: Request) -> ASGIApp:
    """Answer `GET /v1/voices/{voice}`."""
    name = request.path_params["voice"]
    found = next((each for each in listed_voices(state_of(request).service) if each.id == name), None)
    if found is None:
        raise NotFound(f"there is no voice {name[:80]!r}; /v1/voices lists them", code="unknown_voice")
    return _answer(_entry(request, found))


async def voice_settings(_request: Request) -> ASGIApp:
    """Answer `GET /v1/voices/{voice}/settings`, and for all voices `GET /v1/voices/settings/default`."""
    return _answer(ElevenLabsVoiceSettings())


async def list_models(request: Request) -> ASGIApp:
    """Answer `GET /v1/models`."""
    service = state_of(request).service
    own = [_model(name, name, _languages(service, name)) for name in service.backend_names]
    usual = _languages(service, service.default_backend)
    return _answer([*own, *(_model(each, name, usual) for each, name in _MODELS.items())])


async def user(_request: Request) -> ASGIApp:
    """Answer `GET /v1/user`."""
    return _answer(ElevenLabsUser())


async def subscription(_request: Request) -> ASGIApp:
    """Answer `GET /v1/user/subscription`."""
    return _answer(ElevenLabsSubscription())


def _answer(content: Any) -> JSONResponse:
    return JSONResponse(msgspec.to_builtins(content))


def _entry(request: Request, voice: Voice) -> ElevenLabsVoice:
    language, _, region = voice.language.partition("-")
    labels = {"language": language, "accent": region.lower(), "gender": voice.gender}
    server = f"{str(request.base_url).rstrip('/')}{state_of(request).root_path}"
    return ElevenLabsVoice(
        voice_id=voice.id,
        name=voice.name,
        category=_CATEGORIES[voice.kind],
        labels={name: value for name, value in labels.items() if value},
        description=f"{voice.name}, {voice.language}, of {voice.backend}",
        preview_url=f"{server}/voices/{quote(voice.backend)}/{quote(voice.id, safe='')}/preview",
        verified_languages=[{"language": language, "model_id": voice.backend, "locale": voice.language}],
    )


def _languages(service: SpeechService, backend: str) -> list[str]:
    return [each.language for each in listed_voices(service) if each.backend == backend]


def _model(model_id: str, name: str, languages: Iterable[str]) -> ElevenLabsModel:
    bases = dict.fromkeys(each.partition("-")[0] for each in languages)
    return ElevenLabsModel(
        model_id=model_id, name=name, languages=[{"language_id": each, "name": each} for each in bases]
    )


LISTING_OPERATIONS = tuple(
    Operation(
        method="GET",
        path=f"/elevenlabs{path}",
        endpoint=endpoint,
        summary=summary,
        tag="elevenlabs",
        fields=fields,
        takes="query" if fields else "nothing",
        answers={JSON: answer},
        refusals=refusals,
    )
    for path, endpoint, summary, fields, answer, refusals in (
        ("/v1/voices", all_voices, "The voices, as ElevenLabs lists them", None, ElevenLabsVoices, ()),
        (
            "/v2/voices",
            page_of_voices,
            "A page of the voices",
            ElevenLabsVoiceQuery,
            ElevenLabsVoicePage,
            (400,),
        ),
        ("/v1/voices/{voice}", one_voice, "One voice", None, ElevenLabsVoice, (404,)),
        ("/v1/voices/{voice}/settings", voice_settings, "Its settings", None, ElevenLabsVoiceSettings, ()),
        ("/v1/voices/settings/default", voice_settings, "Usual settings", None, ElevenLabsVoiceSettings, ()),
        ("/v1/models", list_models, "The backends, as models", None, list[ElevenLabsModel], ()),
        ("/v1/user", user, "Who asks: everybody is the same", None, ElevenLabsUser, ()),
        ("/v1/user/subscription", subscription, "What may be asked for", None, ElevenLabsSubscription, ()),
    )
)
"""The routes of this file."""
