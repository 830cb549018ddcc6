"""`POST /synthesize` and `/playback`: what is spoken on the speakers of the server's own machine.

`/synthesize` answers as soon as the text is on the playlist; every client that may reach the server can then
control playback here. Every action is a POST with a JSON body, so that a page of another site triggers none.
"""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from typing import Annotated, Literal

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp

from voice_server.core.playlist import PlaylistPolicy
from voice_server.core.speech.speech_settings import DEFAULT_CODE
from voice_server.core.types import SpeechWarning
from voice_server.core.wire.speakers import Speakers
from voice_server.endpoints.app_state import state_of
from voice_server.endpoints.http.operations import JSON, SPEAKING_REFUSALS, Endpoint, Operation
from voice_server.endpoints.http.requests import FileText, Language, NoFields, VoiceName, read_json
from voice_server.endpoints.http.speech_fields import (
    BackendName,
    Citations,
    Code,
    Emoji,
    Normalize,
    Options,
    Speed,
    Ssml,
)
from voice_server.errors import RequestError
from voice_server.playback.loudspeakers import Loudspeakers
from voice_server.speech import SpeechRequest

Percent = Annotated[int, msgspec.Meta(ge=0, le=100, description="Loudness in percent.")]
DeviceName = Annotated[str, msgspec.Meta(min_length=1, max_length=400, description="A sound device by name.")]


class SynthesizeFields(msgspec.Struct, frozen=True):
    """What `/synthesize` takes; `options` are the backend's, of which `speed` is one."""

    text: FileText
    voice: VoiceName | None = None
    language: Language | None = None
    speed: Speed | None = None
    backend: BackendName | None = None
    options: Options | None = None
    speakers: Speakers | None = None
    ssml: Ssml | None = None
    normalize: Normalize | None = None
    code: Code | None = None
    emoji: Emoji | None = None
    citations: Citations | None = None
    policy: Literal["interrupt", "queue", "mix"] = "interrupt"

    def request(self) -> SpeechRequest:
        """How the text is to be spoken."""
        return SpeechRequest(
            backend=self.backend,
            voice=self.voice,
            language=self.language,
            speed=self.speed,
            options=dict(self.options or {}),
            speakers=self.speakers or {},
            markup="ssml" if self.ssml else "strip",
            normalize=True if self.normalize is None else self.normalize,
            code=self.code or DEFAULT_CODE,
            emoji=self.emoji or "skip",
            citations=self.citations or "skip",
        )


class StopFields(msgspec.Struct, frozen=True):
    """What `/playback/stop` takes: the texts to end, all of them where none are named."""

    ids: list[int] | None = None


class VolumeFields(msgspec.Struct, frozen=True):
    """What `/playback/volume` takes."""

    volume: Percent


class DeviceFields(msgspec.Struct, frozen=True):
    """What `/playback/device` takes."""

    device: DeviceName


async def synthesize(request: Request) -> ASGIApp:
    """Answer `POST /synthesize`; the first request waits until a sound device has been looked for."""
    loudspeakers = _loudspeakers(request)
    fields = await read_json(request, SynthesizeFields)
    state = state_of(request)
    if not fields.text.strip():
        raise RequestError("text must have something in it beside white space", code="no_text")
    with state.open_work():
        entry, warnings = loudspeakers.accept(fields.text, fields.request(), PlaylistPolicy(fields.policy))
        await asyncio.sleep(0)  # the text is on its way to a worker before the answer is put together
        warnings += await loudspeakers.take_warnings()
    answer = asdict(entry) | {"is_paused": loudspeakers.status().is_paused, "warnings": _as_json(warnings)}
    del answer["text"], answer["heard_ms"]
    return JSONResponse(answer)


async def now_playing(request: Request) -> ASGIApp:
    """Answer `GET /playback`: the texts that are playing and waiting."""
    return _status(_loudspeakers(request))


async def devices(request: Request) -> ASGIApp:
    """Answer `GET /playback/devices`."""
    return JSONResponse({"devices": list(await _loudspeakers(request).devices())})


async def device(request: Request) -> ASGIApp:
    """Answer `POST /playback/device`: play on another device."""
    fields = await read_json(request, DeviceFields)
    await _loudspeakers(request).set_device(fields.device)
    return _status(_loudspeakers(request))


async def volume(request: Request) -> ASGIApp:
    """Answer `POST /playback/volume`."""
    fields = await read_json(request, VolumeFields)
    _loudspeakers(request).set_volume(fields.volume / 100)
    return _status(_loudspeakers(request))


async def pause(request: Request) -> ASGIApp:
    """Answer `POST /playback/pause`: stop playing and lose nothing."""
    await read_json(request, NoFields)
    _loudspeakers(request).set_paused(True)
    return _status(_loudspeakers(request))


async def resume(request: Request) -> ASGIApp:
    """Answer `POST /playback/resume`: continue where playback was paused."""
    await read_json(request, NoFields)
    _loudspeakers(request).set_paused(False)
    return _status(_loudspeakers(request))


async def skip(request: Request) -> ASGIApp:
    """Answer `POST /playback/skip`: end the texts that are playing."""
    await read_json(request, NoFields)
    return _status(_loudspeakers(request), ended=_loudspeakers(request).skip())


async def stop(request: Request) -> ASGIApp:
    """Answer `POST /playback/stop`: end all texts, or those named."""
    fields = await read_json(request, StopFields)
    return _status(_loudspeakers(request), ended=_loudspeakers(request).stop(fields.ids))


def _loudspeakers(request: Request) -> Loudspeakers:
    return state_of(request).loudspeakers


def _status(loudspeakers: Loudspeakers, **more: int) -> JSONResponse:
    status = loudspeakers.status()
    state = "paused" if status.is_paused else "playing" if status.playing else "idle"
    return JSONResponse(
        {
            "state": state,
            "volume": round(status.volume * 100),
            "device": status.device,
            "playing": [asdict(entry) for entry in status.playing],
            "waiting": [asdict(entry) for entry in status.waiting],
            **more,
        }
    )


def _as_json(warnings: list[SpeechWarning]) -> list[dict[str, str]]:
    return [{"code": each.code, "message": each.message} for each in warnings]


def _action(path: str, endpoint: Endpoint, summary: str, fields: object) -> Operation:
    return Operation(
        method="POST",
        path=path,
        endpoint=endpoint,
        summary=summary,
        tag="playback",
        fields=fields,
        takes="json",
        answers={JSON: None},
        refusals=(400, 415),
    )


OPERATIONS = (
    Operation(
        method="POST",
        path="/synthesize",
        endpoint=synthesize,
        summary="Speak on the server's own speakers",
        tag="playback",
        fields=SynthesizeFields,
        takes="json",
        answers={JSON: None},
        refusals=SPEAKING_REFUSALS,
    ),
    Operation(
        method="GET",
        path="/playback",
        endpoint=now_playing,
        summary="What is heard now and what comes next",
        tag="playback",
        answers={JSON: None},
    ),
    Operation(
        method="GET",
        path="/playback/devices",
        endpoint=devices,
        summary="The sound devices of the server's machine",
        tag="playback",
        answers={JSON: None},
        refusals=(503,),
    ),
    _action("/playback/pause", pause, "Fall silent and lose nothing", NoFields),
    _action("/playback/resume", resume, "Go on where it fell silent", NoFields),
    _action("/playback/skip", skip, "End what is heard now", NoFields),
    _action("/playback/stop", stop, "End everything, or the texts named", StopFields),
    _action("/playback/volume", volume, "Be louder or softer", VolumeFields),
    _action("/playback/device", device, "Play on another device", DeviceFields),
)
"""The routes of this file."""
