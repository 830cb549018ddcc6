"""`/v1/text-to-dialogue/multi-stream-input`: as `multi-stream-input`, with a voice for each text.

The first message of a context names its voices; a text in another voice than the one before is a new unit.
"""

from __future__ import annotations

from starlette.websockets import WebSocket

from voice_server.endpoints.dialects.elevenlabs.elevenlabs_connection import Context, ContextsConnection
from voice_server.endpoints.dialects.elevenlabs.elevenlabs_fields import DialogueInput, DialogueMessage
from voice_server.endpoints.dialects.elevenlabs.elevenlabs_messages import ContextMessages, DialogueMessages
from voice_server.endpoints.dialects.shared.handshake import serve
from voice_server.endpoints.dialects.shared.json_messages import JsonMessages
from voice_server.errors import RequestError


async def dialogue_socket(websocket: WebSocket) -> None:
    """Serve one connection of `text-to-dialogue/multi-stream-input`."""
    await serve(websocket, DialogueConnection)


class DialogueConnection(ContextsConnection[DialogueMessage]):
    """One connection of `text-to-dialogue/multi-stream-input`."""

    reader = JsonMessages(DialogueMessage)

    @property
    def is_synced(self) -> bool:
        """Never: `sync_alignment` says here that there are times at all."""
        return False

    def messages_of(self, name: str | None) -> ContextMessages:
        """The messages of a context."""
        return DialogueMessages(name)

    def take(self, fields: DialogueMessage) -> None:
        """Do what a message says. Raises VoiceServerError."""
        if fields.close_socket:
            self.close_socket()
            return
        if fields.context_id is None:
            raise RequestError(
                "a message must have a context_id, or close_socket: true", code="invalid_message"
            )
        self._context_at_hand = fields.context_id
        if fields.close_context:
            self.close_context(fields.context_id)
        else:
            self._say(fields, fields.context_id)

    def _say(self, fields: DialogueMessage, name: str) -> None:
        context = self.open_context(name)
        if context is None:
            if fields.keep_alive:
                return
            if not fields.voices:
                raise RequestError(
                    "the first message of a context must have voices, a list of their ids",
                    code="invalid_message",
                )
            voices = {each: self.settings_of(each) for each in fields.voices}
            context = self.new_context(name, voices[fields.voices[0]])
            context.voices = voices
        self.keep(context)
        for each in fields.inputs:
            self._say_as(context, each)
        if fields.flush:
            self.flush(context, has_text=any(each.text.strip() for each in fields.inputs))

    def _say_as(self, context: Context, said: DialogueInput) -> None:
        settings = context.voices.get(said.voice_id)
        if settings is None:
            names = ", ".join(context.voices)
            raise RequestError(
                f"voice_id must be one of the context's voices, {names}", code="invalid_message"
            )
        is_other = settings is not context.settings
        context.settings = settings
        if context.turn is not None and (is_other or said.new_turn):
            context.turn.speech.flush()
            context.turn.speech.configure(settings)
        self.say(context, said.text)
