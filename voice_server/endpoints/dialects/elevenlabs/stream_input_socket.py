"""`/v1/text-to-speech/{voice}/stream-input`: one text in pieces, its sound and character times out.

`{"text": ""}` ends it; when all is sent the connection is closed. What is wrong ends it too, with what came
before spoken.
"""

from __future__ import annotations

from starlette.websockets import WebSocket

from voice_server.endpoints.app_state import AppState
from voice_server.endpoints.dialects.elevenlabs.elevenlabs_connection import Context, ElevenLabsConnection
from voice_server.endpoints.dialects.elevenlabs.elevenlabs_fields import SpeechMessage
from voice_server.endpoints.dialects.elevenlabs.elevenlabs_messages import SpeechMessages
from voice_server.endpoints.dialects.shared.handshake import serve
from voice_server.endpoints.dialects.shared.json_messages import JsonMessages
from voice_server.endpoints.websocket.close_codes import CloseCode
from voice_server.endpoints.websocket.server_messages import to_json
from voice_server.errors import RequestError, VoiceServerError


async def stream_input_socket(websocket: WebSocket) -> None:
    """Serve one connection of `stream-input`."""
    await serve(websocket, StreamInputConnection)


class StreamInputConnection(ElevenLabsConnection[SpeechMessage]):
    """One connection of `stream-input`, which is one context."""

    reader = JsonMessages(SpeechMessage)

    def __init__(self, websocket: WebSocket, state: AppState) -> None:
        super().__init__(websocket, state)
        self._messages = SpeechMessages()
        self._context: Context | None = None

    def take(self, fields: SpeechMessage) -> None:
        """Do what a message says. Raises VoiceServerError."""
        context = self._context
        if context is None:
            settings = self.settings_of(self._voice, fields.voice_settings)
            context = self._context = Context(self._messages, settings)
        elif not context.takes_text:
            raise RequestError("no text may follow the empty one, which is the end", code="invalid_message")
        self.say(context, fields.text)
        if fields.flush:
            self.flush(context, has_text=bool(fields.text.strip()))
        if fields.text or fields.flush:
            self.keep(context)
        else:
            self.finish(context)
            self.close_when_spoken()

    def on_inactivity(self, context: Context) -> None:
        """Say that no text came for too long, and end."""
        sentence = f"no text came for {self._timeout_s:g} s; an empty one is the end"
        self.refuse(RequestError(sentence, code="idle"))
        super().on_inactivity(context)

    def refuse(self, error: VoiceServerError) -> None:
        """Say what is wrong, speak what came before, and close."""
        self.answer(to_json(self._messages.error(error)))
        context = self._context
        if context is not None and context.takes_text and context.turn is not None:
            self.finish(context)
        self.close_when_spoken(CloseCode.POLICY)
