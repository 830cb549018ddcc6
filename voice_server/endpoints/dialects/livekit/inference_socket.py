"""`/tts` as a WebSocket: `session.create`, `input_transcript` and `session.flush` in, sound and `done` out.

Text between two flushes is one turn. The client keeps the connection for its next turn, and closes it when it
is interrupted. Source of names and defaults: `livekit.agents.inference.tts` of livekit-agents 1.8.9.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Annotated, Any, Literal, get_args

import msgspec
from starlette.websockets import WebSocket

from voice_server.core.speech.speech_settings import MAX_LANGUAGE_CHARS, MAX_VOICE_CHARS, SpeechSettings
from voice_server.core.speech.utterance_events import SentenceAudio, UtteranceFinished
from voice_server.endpoints.app_state import AppState
from voice_server.endpoints.base64_strings import base64_string
from voice_server.endpoints.dialects.shared.dialect_connection import DialectConnection
from voice_server.endpoints.dialects.shared.dialect_turn import DialectTurn, SentMessage, TurnEvent
from voice_server.endpoints.dialects.shared.foreign_voices import foreign_settings
from voice_server.endpoints.dialects.shared.handshake import serve
from voice_server.endpoints.dialects.shared.json_messages import JsonMessages
from voice_server.endpoints.http.responses import TimedWords
from voice_server.endpoints.websocket.server_messages import Message, json_text, to_json
from voice_server.errors import RequestError, VoiceServerError
from voice_server.sound_files.encoding import Encoding, SampleRate, chosen_encoding
from voice_server.speech import SpeechRequest

_Name = Annotated[str, msgspec.Meta(max_length=200)]
_VoiceName = Annotated[str, msgspec.Meta(max_length=MAX_VOICE_CHARS)]
_Language = Annotated[str, msgspec.Meta(max_length=MAX_LANGUAGE_CHARS)]


class LiveKitVoice(msgspec.Struct, frozen=True):
    """How text is spoken; `language` is a tag."""

    voice: _VoiceName | None = None
    model: _Name | None = None
    language: _Language | None = None


class LiveKitCreate(msgspec.Struct, tag_field="type", tag="session.create", kw_only=True):
    """The first message; a sample rate comes as text. `extra` are options of the vendor behind the model."""

    sample_rate: int | Annotated[str, msgspec.Meta(pattern="^[0-9]{1,6}$")] = 24_000
    encoding: Literal["pcm_s16le"] = "pcm_s16le"
    voice: _VoiceName | None = None
    model: _Name | None = None
    language: _Language | None = None
    extra: dict[str, Any] = {}


class LiveKitTranscript(msgspec.Struct, tag_field="type", tag="input_transcript"):
    """A sentence with the space behind it; its configuration is that of all that follow."""

    transcript: str
    generation_config: LiveKitVoice = LiveKitVoice()


class LiveKitFlush(msgspec.Struct, tag_field="type", tag="session.flush"):
    """The end of a turn."""


_Message = LiveKitCreate | LiveKitTranscript | LiveKitFlush
_messages: JsonMessages[_Message] = JsonMessages(_Message)


async def inference_socket(websocket: WebSocket) -> None:
    """Serve one connection."""
    await serve(websocket, InferenceConnection)


class InferenceConnection(DialectConnection):
    """One connection; what is configured last holds for what follows."""

    def __init__(self, websocket: WebSocket, state: AppState) -> None:
        super().__init__(websocket, state)
        self._session_id = uuid.uuid4().hex
        self._config = LiveKitVoice(model=websocket.query_params.get("model"))
        self._encoding = chosen_encoding("pcm")
        self._wants_words = False
        self._settings = self._settings_of(self._config)
        self._taking: DialectTurn | None = None  # text
        self._newest: DialectTurn | None = None

    def obey(self, message: Message) -> None:
        """Do what a message says. Raises VoiceServerError."""
        match _messages.read(message):
            case LiveKitCreate() as create:
                self._create(create)
            case LiveKitTranscript(transcript, config):
                self._configure(config)
                self.push(self._turn(), transcript)
            case LiveKitFlush():
                self._turn().speech.end()
                self._taking = None

    def _create(self, create: LiveKitCreate) -> None:
        self._encoding = _encoding(create.sample_rate)
        self._wants_words = _wants_words(create.model or self._config.model, create.extra)
        self._config = self._merged(LiveKitVoice(create.voice, create.model, create.language))
        self._settings = self._settings_of(self._config)
        self.answer(to_json({"type": "session.created", "session_id": self._session_id}))

    def _merged(self, config: LiveKitVoice) -> LiveKitVoice:
        """What a message says, and of what it leaves out what was said before."""
        before = self._config
        return LiveKitVoice(
            config.voice or before.voice, config.model or before.model, config.language or before.language
        )

    def _configure(self, config: LiveKitVoice) -> None:
        """Speak what follows as a message says."""
        merged = self._merged(config)
        if merged != self._config:
            self._settings = self._settings_of(merged)
            self._config = merged
            if self._taking is not None:
                self._taking.speech.configure(self._settings)

    def _settings_of(self, config: LiveKitVoice) -> SpeechSettings:
        """A model is named `backend/anything` or `vendor/anything`, perhaps with `:voice` behind it."""
        model, _, voice = (config.model or "").partition(":")
        backend = next((each for each in model.split("/") if each in self._service.backend_names), None)
        request = SpeechRequest(
            backend=backend,
            voice=config.voice or voice or None,
            language=config.language,
            word_times=self._wants_words,
        )
        return foreign_settings(self._service, request)[0]

    def _turn(self) -> DialectTurn:
        """The turn that takes text."""
        if self._taking is None:
            self._taking = self._newest = self.open_turn(
                self._settings, self._encoding, self._write, self._newest
            )
        return self._taking

    def _write(self, turn: DialectTurn, event: TurnEvent) -> Sequence[SentMessage]:
        match event:
            case SentenceAudio(pcm=sound):
                fields = {
                    "type": "output_audio",
                    "session_id": self._session_id,
                    "audio": base64_string(sound),
                }
                return [json_text(fields)]
            case TimedWords():
                return [self._message("output_alignment", words=self._words(turn, event))]
            case UtteranceFinished():
                failure = turn.failure()
                errors = [] if failure is None else [self._message("error", message=failure.message)]
                return [*errors, self._message("done")]
            case _:
                return []

    def _words(self, turn: DialectTurn, timed: TimedWords) -> list[dict[str, str | float]]:
        """Words with their times in s from the turn's start; Cartesia's get their space from the client."""
        space = "" if _vendor(self._config.model) == "cartesia" else " "
        return [
            {"word": mark.word + space, "start": mark.start_ms / 1000, "end": mark.end_ms / 1000}
            for mark in turn.words(timed, with_signs=True)
        ]

    def _message(self, kind: str, **fields: object) -> str:
        return to_json(self._fields(kind, **fields))

    def _fields(self, kind: str, **fields: object) -> dict[str, object]:
        return {"type": kind, "session_id": self._session_id, **fields}

    def refuse(self, error: VoiceServerError) -> None:
        """Say what was wrong with a message."""
        self.answer(self._message("error", message=error.message, code=error.code))


def _encoding(sample_rate: int | str) -> Encoding:
    rate = int(sample_rate)
    if rate not in get_args(SampleRate):
        allowed = ", ".join(map(str, get_args(SampleRate)))
        raise RequestError(f"sample_rate must be one of {allowed}, not {rate}", code="invalid_sample_rate")
    return chosen_encoding("pcm", rate)


def _vendor(model: str | None) -> str:
    return (model or "").partition("/")[0]


def _wants_words(model: str | None, extra: dict[str, Any]) -> bool:
    """Whether the client will read word times; it goes by what the vendor of a model does."""
    return (
        bool(extra.get("add_timestamps"))
        or extra.get("timestamp_type") in ("WORD", "CHARACTER")
        or (_vendor(model) == "assemblyai" and extra.get("word_timestamps") is not False)
    )
