"""`/v1/text-to-speech/{voice}/multi-stream-input`: several texts beside each other."""

from __future__ import annotations

from typing import Final

from starlette.websockets import WebSocket

from voice_server.endpoints.dialects.elevenlabs.elevenlabs_connection import ContextsConnection
from voice_server.endpoints.dialects.elevenlabs.elevenlabs_fields import ContextMessage
from voice_server.endpoints.dialects.elevenlabs.elevenlabs_messages import ContextMessages, SpeechMessages
from voice_server.endpoints.dialects.shared.handshake import serve
from voice_server.endpoints.dialects.shared.json_messages import JsonMessages

_NAMELESS: Final = "default"
"""The context of messages without a name."""


async def multi_stream_socket(websocket: WebSocket) -> None:
    """Serve one connection of `multi-stream-input`."""
    await serve(websocket, MultiStreamConnection)


class MultiStreamConnection(ContextsConnection[ContextMessage]):
    """One connection of `multi-stream-input`."""

    reader = JsonMessages(ContextMessage)

    def messages_of(self, name: str | None) -> ContextMessages:
        """The messages of a context."""
        return SpeechMessages(name)

    def take(self, fields: ContextMessage) -> None:
        """Do what a message says. Raises VoiceServerError."""
        name = fields.context_id or fields.camel_context_id or _NAMELESS
        if fields.close_socket:
            self.close_socket()
            return
        self._context_at_hand = name
        if fields.close_context:
            self.close_context(name)
        else:
            self._say(fields, name)

    def _say(self, fields: ContextMessage, name: str) -> None:
        """Take text or a flush; an empty text keeps the connection, and its context, alive."""
        text = fields.text or ""
        context = self.open_context(name)
        if context is None and (text or fields.voice_settings is not None):
            context = self.new_context(name, self.settings_of(self._voice, fields.voice_settings))
        if context is None:
            return
        self.keep(context)
        self.say(context, text)
        if fields.flush:
            self.flush(context, has_text=bool(text.strip()))
