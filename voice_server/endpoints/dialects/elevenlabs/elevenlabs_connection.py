"""What ElevenLabs' WebSockets have in common: a key in the first message, contexts, and their ends.

A context is a turn; contexts are spoken beside each other. In `auto_mode` each text is complete in itself: it
is spoken at once, and parted from the next. A context that gets no message for as long as the handshake said
is taken to be complete.
"""

from __future__ import annotations

import asyncio
from abc import abstractmethod
from collections.abc import Mapping
from typing import Final, Generic, TypeVar

from starlette.websockets import WebSocket

from voice_server.core.speech.speech_settings import SpeechSettings
from voice_server.endpoints.app_state import AppState
from voice_server.endpoints.dialects.elevenlabs.elevenlabs_fields import (
    FirstMessage,
    SocketQuery,
    VoiceSettings,
    elevenlabs_settings,
    encoding_of,
)
from voice_server.endpoints.dialects.elevenlabs.elevenlabs_messages import ContextMessages, ContextWriter
from voice_server.endpoints.dialects.shared.dialect_connection import DialectConnection
from voice_server.endpoints.dialects.shared.dialect_turn import DialectTurn
from voice_server.endpoints.dialects.shared.json_messages import JsonMessages
from voice_server.endpoints.dialects.shared.whole_texts import parted
from voice_server.endpoints.http.form_fields import query_fields
from voice_server.endpoints.http.guard import AWAITED_KEY, KeyCheck
from voice_server.endpoints.http.requests import fields_from
from voice_server.endpoints.websocket.close_codes import CloseCode
from voice_server.endpoints.websocket.server_messages import Message, to_json
from voice_server.errors import RequestError, TooMuch, VoiceServerError

_KEY_S: Final = 10.0
"""How long a connection may last without the key that its first message must carry."""
_MessageKind = TypeVar("_MessageKind", bound=FirstMessage)


class Context:
    """A context from its first message to its end; its turn begins with its first text."""

    def __init__(self, messages: ContextMessages, settings: SpeechSettings) -> None:
        self.messages = messages
        self.settings = settings
        self.voices: Mapping[str, SpeechSettings] = {}
        """How each voice of a dialogue speaks, by the client's name for it."""
        self.turn: DialectTurn | None = None
        self.before: DialectTurn | None = None
        """The turn of a context of the same name that was closed."""
        self.takes_text = True
        self.is_flushed = False
        """Whether the last that came was a flush without text: only then its close is no barge-in."""
        self.inactivity: asyncio.TimerHandle | None = None

    @property
    def is_sent(self) -> bool:
        """Whether nothing of it will come any more."""
        return not self.takes_text and (self.turn is None or self.turn.is_sent.is_set())


class ElevenLabsConnection(DialectConnection, Generic[_MessageKind]):
    """One connection; a subclass knows its messages."""

    reader: JsonMessages[_MessageKind]

    def __init__(self, websocket: WebSocket, state: AppState) -> None:
        self.query = fields_from(query_fields(websocket), SocketQuery, as_text=True)
        self._may_enter: KeyCheck | None = websocket.scope.get(AWAITED_KEY)
        timeout_s = float(self.query.inactivity_timeout)
        super().__init__(websocket, state, idle_s=timeout_s if self._may_enter is None else _KEY_S)
        self._timeout_s = timeout_s
        self._voice: str = websocket.path_params.get("voice", "")
        self._encoding = encoding_of(self.query.output_format)
        self._timed: set[Context] = set()

    # ------------------------------------------------------------------ messages

    @abstractmethod
    def take(self, fields: _MessageKind) -> None:
        """Do what a message says. Raises VoiceServerError."""

    def obey(self, message: Message) -> None:
        """Do what a message says, the first one only if it carries the key that is awaited."""
        if self._may_enter is not None:
            self._admit(message, self._may_enter)
        self.take(self.reader.read(message))

    def _admit(self, message: Message, may_enter: KeyCheck) -> None:
        """Raise RequestError, and close, unless a first message carries the key."""
        try:
            if any(may_enter(each) for each in self.reader.read(message).keys):
                self._may_enter, self._idle_s = None, self._timeout_s
                return
        except RequestError:
            pass  # what is wrong with it is nobody's business yet
        self.close(CloseCode.POLICY, "unauthorized")
        raise RequestError(
            "this server wants the token with which it was started; the first message has it "
            "as xi_api_key, or the handshake as the header xi-api-key",
            code="unauthorized",
        )

    # ------------------------------------------------------------------ contexts

    def settings_of(self, voice: str, voice_settings: VoiceSettings | None = None) -> SpeechSettings:
        """How a voice speaks on this connection. Raises RequestError or BackendDown."""
        return elevenlabs_settings(self._service, voice, self.query, voice_settings, word_times=True)[0]

    def say(self, context: Context, text: str) -> None:
        """Speak more text of a context; blanks alone begin nothing. Raises TooMuch."""
        if not text or (context.turn is None and text.isspace()):
            return
        if self.query.auto_mode and context.turn is not None:
            text = parted(context.turn.text, text)
        turn = context.turn or self._begin(context)
        self.push(turn, text)
        if not text.isspace():
            context.is_flushed = False
            if self.query.auto_mode:
                turn.speech.flush()

    def flush(self, context: Context, *, has_text: bool) -> None:
        """Speak all that came of a context."""
        if context.turn is not None:
            context.turn.speech.flush()
        context.is_flushed = not has_text

    def finish(self, context: Context) -> None:
        """Speak a context to its end, and say that it is over."""
        self._stop_clock(context)
        context.takes_text = False
        if context.turn is None:
            self.answer(to_json(context.messages.final()))
        else:
            context.turn.speech.end()

    def keep(self, context: Context) -> None:
        """Let a context live on for as long as it may without another message."""
        self._stop_clock(context)
        self._timed.add(context)
        loop = asyncio.get_running_loop()
        context.inactivity = loop.call_later(self._timeout_s, self.on_inactivity, context)

    def on_inactivity(self, context: Context) -> None:
        """No message came for a context for too long."""
        self.finish(context)

    def _begin(self, context: Context) -> DialectTurn:
        write = ContextWriter(context.messages, is_synced=self.is_synced)
        context.turn = self.open_turn(context.settings, self._encoding, write, context.before)
        context.before = None
        return context.turn

    @property
    def is_synced(self) -> bool:
        """Whether times count from a context's start."""
        return self.query.sync_alignment

    def _stop_clock(self, context: Context) -> None:
        self._timed.discard(context)
        if context.inactivity is not None:
            context.inactivity.cancel()
            context.inactivity = None

    # ------------------------------------------------------------------ its end

    @property
    def idle_since(self) -> float | None:
        """As for every connection, but without a key it is the first that leaves where room is needed."""
        return super().idle_since if self._may_enter is None else 0.0

    async def run(self) -> None:
        """Serve until the connection is closed, by either side."""
        try:
            await super().run()
        finally:
            for context in tuple(self._timed):
                self._stop_clock(context)


class ContextsConnection(ElevenLabsConnection[_MessageKind]):
    """A connection with contexts that have names."""

    def __init__(self, websocket: WebSocket, state: AppState) -> None:
        super().__init__(websocket, state)
        self._contexts: dict[str, Context] = {}
        self._context_at_hand: str | None = None

    @abstractmethod
    def messages_of(self, name: str | None) -> ContextMessages:
        """The messages of a context."""

    def obey(self, message: Message) -> None:
        """Do what a message says. Raises VoiceServerError."""
        self._context_at_hand = None
        if self._last_close_code is not None:
            raise RequestError("nothing may follow close_socket", code="invalid_message")
        super().obey(message)

    def open_context(self, name: str) -> Context | None:
        """The context of a name that takes text, if there is one."""
        found = self._contexts.get(name)
        return found if found is not None and found.takes_text else None

    def new_context(self, name: str, settings: SpeechSettings) -> Context:
        """Begin a context, which is heard after one of the same name that was closed."""
        found = self._contexts.get(name)
        self._contexts = {each: kept for each, kept in self._contexts.items() if not kept.is_sent}
        if len(self._contexts) >= self._limits.open_turns:
            raise TooMuch(
                f"a connection has at most {self._limits.open_turns} contexts that have not been spoken; "
                "close one with close_context",
                code="too_many_turns",
            )
        context = Context(self.messages_of(name), settings)
        context.before = found.turn if found is not None else None
        self._contexts[name] = context
        return context

    def close_context(self, name: str) -> None:
        """Speak a context that was flushed to its end; stop any other at once."""
        context = self._contexts.get(name)
        if context is None:
            return
        if context.takes_text:
            stops = context.turn is not None and not context.is_flushed
            self.finish(context)
        else:
            stops = True
        if stops and context.turn is not None:
            context.turn.cancel()

    def close_socket(self) -> None:
        """Speak every context to its end, then close."""
        for context in self._contexts.values():
            if context.takes_text:
                self.finish(context)
        self.close_when_spoken()

    def refuse(self, error: VoiceServerError) -> None:
        """Say what was wrong with a message; other contexts go on.

        That the connection is idle says its close alone: LiveKit's service logs every error.
        """
        if error.code != "idle":
            self.answer(to_json(self.messages_of(self._context_at_hand).error(error)))
