"""One turn of a dialect: text goes in, and messages of the dialect come out, their sound encoded."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from typing import Protocol

from voice_server.core.speech.utterance_events import (
    FinishReason,
    SentenceAudio,
    UtteranceEvent,
    UtteranceFinished,
)
from voice_server.core.subtitles import typed_words
from voice_server.core.types import WordMark
from voice_server.endpoints.http.responses import EncodedSpeech, TimedWords
from voice_server.endpoints.websocket.server_messages import JsonText, Message
from voice_server.errors import VoiceServerError
from voice_server.sound_files.encoding import Encoding, PieceBuffer
from voice_server.speech import Speech

TurnEvent = UtteranceEvent | TimedWords
"""What a dialect writes as messages. A `SentenceAudio` holds encoded bytes; `TimedWords` stand in place of
`SentenceWords`, their times counted from the first sample of the turn."""

SentMessage = Message | JsonText


class DialectWriter(Protocol):
    """Makes the messages of a turn's event, none where the dialect has none for it."""

    def __call__(self, turn: DialectTurn, event: TurnEvent, /) -> Sequence[SentMessage]:
        """The messages, in order."""


class DialectTurn:
    """A speech whose sound is one stream in an encoding, or with `by_sentence` a file for each sentence.

    Of a turn that was cancelled no sound comes any more; its last events do, and say that it was. `after` is
    the turn whose messages come first.
    """

    def __init__(
        self,
        speech: Speech,
        encoding: Encoding,
        write: DialectWriter,
        after: DialectTurn | None = None,
        *,
        by_sentence: bool = False,
        may_be_sent: bool = True,
    ) -> None:
        self._speech = speech
        self._collected: list[str] = []
        self._collected_chars = 0
        self._write = write
        self.after = after
        self._texts: list[str] = []
        self.is_cancelled = False
        self.may_be_sent = asyncio.Event()
        """Set when its first message may be sent; it is rendered until then."""
        if may_be_sent:
            self.may_be_sent.set()
        self.is_sent = asyncio.Event()
        """Set when its last message was sent, or nobody is there any more."""
        self._pieces = PieceBuffer()
        self._encoded = EncodedSpeech(speech, encoding, self._pieces, by_sentence=by_sentence)

    @property
    def audio_ms(self) -> float:
        """How much sound went through the encoder, in ms."""
        return self._encoded.audio_ms

    @property
    def text(self) -> str:
        """All that was pushed."""
        self._texts = ["".join(self._texts)]
        return self._texts[0]

    @property
    def speech(self) -> Speech:
        """The speech, which has been given all text."""
        self.push_collected()
        return self._speech

    def push(self, text: str) -> None:
        """Add text: it waits for `push_collected`, or until anything else is asked of the speech.

        To say a token costs much more than to add it, so what came together is pushed at once.
        """
        self._collected.append(text)
        self._collected_chars += len(text)
        self._texts.append(text)

    def push_collected(self) -> None:
        """Give the speech what waits. Raises TooMuch where nobody has checked that it may."""
        if self._collected:
            text = "".join(self._collected)
            self._collected.clear()
            self._collected_chars = 0
            self._speech.push(text)

    @property
    def is_over(self) -> bool:
        """Whether nothing but what already waits will come."""
        return self._speech.is_over

    @property
    def buffered_chars(self) -> int:
        """How many characters have been pushed and are on no worker yet."""
        return self._speech.buffered_chars + self._collected_chars

    @property
    def typed_chars(self) -> int:
        """How many characters have been pushed."""
        return self._speech.typed_chars + self._collected_chars

    def words(self, timed: TimedWords, *, with_signs: bool = False) -> list[WordMark]:
        """The words of an event as they were typed, one for each that normalization made several of."""
        return list(typed_words(self.text, timed.marks, timed.sentence, with_signs=with_signs))

    def cancel(self, played_ms: float | None = None) -> None:
        """Barge-in, `played_ms` after the turn's first sample if the client knows; late, it is nothing."""
        self.is_cancelled = True
        if not self.speech.is_over:
            self.speech.cancel(played_ms)

    def messages(self, event: TurnEvent) -> Sequence[SentMessage]:
        """What is sent for an event: after a barge-in no sound, and no end but that of one."""
        if self.is_cancelled:
            if isinstance(event, SentenceAudio):
                return ()
            if isinstance(event, UtteranceFinished) and event.reason is FinishReason.COMPLETE:
                event = replace(event, reason=FinishReason.CANCELLED)
        return self._write(self, event)

    def failure(self) -> VoiceServerError | None:
        """Why a turn that is over has no sound although it has text."""
        return self._encoded.failure() if self._encoded.failures else None

    async def events(self) -> AsyncIterator[TurnEvent]:
        """Every event, in order; the sound that the encoder held back comes before the last one."""
        index = 0
        async for event in self._encoded.events():
            is_sound = isinstance(event, SentenceAudio)
            index = event.index if isinstance(event, SentenceAudio) else index
            encoded = self._pieces.take() if self.audio_ms else b""  # no head of a file without sound
            if encoded:
                yield SentenceAudio(index, encoded)
            if not is_sound:
                yield event
