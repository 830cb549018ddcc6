"""One turn of a dialect: text goes in, and messages of the dialect come out, their sound encoded."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence

from voice_server.core.speech.utterance_events import SentenceAudio, UtteranceEvent
from voice_server.endpoints.http.responses import EncodedSpeech, TimedWords
from voice_server.endpoints.websocket.server_messages import Message
from voice_server.sound_files.encoding import Encoding, PieceBuffer
from voice_server.speech import Speech

TurnEvent = UtteranceEvent | TimedWords
"""What a dialect writes as messages. A `SentenceAudio` holds encoded bytes; `TimedWords` stand in place of
`SentenceWords`, their times counted from the first sample of the turn."""
TurnWriter = Callable[[TurnEvent], Sequence[Message]]
"""Makes the messages of an event, none where the dialect has none for it."""


class DialectTurn:
    """A speech whose sound is one stream in an encoding, from its first sentence to its end.

    Of a turn that was cancelled no sound comes any more; its last events do. `after` is the turn whose
    messages come first.
    """

    def __init__(
        self, speech: Speech, encoding: Encoding, write: TurnWriter, after: DialectTurn | None = None
    ) -> None:
        self.speech = speech
        self.write = write
        self.after = after
        self.is_cancelled = False
        self.is_sent = asyncio.Event()
        """Set when its last message was sent, or nobody is there any more."""
        self._pieces = PieceBuffer()
        self._encoded = EncodedSpeech(speech, encoding, self._pieces)

    @property
    def audio_ms(self) -> float:
        """How much sound went through the encoder, in ms."""
        return self._encoded.audio_ms

    def cancel(self, played_ms: float | None = None) -> None:
        """Barge-in, `played_ms` after the turn's first sample if the client knows."""
        if not self.speech.is_over:
            self.is_cancelled = True
            self.speech.cancel(played_ms)

    def is_due(self, event: TurnEvent) -> bool:
        """Whether an event is still to be written: sound that comes after a barge-in is not."""
        return not (self.is_cancelled and isinstance(event, SentenceAudio))

    async def events(self) -> AsyncIterator[TurnEvent]:
        """Every event, in order; the sound that the encoder held back comes before the last one."""
        index = 0
        async for event in self._encoded.events():
            is_sound = isinstance(event, SentenceAudio)
            index = event.index if isinstance(event, SentenceAudio) else index
            encoded = self._pieces.take()
            if encoded:
                yield SentenceAudio(index, encoded)
            if not is_sound:
                yield event
