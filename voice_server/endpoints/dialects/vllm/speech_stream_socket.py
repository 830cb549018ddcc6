"""`/v1/audio/speech/stream` as a WebSocket: a configuration and text in, sentences as files or chunks out.

What comes between two `input.done` is one utterance. As a whole, or by sentences (`split_granularity`), it is
sent as a file in the format that was asked for, or with `stream_audio` in pieces. As a whole it is rendered
while its text comes, and sent when that is complete. Source of names, defaults and the order of messages:
vLLM-Omni's `serving_speech_stream.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

import msgspec
from starlette.websockets import WebSocket

from voice_server.core.audio.wav_header import WAV_HEADER_BYTES, wav_header
from voice_server.core.speech.speech_settings import MAX_LANGUAGE_CHARS, MAX_VOICE_CHARS, SpeechSettings
from voice_server.core.speech.utterance_events import (
    SentenceAudio,
    SentenceEnded,
    SentenceFailed,
    SentenceStarted,
    UtteranceFinished,
)
from voice_server.endpoints.app_state import AppState
from voice_server.endpoints.base64_strings import base64_string
from voice_server.endpoints.dialects.shared.dialect_connection import DialectConnection
from voice_server.endpoints.dialects.shared.dialect_turn import DialectTurn, TurnEvent
from voice_server.endpoints.dialects.shared.foreign_voices import foreign_settings
from voice_server.endpoints.dialects.shared.handshake import serve
from voice_server.endpoints.dialects.shared.json_messages import JsonMessages
from voice_server.endpoints.http.responses import TimedWords
from voice_server.endpoints.websocket.close_codes import CloseCode
from voice_server.endpoints.websocket.server_messages import Message, to_json
from voice_server.errors import RequestError, VoiceServerError
from voice_server.sound_files.encoding import Encoding, chosen_encoding
from voice_server.sound_files.file_formats import FormatName
from voice_server.speech import SpeechRequest
from voice_server.voices.language_tags import tag_of_language

_IDLE_S = 30.0
_VoiceName = Annotated[str, msgspec.Meta(max_length=MAX_VOICE_CHARS)]


class VllmConfig(msgspec.Struct, tag_field="type", tag="session.config", kw_only=True):
    """How text is spoken and sent; it holds until the next one. `language` is a tag or an English name."""

    voice: _VoiceName | None = None
    speaker: _VoiceName | None = None
    model: Annotated[str, msgspec.Meta(max_length=200)] | None = None
    language: Annotated[str, msgspec.Meta(max_length=MAX_LANGUAGE_CHARS)] | None = None
    response_format: FormatName = "wav"
    speed: Annotated[float, msgspec.Meta(ge=0.25, le=4.0)] | None = None
    stream_audio: bool = False
    split_granularity: Literal["none", "sentence", "clause"] = "none"
    word_timestamps: bool = False
    ref_audio: Any = None


class VllmText(msgspec.Struct, tag_field="type", tag="input.text"):
    """Text, verbatim."""

    text: str = ""


class VllmDone(msgspec.Struct, tag_field="type", tag="input.done"):
    """The end of an utterance."""


class VllmClose(msgspec.Struct, tag_field="type", tag="session.close"):
    """The client is done."""


_Message = VllmConfig | VllmText | VllmDone | VllmClose
_messages: JsonMessages[_Message] = JsonMessages(_Message)


async def speech_stream_socket(websocket: WebSocket) -> None:
    """Serve one connection."""
    await serve(websocket, SpeechStreamConnection)


class SpeechStreamConnection(DialectConnection):
    """One connection; before its first configuration it takes nothing else."""

    def __init__(self, websocket: WebSocket, state: AppState) -> None:
        super().__init__(websocket, state, idle_s=_IDLE_S)
        self._config: VllmConfig | None = None
        self._settings: SpeechSettings | None = None
        self._encoding = chosen_encoding("wav")
        self._utterances = 0
        self._taking: DialectTurn | None = None  # text
        self._newest: DialectTurn | None = None

    def obey(self, message: Message) -> None:
        """Do what a message says. Raises VoiceServerError."""
        match _messages.read(message):
            case VllmConfig() as config:
                self._configure(config)
            case _ if self._config is None:
                raise RequestError("the first message must be a session.config", code="invalid_message")
            case VllmText(text):
                self.push(self._turn(), text)
            case VllmDone():
                turn = self._turn()
                turn.speech.end()
                turn.may_be_sent.set()
                self._taking = None
            case VllmClose():
                self.close()

    def _configure(self, config: VllmConfig) -> None:
        if self._taking is not None:
            raise RequestError(
                "session.config cannot be applied while text waits; send input.done first",
                code="invalid_message",
            )
        if config.ref_audio is not None:
            raise RequestError(
                "ref_audio is not taken: a recording in voice_samples/ is a voice of the backends that clone",
                code="invalid_message",
            )
        if config.word_timestamps and not (config.stream_audio and config.response_format == "pcm"):
            raise RequestError(
                "word_timestamps needs stream_audio: true and response_format: pcm", code="invalid_message"
            )
        encoding = chosen_encoding(config.response_format)
        request = SpeechRequest(
            backend=config.model if config.model in self._service.backend_names else None,
            voice=config.voice or config.speaker,
            language=tag_of_language(config.language) if config.language else None,
            speed=config.speed,
            word_times=config.word_timestamps,
            first_segment="clause" if config.split_granularity == "clause" else "sentence",
        )
        self._settings, _ = foreign_settings(self._service, request)
        self._config, self._encoding = config, encoding

    def _turn(self) -> DialectTurn:
        """The turn that takes text."""
        assert self._config is not None
        assert self._settings is not None
        if self._taking is None:
            by_sentence = self._config.split_granularity != "none"
            write = _UtteranceWriter(self._config, self._encoding, self._utterances)
            self._taking = self._newest = self.open_turn(
                self._settings,
                self._encoding,
                write,
                self._newest,
                by_sentence=by_sentence,
                may_be_sent=by_sentence,
            )
            self._utterances += 1
        return self._taking

    def refuse(self, error: VoiceServerError) -> None:
        """Say what was wrong with a message; where nothing was configured yet the connection ends."""
        self.answer(to_json({"type": "error", "message": error.message}))
        if self._config is None:
            self.close(CloseCode.POLICY, "no session.config")


class _UtteranceWriter:
    """The messages of one utterance: each of its units is begun, sent and done."""

    def __init__(self, config: VllmConfig, encoding: Encoding, number: int) -> None:
        self._config = config
        self._encoding = encoding
        self._number = number
        self._is_whole = config.split_granularity == "none"
        self._units = 0
        self._is_open = False
        self._start_ms = 0.0
        self._held = b""
        self._sent = 0
        self._chunks = 0
        self._words: list[dict[str, str | float]] = []

    def __call__(self, turn: DialectTurn, event: TurnEvent, /) -> Sequence[Message]:
        """The messages of an event."""
        match event:
            case SentenceStarted() if not self._is_open:
                self._start_ms = event.at_ms
                text = turn.text if self._is_whole else event.text
                return [self._begin(text)]
            case SentenceAudio(pcm=sound) if self._config.stream_audio:
                return [self._chunk(sound)]
            case SentenceAudio(pcm=sound):
                self._held += sound
            case TimedWords():
                self._add_words(turn, event)
            case SentenceFailed(message=message):
                return [to_json({"type": "error", "message": message})]
            case SentenceEnded() if not self._is_whole:
                return self._end()
            case UtteranceFinished(reason="complete"):
                return [*(self._end() if self._is_open else ()), self._done()]
        return []

    def _begin(self, text: str) -> Message:
        self._is_open = True
        fields: dict[str, object] = {"sentence_text": text, "format": self._config.response_format}
        if self._config.stream_audio and self._config.response_format == "pcm":
            fields |= {"sample_rate": self._encoding.sample_rate_hz, "channels": 1}
        if self._config.word_timestamps:
            fields["word_timestamps"] = True
        return self._message("audio.start", **fields)

    def _chunk(self, sound: bytes) -> Message:
        self._sent += len(sound)
        if not self._config.word_timestamps:
            return sound
        return self._json_chunk(sound, None)

    def _json_chunk(self, sound: bytes, words: list[dict[str, str | float]] | None) -> Message:
        self._chunks += 1
        return self._message(
            "audio.chunk",
            chunk_id=self._chunks - 1,
            sample_rate=self._encoding.sample_rate_hz,
            channels=1,
            audio_b64=base64_string(sound),
            timestamps=words,
        )

    def _add_words(self, turn: DialectTurn, timed: TimedWords) -> None:
        for mark in turn.words(timed):
            start_ms, end_ms = (round(each - self._start_ms, 1) for each in (mark.start_ms, mark.end_ms))
            self._words.append({"word": mark.word, "start_ms": start_ms, "end_ms": end_ms})

    def _end(self) -> list[Message]:
        messages: list[Message] = []
        if self._config.word_timestamps:
            messages.append(self._json_chunk(b"", self._words))
        elif not self._config.stream_audio:
            messages.append(self._whole_file())
        messages.append(self._message("audio.done", total_bytes=self._sent, error=False))
        self._is_open = False
        self._units += 1
        self._held, self._sent, self._chunks, self._words = b"", 0, 0, []
        return messages

    def _whole_file(self) -> bytes:
        """What was held back; a WAV file says its length, which it did not know when it was begun."""
        sound = self._held
        if self._config.response_format == "wav":
            pcm = sound[WAV_HEADER_BYTES:]
            sound = wav_header(self._encoding.sample_rate_hz, len(pcm)) + pcm
        self._sent = len(sound)
        return sound

    def _done(self) -> Message:
        fields = {"utterance_index": self._number, "total_sentences": self._units}
        return to_json({"type": "session.done", **fields})

    def _message(self, kind: str, **fields: object) -> str:
        place = {"utterance_index": self._number, "sentence_index": self._units}
        return to_json({"type": kind, **place, **fields})
