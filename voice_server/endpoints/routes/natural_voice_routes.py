"""`/natural-voice`: which natural engines could be set up here, and a set-up that goes on while others speak.

Only somebody at the server's own machine may begin one, whom no proxy has brought, and only of engines in the
server's own configuration: it takes the network and the disk of the machine.
"""

from __future__ import annotations

import asyncio
from typing import Annotated

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp

from voice_server.endpoints.app_state import AppState, state_of
from voice_server.endpoints.http.access_rules import is_loopback
from voice_server.endpoints.http.operations import JSON, Operation
from voice_server.endpoints.http.problems import SetUpRefused
from voice_server.endpoints.http.requests import read_json
from voice_server.errors import UnknownName

_FORWARDED = ("forwarded", "via", "x-real-ip", "x-client-ip", "true-client-ip", "cf-connecting-ip")
_FORWARDED_PREFIX = "x-forwarded"


class OfferedEngine(msgspec.Struct, kw_only=True):
    """A natural engine that can be set up; `sizes` says what it takes, for people."""

    backend: str
    languages: str
    download_mb: int
    disk_mb: int
    sizes: str
    is_being_set_up: bool


class NaturalVoice(msgspec.Struct, kw_only=True):
    """Who speaks now where no backend is named, and the engines that could; the first is recommended.

    `may_set_up` says whether the asker may begin a set-up; `problem` is why the last one failed, "" for none.
    """

    default_backend: str
    may_set_up: bool
    engines: list[OfferedEngine]
    problem: str


class NaturalVoiceFields(msgspec.Struct, frozen=True):
    """What `POST /natural-voice` takes: the engine to set up."""

    backend: Annotated[str, msgspec.Meta(max_length=64)]


async def natural_voice(request: Request) -> ASGIApp:
    """Answer `GET /natural-voice`."""
    return await _answer(request)


async def set_up(request: Request) -> ASGIApp:
    """Answer `POST /natural-voice`: begin the set-up, unless it goes on already."""
    fields = await read_json(request, NaturalVoiceFields)
    state = state_of(request)
    if state.begin_set_up is None or not _may_set_up(request, state):
        raise SetUpRefused(
            "only somebody at the server's own machine may set up an engine; there: voice-server setup NAME"
        )
    offered = [each.name for each in await asyncio.to_thread(state.service.engines_to_offer)]
    if fields.backend not in offered:
        raise UnknownName("backend", fields.backend, offered)
    if not state.is_being_set_up(fields.backend):
        state.set_ups[fields.backend] = state.begin_set_up(fields.backend)
    return await _answer(request)


async def _answer(request: Request) -> ASGIApp:
    state = state_of(request)
    engines = [
        OfferedEngine(
            backend=each.name,
            languages=each.facts.languages,
            download_mb=each.facts.download_mb,
            disk_mb=each.facts.disk_mb,
            sizes=each.facts.sizes,
            is_being_set_up=state.is_being_set_up(each.name),
        )
        for each in await asyncio.to_thread(state.service.engines_to_offer)
    ]
    answer = NaturalVoice(
        default_backend=state.service.default_backend,
        may_set_up=_may_set_up(request, state),
        engines=engines,
        problem=_problem(state),
    )
    return JSONResponse(msgspec.to_builtins(answer))


def _may_set_up(request: Request, state: AppState) -> bool:
    """Whether the asker sits at this machine, as far as that can be told."""
    is_direct = not any(
        name in _FORWARDED or name.startswith(_FORWARDED_PREFIX) for name in map(str.lower, request.headers)
    )
    is_here = request.client is not None and is_loopback(request.client.host)
    return (
        state.begin_set_up is not None and is_direct and is_here and is_loopback(request.url.hostname or "")
    )


def _problem(state: AppState) -> str:
    failed = [name for name, process in state.set_ups.items() if process.wait(0) is False]
    if not failed:
        return ""
    return f"{failed[-1]} could not be set up; to see why, run: voice-server setup {failed[-1]}"


OPERATIONS = (
    Operation(
        method="GET",
        path="/natural-voice",
        endpoint=natural_voice,
        summary="Which natural engines could be set up",
        tag="server",
        answers={JSON: NaturalVoice},
    ),
    Operation(
        method="POST",
        path="/natural-voice",
        endpoint=set_up,
        summary="Set up a natural engine, from the server's own machine",
        tag="server",
        fields=NaturalVoiceFields,
        takes="json",
        answers={JSON: NaturalVoice},
        refusals=(400, 403, 413, 415),
    ),
)
"""The routes of this file."""
