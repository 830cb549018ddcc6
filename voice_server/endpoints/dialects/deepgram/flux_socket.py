"""`/v2/speak` as a WebSocket: turns of speech, and on a barge-in what was heard of the one being played.

`Speak` adds to a turn, `Flush` ends it; `SpeechMetadata` follows its last byte. Turns that `Interrupt` cuts
off are answered by one `SpeechInterrupted` alone: another end would be taken for that of the next turn.

Deepgram tells what was heard only where a `playback_offset` says so; here the play clock knows without.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Final

from starlette.websockets import WebSocket

from voice_server.endpoints.app_state import AppState
from voice_server.endpoints.dialects.deepgram.deepgram_fields import (
    FluxSocketFields,
    check_flux_speed,
    deepgram_settings,
    model_uuid,
    socket_encoding,
    wrong_flux_speed,
)
from voice_server.endpoints.dialects.deepgram.flux_messages import (
    FluxClose,
    FluxConfigure,
    FluxFlush,
    FluxInterrupt,
    FluxOffset,
    FluxSpeak,
    flux_error_code,
    flux_messages,
)
from voice_server.endpoints.dialects.deepgram.flux_session import FluxSession, FluxTurn
from voice_server.endpoints.dialects.deepgram.flux_writer import (
    FluxWriter,
    flux_message,
    flux_warning,
    turn_metadata,
)
from voice_server.endpoints.dialects.shared.dialect_connection import DialectConnection
from voice_server.endpoints.dialects.shared.dialect_turn import DialectTurn
from voice_server.endpoints.dialects.shared.handshake import serve
from voice_server.endpoints.http.form_fields import query_fields
from voice_server.endpoints.http.requests import fields_from
from voice_server.endpoints.websocket.server_messages import Message
from voice_server.errors import RequestError, UnknownName, VoiceServerError
from voice_server.version import version

_CLOSING: Final = "this session is closing, and takes no more text"


async def flux_socket(websocket: WebSocket) -> None:
    """Serve one connection of `/v2/speak`."""
    await serve(websocket, _connection)


def _connection(websocket: WebSocket, state: AppState) -> FluxConnection:
    fields = fields_from(query_fields(websocket), FluxSocketFields, as_text=True)
    check_flux_speed(fields.speed)
    return FluxConnection(websocket, state, fields)


class FluxConnection(DialectConnection):
    """One connection of `/v2/speak`."""

    def __init__(self, websocket: WebSocket, state: AppState, fields: FluxSocketFields) -> None:
        super().__init__(websocket, state)
        self._model = fields.model
        self._speed = fields.speed
        self._settings, warnings = deepgram_settings(state.service, fields.model, fields.speed)
        self._encoding = socket_encoding(fields.encoding, fields.sample_rate)
        self._session = FluxSession()
        self._taking: tuple[DialectTurn, FluxWriter] | None = None  # text
        self._newest: DialectTurn | None = None
        self._is_interrupted = False  # and no text has come since
        self._is_ending = False
        self._characters = 0
        self.answer(
            flux_message(
                "Connected",
                request_id=str(uuid.uuid4()),
                model_name=fields.model,
                model_version=version(),
                model_uuids=[model_uuid(self._settings.voice)],
            ),
            *(flux_warning(each.code, each.message) for each in warnings),
        )

    def obey(self, message: Message) -> None:
        """Do what a message says. Raises VoiceServerError."""
        match flux_messages.read(message):
            case FluxSpeak(text):
                self._speak_text(text)
            case FluxFlush():
                self._flush()
            case FluxInterrupt(offset):
                self._interrupt(offset)
            case FluxConfigure(speed):
                self._configure(speed)
            case FluxClose():
                self._end()

    def refuse(self, error: VoiceServerError) -> None:
        """Say what was wrong with a message."""
        self.answer(flux_message("Error", code=flux_error_code(error), description=error.message))

    def last_messages(self) -> Sequence[Message]:
        """What the session was."""
        return [
            flux_message(
                "SessionMetadata",
                total_audio_duration_ms=round(self._session.audio_ms),
                total_input_character_count=self._characters,
                total_billable_character_count=self._characters,
            )
        ]

    # ------------------------------------------------------------------ turns

    def _speak_text(self, text: str) -> None:
        if self._is_ending:
            raise RequestError(_CLOSING)
        turn, _ = self._turn()
        self.push(turn, text)
        self._characters += len(text)
        self._is_interrupted = False

    def _turn(self) -> tuple[DialectTurn, FluxWriter]:
        """The turn that takes text."""
        if self._taking is None:
            writer = FluxWriter()
            turn = self.open_turn(self._settings, self._encoding, writer, self._newest)
            self._session.add(FluxTurn(turn, writer.speech_id))
            self._taking, self._newest = (turn, writer), turn
        return self._taking

    def _flush(self) -> None:
        """End the turn, perhaps an empty one; what ends a turn that was cut off comes late."""
        if self._taking is None and (self._is_interrupted or self._is_ending):
            self.answer(flux_warning("NO_ACTIVE_SPEECH", "no turn is open that could be flushed"))
            return
        turn, writer = self._turn()
        writer.is_flushed = True
        turn.speech.end()
        self._taking = None

    def _interrupt(self, offset: FluxOffset | None) -> None:
        """Stop what is heard and all behind it, and say where the listener was."""
        played_ms = None if offset is None else offset.value
        before_ms = self._session.interrupted_at_ms
        if played_ms is not None and played_ms < before_ms:
            sentence = f"playback_offset must not lie before the last interruption, at {before_ms:g} ms"
            self.answer(flux_warning("INVALID_INTERRUPT_OFFSET", sentence))
            return
        heard = self._session.heard_until(played_ms)
        if heard is None:
            code = "NO_ACTIVE_SPEECH" if self._session.audio_ms else "NO_AUDIO_GENERATED"
            self.answer(flux_warning(code, "nothing is being spoken that could be interrupted"))
            return
        self.cancel_turns()
        self._session.interrupt(heard.position_ms)
        self._taking = self._newest = None
        self._is_interrupted = True
        turn = heard.heard_turn.turn
        self.answer(
            flux_message(
                "SpeechInterrupted",
                audio_played_ms=round(heard.position_ms),
                text_spoken=heard.heard,
                text_remaining=heard.unheard,
                metadata=turn_metadata(heard.heard_turn.speech_id, turn.audio_ms, turn.speech.typed_chars),
            )
        )

    def _end(self) -> None:
        """Speak what came, and close."""
        self._is_ending = True
        if self._taking is not None:
            self._taking[0].speech.end()
            self._taking = None
        self.close_when_spoken()

    # ------------------------------------------------------------------ configuration

    def _configure(self, speed: float | None) -> None:
        failure = None if speed is None else self._take_speed(speed)
        applied = {} if self._speed is None else {"speed": self._speed}
        self.answer(failure or flux_message("ConfigureSuccess", applied=applied))

    def _take_speed(self, speed: float) -> Message | None:
        """Speak what has not been found the end of, and what follows, at a speed; else what says why not."""
        wrong = wrong_flux_speed(speed)
        if wrong is not None:
            return _failure(*wrong, value=speed)
        try:
            settings, _ = deepgram_settings(self._service, self._model, speed)
        except UnknownName as error:
            return _failure("SPEED_NOT_SUPPORTED", error.message)
        except RequestError as error:
            return _failure("SPEED_OUT_OF_RANGE", error.message, value=speed)
        except VoiceServerError as error:
            return _failure("INTERNAL_ERROR", error.message)
        self._speed, self._settings = speed, settings
        if self._taking is not None:
            self._taking[0].speech.configure(settings)
        return None


def _failure(code: str, description: str, **value: float) -> str:
    return flux_message("ConfigureFailure", code=code, field="speed", description=description, **value)
