"""`/tts/websocket`: text of contexts in, their sound, word times and ends out.

A context is a turn; contexts are spoken beside each other. Its first message says how it is spoken, a message
without `continue` is its last. With `max_buffer_delay_ms` of 0 each text is complete in itself: it is spoken
at once, and parted from the next. Of a context that was cancelled nothing is sent any more, no `done` either:
Cartesia's Python SDK would read that as the end of the context it listens to by then.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from starlette.websockets import WebSocket

from voice_server.core.speech.utterance_events import FlushReached, SentenceAudio, UtteranceFinished
from voice_server.endpoints.app_state import AppState
from voice_server.endpoints.dialects.cartesia.cartesia_fields import (
    CartesiaAddress,
    CartesiaMessage,
    cartesia_settings,
)
from voice_server.endpoints.dialects.cartesia.cartesia_messages import CartesiaContext
from voice_server.endpoints.dialects.shared.dialect_connection import DialectConnection
from voice_server.endpoints.dialects.shared.dialect_turn import DialectTurn, SentMessage, TurnEvent
from voice_server.endpoints.dialects.shared.handshake import serve
from voice_server.endpoints.dialects.shared.json_messages import JsonMessages
from voice_server.endpoints.dialects.shared.whole_texts import parted
from voice_server.endpoints.http.problems import status_of
from voice_server.endpoints.http.responses import TimedWords
from voice_server.endpoints.websocket.server_messages import Message, json_text, to_json
from voice_server.errors import RequestError, VoiceServerError

_IDLE_S = 300.0
_messages: JsonMessages[CartesiaMessage] = JsonMessages(CartesiaMessage)
_addresses: JsonMessages[CartesiaAddress] = JsonMessages(CartesiaAddress)


async def cartesia_socket(websocket: WebSocket) -> None:
    """Serve one connection of `/tts/websocket`."""
    await serve(websocket, CartesiaConnection)


class _Context:
    """A context from its first message to its end, as a writer of what is sent of it."""

    def __init__(self, fields: CartesiaMessage, messages: CartesiaContext, now: Callable[[], float]) -> None:
        self.takes_text = True
        self._fields = fields
        self._messages = messages
        self._now = now
        self._flushes = 0
        self._flushed = 0

    @property
    def speaks_each_text(self) -> bool:
        """Whether each text is complete in itself."""
        return self._fields.max_buffer_delay_ms == 0

    def next_flush(self) -> int:
        """The number of another flush, from 1."""
        self._flushes += 1
        return self._flushes

    def __call__(self, turn: DialectTurn, event: TurnEvent, /) -> Sequence[SentMessage]:
        """The messages of an event."""
        return [] if turn.is_cancelled else [json_text(each) for each in self._objects(turn, event)]

    def _objects(self, turn: DialectTurn, event: TurnEvent) -> Iterator[dict[str, Any]]:
        match event:
            case SentenceAudio(pcm=sound):
                number = {"flush_id": self._flushed + 1} if self._flushes else {}
                yield self._messages.chunk(sound, self._now(), **number)
            case TimedWords(marks=marks):
                if self._fields.add_timestamps:
                    is_spoken = self._fields.use_normalized_timestamps
                    yield self._messages.words(marks if is_spoken else turn.words(event, with_signs=True))
                if self._fields.add_phoneme_timestamps:
                    yield self._messages.phonemes(marks)
            case FlushReached(id=int(number)):
                self._flushed = number
                yield self._messages.flush_done(number)
            case UtteranceFinished():
                failure = turn.failure()
                if failure is not None:
                    yield self._messages.error(failure.message, failure.code, status_of(failure))
                yield self._messages.done()


class CartesiaConnection(DialectConnection):
    """One connection of `/tts/websocket`."""

    def __init__(self, websocket: WebSocket, state: AppState) -> None:
        super().__init__(websocket, state, idle_s=_IDLE_S)
        self._contexts: dict[str, tuple[_Context, DialectTurn]] = {}
        self._context_at_hand = ""

    def obey(self, message: Message) -> None:
        """Do what a message says. Raises VoiceServerError."""
        try:
            fields = _messages.read(message)
        except RequestError:
            self._context_at_hand = _context_of(message)
            raise
        self._context_at_hand = fields.context_id or ""
        if fields.context_id is None:
            raise RequestError("a message must have a context_id", code="invalid_message")
        if fields.cancel:
            self._cancel(fields.context_id)
        elif fields.transcript is None:
            raise RequestError("a message must have a transcript, or cancel: true", code="invalid_message")
        else:
            self._take(fields, fields.context_id, fields.transcript)

    def _cancel(self, name: str) -> None:
        _, turn = self._contexts.pop(name, (None, None))
        if turn is not None:
            turn.cancel()

    def _take(self, fields: CartesiaMessage, name: str, text: str) -> None:
        context, turn = self._context_for(fields, name)
        if context.speaks_each_text and turn.text:
            text = parted(turn.text, text)
        if text:
            self.push(turn, text)
        if fields.flush or (context.speaks_each_text and text.strip()):
            turn.speech.flush(context.next_flush())
        if not fields.is_continued:
            context.takes_text = False
            turn.speech.end()

    def _context_for(self, fields: CartesiaMessage, name: str) -> tuple[_Context, DialectTurn]:
        """The context of a name that takes text, a new one where there is none."""
        found = self._contexts.get(name)
        if found is not None and found[0].takes_text:
            return found
        settings, _ = cartesia_settings(self._service, fields, max_wait_ms=fields.max_buffer_delay_ms or None)
        encoding = fields.output_format.chosen()
        messages = CartesiaContext(name, self._service.now())
        context = _Context(fields, messages, self._service.now)
        turn = self.open_turn(settings, encoding, context, None if found is None else found[1])
        self._contexts = {each: kept for each, kept in self._contexts.items() if not kept[1].is_sent.is_set()}
        self._contexts[name] = context, turn
        return context, turn

    def refuse(self, error: VoiceServerError) -> None:
        """Say what was wrong with a message; it ends the context that it was for."""
        self._cancel(self._context_at_hand)
        context = CartesiaContext(self._context_at_hand, self._service.now())
        self.answer(to_json(context.error(error.message, error.code, status_of(error))))


def _context_of(message: Message) -> str:
    """The context that a message is for, whatever else is wrong with it; empty where it says none."""
    try:
        return _addresses.read(message).context_id
    except RequestError:
        return ""
