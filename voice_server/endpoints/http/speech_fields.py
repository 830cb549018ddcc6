"""The fields that every speaking route shares, and the resolved speech that they ask for."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

from voice_server.core.speech.pauses import PauseMs
from voice_server.core.speech.speech_settings import (
    DEFAULT_CODE,
    DEFAULT_SCRIPT,
    ScriptPolicy,
    SpeechSettings,
)
from voice_server.core.text.filtering.text_filter import CodePolicy
from voice_server.core.text.speakable.citations import CitationPolicy
from voice_server.core.text.speakable.pictures import EmojiPolicy
from voice_server.core.types import NormalizedKind, SpeechWarning
from voice_server.core.wire.half_characters import LOST_CHARACTER, has_lost_character
from voice_server.core.wire.speakers import Speakers
from voice_server.endpoints.http.requests import Language, LongText, VoiceName
from voice_server.endpoints.http.responses import ResolvedSpeech
from voice_server.errors import RequestError
from voice_server.sound_files.encoding import Encoding, SampleRate, chosen_encoding
from voice_server.sound_files.file_formats import FormatName
from voice_server.speech import SpeechRequest, SpeechService

Speed = Annotated[float, msgspec.Meta(ge=0.1, le=3.0, description="1 is the voice's own pace.")]
BackendName = Annotated[str, msgspec.Meta(max_length=64, description="The backend to speak with.")]
BitRate = Annotated[
    int, msgspec.Meta(ge=6_000, le=320_000, description="Bits a second, for mp3, opus and aac.")
]
Script = Annotated[
    ScriptPolicy,
    msgspec.Meta(description="switch: text in a script that the voice cannot read is read by another one."),
]
Normalize = Annotated[
    bool | list[NormalizedKind],
    msgspec.Meta(description="Whether numbers, signs and so on are put into words, or which kinds of them."),
]
Code = Annotated[
    CodePolicy,
    msgspec.Meta(description="A block of code is announced by a phrase, skipped, or read."),
]
Emoji = Annotated[
    EmojiPolicy,
    msgspec.Meta(description="say: emoji are named; skip: only those of a list or a rating are said."),
]
Citations = Annotated[
    CitationPolicy, msgspec.Meta(description="say: citations as [1] and (Doe & Roe, 2019) are read.")
]
SentencePause = Annotated[
    PauseMs, msgspec.Meta(description="Silence between two sentences in ms, at the voice's own pace.")
]
Pronunciations = Annotated[
    dict[str, Any],
    msgspec.Meta(
        description='How words are said: {"Nginx": "engine x", "GIF": {"ipa": "dʒɪf"}}, at most 100 of them.'
    ),
]
Ssml = Annotated[bool, msgspec.Meta(description="Whether the text is SSML, which works on every backend.")]
Options = dict[str, bool | int | float | str]


class SpeechFields(msgspec.Struct, kw_only=True):
    """A text and how it is spoken; null and absent mean the server's default."""

    text: LongText
    voice: VoiceName | None = None
    language: Language | None = None
    speed: Speed | None = None
    backend: BackendName | None = None
    options: Options | None = None
    normalize: Normalize | None = None
    script: Script | None = None
    code: Code | None = None
    emoji: Emoji | None = None
    citations: Citations | None = None
    sentence_pause_ms: SentencePause | None = None
    speakers: Speakers | None = None
    pronunciations: Pronunciations | None = None
    ssml: Ssml | None = None
    sample_rate: SampleRate | None = None
    bit_rate: BitRate | None = None


def resolve_fields(
    service: SpeechService, fields: SpeechFields, form: FormatName, *, word_times: bool = False
) -> ResolvedSpeech:
    """Resolve the names of a request and check its options. Raises RequestError or BackendDown."""
    return resolve_speech(
        service,
        text=fields.text,
        form=form,
        sample_rate=fields.sample_rate,
        bit_rate=fields.bit_rate,
        request=SpeechRequest(
            backend=fields.backend,
            voice=fields.voice,
            language=fields.language,
            speed=fields.speed,
            options=dict(fields.options or {}),
            script=fields.script or DEFAULT_SCRIPT,
            code=fields.code or DEFAULT_CODE,
            emoji=fields.emoji or "skip",
            citations=fields.citations or "skip",
            sentence_pause_ms=fields.sentence_pause_ms,
            speakers=fields.speakers or {},
            pronunciations=fields.pronunciations or {},
            markup="ssml" if fields.ssml else "strip",
            normalize=True if fields.normalize is None else fields.normalize,
            word_times=word_times,
        ),
    )


def resolve_speech(
    service: SpeechService,
    *,
    text: str,
    form: FormatName,
    sample_rate: int | None,
    bit_rate: int | None,
    request: SpeechRequest,
) -> ResolvedSpeech:
    """A text with its settings and encoding, every name resolved. Raises RequestError or BackendDown."""
    return speech_of(text, service.settings(request), chosen_encoding(form, sample_rate, bit_rate))


def speech_of(
    text: str, resolved: tuple[SpeechSettings, list[SpeechWarning]], encoding: Encoding
) -> ResolvedSpeech:
    """A text with the settings that a request was resolved to. Raises RequestError where it is blank."""
    if not text.strip():
        raise RequestError("text must have something in it beside white space", code="no_text")
    settings, warnings = resolved
    lost = [LOST_CHARACTER] if has_lost_character(text) else []
    return ResolvedSpeech(text, settings, encoding, [*warnings, *lost])
