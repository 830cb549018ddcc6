"""`/v1/speak` as a WebSocket: `Speak`, `Flush`, `Clear` and `Close` in, sound and `Flushed` out.

Text between two flushes is one turn, joined as it came; its `Flushed` follows its last byte. What `Clear`
cuts off is not answered any more, since clients would count it to what they say next.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence

import msgspec
from starlette.websockets import WebSocket

from voice_server.core.speech.utterance_events import (
    FinishReason,
    SentenceAudio,
    SentenceFailed,
    UtteranceFinished,
    UtteranceWarning,
)
from voice_server.endpoints.app_state import AppState
from voice_server.endpoints.dialects.deepgram.deepgram_fields import (
    DeepgramSocketFields,
    deepgram_settings,
    model_uuid,
    socket_encoding,
)
from voice_server.endpoints.dialects.shared.dialect_connection import DialectConnection
from voice_server.endpoints.dialects.shared.dialect_turn import DialectTurn, TurnEvent
from voice_server.endpoints.dialects.shared.handshake import serve
from voice_server.endpoints.dialects.shared.json_messages import JsonMessages
from voice_server.endpoints.http.form_fields import query_fields
from voice_server.endpoints.http.requests import fields_from
from voice_server.endpoints.websocket.server_messages import Message, to_json
from voice_server.errors import VoiceServerError
from voice_server.version import version


class DeepgramSpeak(msgspec.Struct, tag_field="type", tag="Speak"):
    """Text, verbatim."""

    text: str


class DeepgramFlush(msgspec.Struct, tag_field="type", tag="Flush"):
    """Speak what came, and say when it is sent."""


class DeepgramClear(msgspec.Struct, tag_field="type", tag="Clear"):
    """Barge-in."""


class DeepgramClose(msgspec.Struct, tag_field="type", tag="Close"):
    """The client is done."""


_Message = DeepgramSpeak | DeepgramFlush | DeepgramClear | DeepgramClose
_messages: JsonMessages[_Message] = JsonMessages(_Message)


async def speak_socket(websocket: WebSocket) -> None:
    """Serve one connection of `/v1/speak`."""
    await serve(websocket, _connection)


def _connection(websocket: WebSocket, state: AppState) -> DeepgramConnection:
    fields = fields_from(query_fields(websocket), DeepgramSocketFields, as_text=True)
    return DeepgramConnection(websocket, state, fields)


class DeepgramConnection(DialectConnection):
    """One connection of `/v1/speak`."""

    def __init__(self, websocket: WebSocket, state: AppState, fields: DeepgramSocketFields) -> None:
        super().__init__(websocket, state)
        self._settings, warnings = deepgram_settings(state.service, fields.model, fields.speed)
        self._encoding = socket_encoding(fields.encoding, fields.sample_rate)
        self._open: DialectTurn | None = None
        self._last: DialectTurn | None = None
        self._cleared = 0
        self._flushed = 0
        self._answer(
            "Metadata",
            request_id=str(uuid.uuid4()),
            model_name=fields.model or self._settings.voice,
            model_version=version(),
            model_uuid=model_uuid(self._settings.voice),
        )
        self.answer(*(_warning(each.code, each.message) for each in warnings))

    def _answer(self, kind: str, **fields: object) -> None:
        self.answer(to_json({"type": kind, **fields}))

    def obey(self, message: Message) -> None:
        """Do what a message says. Raises VoiceServerError."""
        match _messages.read(message):
            case DeepgramSpeak(text):
                self.push(self._open_turn(), text)
            case DeepgramFlush():
                self._open_turn().speech.end()
                self._open = None
            case DeepgramClear():
                self.cancel_turns()
                self._open = self._last = None
                self._answer("Cleared", sequence_id=self._cleared)
                self._cleared += 1
            case DeepgramClose():
                self.close()

    def _open_turn(self) -> DialectTurn:
        """The turn that takes text."""
        if self._open is None:
            self._open = self._last = self.open_turn(self._settings, self._encoding, self._write, self._last)
        return self._open

    def _write(self, _turn: DialectTurn, event: TurnEvent) -> Sequence[Message]:
        match event:
            case SentenceAudio(pcm=sound):
                return [sound]
            case SentenceFailed() | UtteranceWarning():
                return [_warning(event.code, event.message)]
            case UtteranceFinished(reason=FinishReason.COMPLETE | FinishReason.FAILED):
                self._flushed += 1
                return [to_json({"type": "Flushed", "sequence_id": self._flushed - 1})]
            case _:
                return []

    def refuse(self, error: VoiceServerError) -> None:
        """Say what was wrong with a message."""
        self.answer(_warning(error.code, error.message))


def _warning(code: str, sentence: str) -> str:
    """A warning, with the sentence also where LiveKit's service looks for it."""
    return to_json({"type": "Warning", "code": code.upper(), "description": sentence, "warn_msg": sentence})
