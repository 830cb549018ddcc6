"""`/v1/text-to-dialogue/multi-stream-input`: as `multi-stream-input`, with a voice for each text.

The first message of a context names its voices; a text in another voice than the one before is a new unit.
"""

from __future__ import annotations

from starlette.websockets import WebSocket

from voice_server.core.speech.speech_settings import SpeechSettings
from voice_server.endpoints.app_state import AppState
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

    def __init__(self, websocket: WebSocket, state: AppState) -> None:
        super().__init__(websocket, state)
        self._speakers: dict[str, SpeechSettings] = {}

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
            context = self.new_context(name, self._settings_for(fields.voices[0]))
        self.keep(context)
        for each in fields.inputs:
            self._say_as(context, each)
        if fields.flush:
            self.flush(context, has_text=any(each.text.strip() for each in fields.inputs))

    def _say_as(self, context: Context, said: DialogueInput) -> None:
        settings = self._settings_for(said.voice_id)
        is_other = settings is not context.settings
        context.settings = settings
        if context.turn is not None and (is_other or said.new_turn):
            context.turn.speech.flush()
            context.turn.speech.configure(settings)
        self.say(context, said.text)

    def _settings_for(self, voice: str) -> SpeechSettings:
        found = self._speakers.get(voice)
        if found is None:
            found = self.settings_of(voice)
            if len(self._speakers) < self._limits.open_turns:
                self._speakers[voice] = found
        return found
