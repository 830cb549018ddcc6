"""`POST /synthesize-file`: {text, voice, language, speed} into a WAV file."""

from __future__ import annotations

from starlette.requests import Request
from starlette.types import ASGIApp

from voice_server.endpoints.app_state import state_of
from voice_server.endpoints.http.operations import SPEAKING_REFUSALS, Operation
from voice_server.endpoints.http.requests import FileText, read_any
from voice_server.endpoints.http.responses import SpeechResponse
from voice_server.endpoints.http.speech_fields import SpeechFields, resolve_fields
from voice_server.endpoints.http.whole_responses import WHOLE_FILE, file_or_part


class SynthesizeFileFields(SpeechFields, kw_only=True):
    """What `/synthesize-file` takes."""

    text: FileText


async def synthesize_file(request: Request) -> ASGIApp:
    """Answer `/synthesize-file` with a WAV file, sent once it is complete."""
    state = state_of(request)
    resolved = resolve_fields(state.service, await read_any(request, SynthesizeFileFields), "wav")
    return SpeechResponse(state, resolved, file_or_part(request) if request.method != "POST" else WHOLE_FILE)


OPERATIONS = (
    Operation(
        method="POST",
        path="/synthesize-file",
        endpoint=synthesize_file,
        summary="Speak into a WAV file",
        tag="speak",
        fields=SynthesizeFileFields,
        takes="any",
        answers={"audio/wav": None},
        refusals=SPEAKING_REFUSALS,
    ),
    Operation(
        method="GET",
        path="/synthesize-file",
        endpoint=synthesize_file,
        summary="Speak a text of the URL into a WAV file",
        tag="speak",
        fields=SynthesizeFileFields,
        takes="query",
        answers={"audio/wav": None},
        has_parts=True,
        refusals=SPEAKING_REFUSALS,
    ),
)
"""The routes of this file."""
