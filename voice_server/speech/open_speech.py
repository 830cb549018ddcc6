"""`Speech`: one utterance as the endpoint that opened it sees it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

from voice_server.core.speech import utterance_inputs as inputs
from voice_server.core.speech.speech_settings import SpeechSettings, UtteranceLimits
from voice_server.core.speech.utterance import Utterance
from voice_server.core.speech.utterance_events import (
    FinishReason,
    HeardText,
    SentenceAudio,
    UtteranceEvent,
    UtteranceFinished,
)
from voice_server.core.speech.whole_text import WholeTextFeeder
from voice_server.metrics import Metrics
from voice_server.speech.utterance_runner import UtteranceRunner

_MAKES_ROOM = (SentenceAudio, UtteranceFinished)
"""What is taken of an utterance and lets more be rendered."""


class Speech:
    """One utterance: text goes in, events come out.

    `take` returns the next event or None; `on_event` is called (never from inside `take`) when `take` is
    worth calling again. Iterating is the same with the waiting done: it ends after `UtteranceFinished`.
    With a `feeder` the text comes from there while the events are iterated, and what was heard is not
    recorded: nobody interrupts a file.
    """

    def __init__(
        self,
        settings: SpeechSettings,
        limits: UtteranceLimits,
        runner: UtteranceRunner,
        metrics: Metrics,
        *,
        after: Speech | None = None,
        pauses_before: bool = True,
        on_event: Callable[[], None] | None = None,
        feeder: WholeTextFeeder | None = None,
    ) -> None:
        self._runner = runner
        self._metrics = metrics
        self._feeder = feeder
        self._feeds_now = False
        before = None if after is None else after._utterance  # noqa: SLF001 - another one of this class
        self._utterance: Utterance = Utterance(
            settings,
            limits,
            runner.now(),
            predecessor=before,
            pauses_before=pauses_before,
            keeps_record=feeder is None,
            stages=runner.inline_stages,
        )
        self._arrived = asyncio.Event()
        runner.start(self._utterance, on_event or self._arrived.set, after=before)

    def configure(self, settings: SpeechSettings) -> None:
        """Speak every sentence whose end has not been found yet with other settings."""
        self._receive(inputs.Configure(settings))

    def push(self, text: str) -> None:
        """Add text. Raises TooMuch, and takes nothing of it, when too much of it is waiting."""
        self._receive(inputs.PushText(text))

    def flush(self, flush_id: int | str | None = None) -> None:
        """Speak what is buffered now."""
        self._receive(inputs.FlushText(flush_id))

    def end(self) -> None:
        """No more text will come."""
        self._receive(inputs.EndText())

    def pause(self) -> None:
        """Hand out no more audio, and render nothing ahead."""
        self._receive(inputs.PauseDelivery())

    def resume(self) -> None:
        """Go on after `pause`."""
        self._receive(inputs.ResumeDelivery())

    def played(self, played_ms: float) -> None:
        """Take the listener's play position, ms from the first sample."""
        self._receive(inputs.ReportPlayed(played_ms))

    def cancel(self, played_ms: float | None = None, reason: FinishReason = FinishReason.CANCELLED) -> None:
        """Barge-in: stop at once; `HeardText` and `UtteranceFinished` are all that still comes."""
        self._receive(inputs.CancelUtterance(played_ms, reason))

    def heard(self, played_ms: float | None = None) -> HeardText:
        """What the listener has heard by now; also of an utterance that is over but still being played."""
        return self._utterance.heard(self._runner.now(), played_ms)

    @property
    def position_ms(self) -> float:
        """How much sound the listener has heard, in ms: as it reported, or as playback in real time would."""
        return self._utterance.played_s(self._runner.now()) * 1000

    @property
    def is_playing(self) -> bool:
        """Whether the listener has sound that it has not heard."""
        return self._utterance.is_playing(self._runner.now())

    @property
    def is_over(self) -> bool:
        """Whether nothing but what already waits will come."""
        return self._utterance.is_over

    @property
    def buffered_chars(self) -> int:
        """How many characters have been pushed and are on no worker yet."""
        return self._utterance.buffered_chars

    @property
    def typed_chars(self) -> int:
        """How many characters have been pushed."""
        return self._utterance.typed_chars

    def take(self) -> UtteranceEvent | None:
        """The next event, or None until `on_event`."""
        if self._feeder is not None:
            self._feed(self._feeder)
        event = self._utterance.take(self._runner.now())
        if event is not None:
            self._metrics.count(event)
            if isinstance(event, _MAKES_ROOM):
                self._runner.perform(self._utterance)
        return event

    def close(self) -> None:
        """Leave: what is still being rendered is stopped."""
        if not self.is_over:
            self.cancel()

    async def __aiter__(self) -> AsyncIterator[UtteranceEvent]:
        while True:
            self._arrived.clear()
            while (event := self.take()) is not None:
                yield event
            if self.is_over:
                return
            if self._feeds_now:
                await asyncio.sleep(0)  # a text with nothing to speak in it must not hold the loop
            else:
                await self._arrived.wait()

    def _feed(self, feeder: WholeTextFeeder) -> None:
        """Push one more slice of the text where little of it waits."""
        text = None if self.is_over else feeder.next_slice(self.buffered_chars)
        self._feeds_now = text is not None
        if text is not None:
            self.push(text)
            if feeder.is_exhausted:
                self.end()

    def _receive(self, event: inputs.UtteranceInput) -> None:
        self._runner.receive(self._utterance, event)
