"""A turn of `/stream-tokens`: what its events are to its client, at the rate that the client asked for."""

from __future__ import annotations

from voice_server.core.audio.resample import Resampler
from voice_server.core.speech.utterance_events import (
    FinishReason,
    SentenceAudio,
    UtteranceEvent,
    UtteranceFinished,
)
from voice_server.endpoints.websocket.server_messages import Message, Version2, version_1
from voice_server.speech import Speech


class Turn:
    """A turn on its way to the client."""

    def __init__(
        self, name: str, speech: Speech, writer: Version2 | None, resampler: Resampler | None
    ) -> None:
        self.name = name
        self.speech = speech
        self._writer = writer
        self._resampler = resampler

    def messages(self, event: UtteranceEvent) -> list[Message]:
        """What the client is sent for an event."""
        if self._resampler is not None:
            if isinstance(event, SentenceAudio):
                event = SentenceAudio(event.index, self._resampler.process(event.pcm))
                if not event.pcm:
                    return []
            elif isinstance(event, UtteranceFinished) and event.reason is FinishReason.COMPLETE:
                rest = self._resampler.finish()
                before = [self._message(SentenceAudio(max(0, event.sentences - 1), rest))] if rest else []
                return [each for each in (*before, self._message(event)) if each is not None]
        message = self._message(event)
        return [] if message is None else [message]

    def _message(self, event: UtteranceEvent) -> Message | None:
        return version_1(event) if self._writer is None else self._writer.message(event)
