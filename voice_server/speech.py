"""`SpeechService`: the only way to speak.

Every door opens a `Speech`, pushes text, takes events, and may flush, pause or cancel. The service is the
shell round the cores: it performs what `Utterance` and `Scheduler` decide on the workers of one pool. A whole
text is a stream of one piece; there is no second path.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import aclosing, contextmanager
from dataclasses import replace
from types import TracebackType
from typing import ClassVar, Self

from voice_server.config import Config
from voice_server.core.audio.resample import Resampler
from voice_server.core.scheduling import Scheduler
from voice_server.core.speech import utterance_inputs as inputs
from voice_server.core.speech.segments import PendingSegment
from voice_server.core.speech.speech_settings import SpeechRequest, SpeechSettings, UtteranceLimits
from voice_server.core.speech.utterance import Utterance
from voice_server.core.speech.utterance_events import (
    FinishReason,
    HeardText,
    SentenceAudio,
    UtteranceEvent,
    UtteranceFinished,
)
from voice_server.core.types import Frame, SpeechWarning, WordMark
from voice_server.errors import BackendError, VoiceServerError
from voice_server.metrics import Metrics
from voice_server.pool.worker_pool import WorkerPool
from voice_server.voices.catalogue import VoiceCatalogue
from voice_server.voices.mixes import MixStore
from voice_server.voices.resolver import VoiceResolver

__all__ = ["Speech", "SpeechRequest", "SpeechService"]

_log = logging.getLogger(__name__)

_MOST_SPARE_S = 2.0
"""While others wait, a listener with sound in store gets the next in fewer pieces; but no worker is to be
silent for so long that it seems to hang."""

_MAKES_ROOM = (SentenceAudio, UtteranceFinished)
"""What is taken of an utterance and lets more be rendered."""


class Speech:
    """One utterance as its door sees it.

    `take` returns the next event or None; `on_event` is called (never from inside `take`) when `take` is
    worth calling again. Iterating is the same with the waiting done: it ends after `UtteranceFinished`.
    """

    def __init__(
        self, service: SpeechService, utterance: Utterance, on_event: Callable[[], None] | None = None
    ) -> None:
        self._service = service
        self.utterance = utterance
        self._arrived = asyncio.Event()
        self._on_event = on_event or self._arrived.set
        self.renders: dict[PendingSegment, asyncio.Task[None]] = {}
        self.registered_with: str | None = None
        self.timer: asyncio.TimerHandle | None = None
        self.timer_at = 0.0

    def configure(self, settings: SpeechSettings) -> None:
        """Speak every sentence whose end has not been found yet with other settings."""
        self.receive(inputs.Configure(settings))

    def push(self, text: str) -> None:
        """Add text. Raises TooMuch, and takes nothing of it, when too much is waiting."""
        self.receive(inputs.PushText(text))

    def flush(self, flush_id: int | str | None = None) -> None:
        """Speak what is buffered now."""
        self.receive(inputs.FlushText(flush_id))

    def end(self) -> None:
        """No more text will come."""
        self.receive(inputs.EndText())

    def pause(self) -> None:
        """Hand out no more audio, and render nothing ahead."""
        self.receive(inputs.PauseDelivery())

    def resume(self) -> None:
        """Go on after `pause`."""
        self.receive(inputs.ResumeDelivery())

    def played(self, played_ms: float) -> None:
        """Take the listener's play position, ms from the first sample."""
        self.receive(inputs.ReportPlayed(played_ms))

    def cancel(self, played_ms: float | None = None, reason: FinishReason = FinishReason.CANCELLED) -> None:
        """Barge-in: stop at once; `HeardText` and `UtteranceFinished` are all that still comes."""
        self.receive(inputs.CancelUtterance(played_ms, reason))

    def heard(self, played_ms: float | None = None) -> HeardText:
        """What the listener has heard by now; also of an utterance that is over but still being played."""
        return self.utterance.heard(self._service.now(), played_ms)

    @property
    def is_playing(self) -> bool:
        """Whether the listener has sound that it has not heard."""
        return self.utterance.is_playing(self._service.now())

    @property
    def is_over(self) -> bool:
        """Whether nothing but what already waits will come."""
        return self.utterance.is_over

    def take(self) -> UtteranceEvent | None:
        """The next event, or None until `on_event`."""
        event = self.utterance.take(self._service.now())
        if event is not None:
            self._service.metrics.take(event)
            if isinstance(event, _MAKES_ROOM):
                self._service.follow(self, wake=False)
        return event

    def receive(self, event: inputs.UtteranceInput) -> None:
        """Tell the utterance what its listener's side wants and do what it decides."""
        self.utterance.receive(event, self._service.now())
        self._service.follow(self)
        self._service.arm(self)

    def wake(self) -> None:
        """Tell the door that there may be an event."""
        self._on_event()

    def close(self) -> None:
        """Leave: what is still being rendered is stopped."""
        if not self.is_over:
            self.cancel()

    async def __aiter__(self) -> AsyncIterator[UtteranceEvent]:
        while True:
            while (event := self.take()) is not None:
                yield event
            if self.is_over:
                return
            self._arrived.clear()
            await self._arrived.wait()


class _WholeText(Speech):
    """A text that is known to its end: it is pushed in slices as its sentences are taken.

    A slice ends inside a word where it can, so that no pause between two of them looks like an end.
    """

    _SLICE_CHARS: ClassVar[int] = 4000
    _ENOUGH_CHARS: ClassVar[int] = 4000

    def __init__(
        self,
        service: SpeechService,
        utterance: Utterance,
        text: str,
        on_event: Callable[[], None] | None = None,
    ) -> None:
        super().__init__(service, utterance, on_event)
        self._text = text
        self._pushed = 0
        self._has_ended = False

    def take(self) -> UtteranceEvent | None:
        """Push more text when little of it waits; then the next event."""
        while not (self.is_over or self._has_ended) and self.utterance.buffered_chars < self._ENOUGH_CHARS:
            cut = self._next_cut()
            self.push(self._text[self._pushed : cut])
            self._pushed = cut
            if cut == len(self._text):
                self._has_ended = True
                self.end()
        return super().take()

    def _next_cut(self) -> int:
        latest = self._pushed + self._SLICE_CHARS
        if latest >= len(self._text):
            return len(self._text)
        for cut in range(latest, latest - self._SLICE_CHARS // 2, -1):
            if self._text[cut - 1].isalnum() and self._text[cut].isalnum():
                return cut
        return latest


class SpeechService:
    """Opens utterances over one pool; an async context manager that owns all render tasks.

    `now` is the event loop's clock without its rounding: uvloop's `time()` stands still within one turn of
    the loop and counts whole milliseconds.
    """

    def __init__(
        self,
        pool: WorkerPool,
        config: Config,
        *,
        mixes: MixStore | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.pool = pool
        self.config = config
        self.casting = VoiceResolver(pool, config, MixStore() if mixes is None else mixes)
        self.now = clock
        self.metrics = Metrics(pool)
        self._limits = UtteranceLimits(buffered_chars=config.limits.buffered_chars)
        self._scheduler = Scheduler({name: each.workers for name, each in config.backends.items()})
        self._speeches: dict[Utterance, Speech] = {}
        self._tasks = asyncio.TaskGroup()
        self._idle_resamplers: list[Resampler] = []

    async def __aenter__(self) -> Self:
        self._loop = asyncio.get_running_loop()
        await self._tasks.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for speech in list(self._speeches.values()):
            speech.cancel()
        await self._tasks.__aexit__(kind, error, trace)

    # ------------------------------------------------------------------ what there is

    @property
    def catalogue(self) -> VoiceCatalogue:
        """The voices of every backend that has been ready."""
        return self.casting.catalogue

    def settings(self, request: SpeechRequest) -> tuple[SpeechSettings, list[SpeechWarning]]:
        """Resolve the names of a request and check its options: see `VoiceResolver.settings`."""
        return self.casting.settings(request)

    # ------------------------------------------------------------------ speaking

    def open(
        self,
        settings: SpeechSettings,
        *,
        after: Speech | None = None,
        on_event: Callable[[], None] | None = None,
    ) -> Speech:
        """Begin an utterance; `after` is the one that its listener hears first."""
        predecessor = None if after is None else after.utterance
        utterance = Utterance(settings, self._limits, self.now(), predecessor=predecessor)
        speech = Speech(self, utterance, on_event)
        self._speeches[utterance] = speech
        return speech

    @contextmanager
    def speak(
        self, text: str, settings: SpeechSettings, *, on_event: Callable[[], None] | None = None
    ) -> Iterator[Speech]:
        """An utterance of a whole text of any length, which is stopped when the block is left.

        Little of the text waits at a time: the rest follows as events are taken.
        """
        utterance = Utterance(settings, self._limits, self.now(), keeps_record=False)
        speech = _WholeText(self, utterance, text, on_event)
        self._speeches[utterance] = speech
        try:
            yield speech
        finally:
            speech.close()

    @property
    def open_speeches(self) -> int:
        """How many utterances have not ended."""
        return len(self._speeches)

    def follow(self, speech: Speech, *, wake: bool = True) -> None:
        """Do what an utterance decided: stop renders, ask for new ones, wake its door."""
        utterance = speech.utterance
        for pending in utterance.take_actions():
            task = speech.renders.pop(pending, None)
            if task is not None:
                task.cancel()
        self._register(speech)
        if speech.registered_with is not None:
            self._dispatch(speech.registered_with)
        if utterance.is_over:
            self._speeches.pop(utterance, None)
        if wake and utterance.has_event:
            speech.wake()

    def _register(self, speech: Speech) -> None:
        wanted = speech.utterance.waiting_backend
        if wanted == speech.registered_with:
            return
        if speech.registered_with is not None:
            self._scheduler.withdraw(speech.registered_with, speech.utterance)
        if wanted is not None:
            self._scheduler.submit(wanted, speech.utterance)
        speech.registered_with = wanted

    def _dispatch(self, backend: str) -> None:
        now = self.now()
        while (listener := self._scheduler.choose(backend, now)) is not None:
            assert isinstance(listener, Utterance)
            speech = self._speeches[listener]
            silent_in_s = listener.deadline(now) - now
            pending = listener.dispatch(now)
            self._register(speech)
            if silent_in_s > 0 and self._scheduler.is_wanted(backend):
                pending.segment = replace(pending.segment, spare_s=min(silent_in_s, _MOST_SPARE_S))
            task = self._tasks.create_task(self._render(speech, pending))
            task.add_done_callback(lambda _task: self._free_slot(backend))
            speech.renders[pending] = task
            if listener.has_event:
                speech.wake()

    def _free_slot(self, backend: str) -> None:
        self._scheduler.release(backend)
        self._dispatch(backend)

    async def _render(self, speech: Speech, pending: PendingSegment) -> None:
        segment = pending.segment
        try:
            resampler: Resampler | None = None
            async with aclosing(self.pool.render(segment)) as items:
                async for item in items:
                    if isinstance(item, Frame):
                        resampler = resampler or self._resampler(item.sample_rate_hz)
                        self._tell(speech, inputs.RenderedAudio(pending, resampler.process(item.pcm)))
                    elif isinstance(item, WordMark):
                        # Nothing follows from a word: it is handed out with the audio behind it.
                        speech.utterance.receive(inputs.RenderedWord(pending, item), self.now())
                    else:
                        self._tell(speech, inputs.RenderWarning(pending, item))
            if resampler is not None:
                self._tell(speech, inputs.RenderedAudio(pending, resampler.finish()))
                self._idle_resamplers.append(resampler)
            self._tell(speech, inputs.RenderCompleted(pending))
        except VoiceServerError as error:
            self._fail(speech, pending, error)
        except Exception:
            _log.exception("render failed unexpectedly")
            self._fail(speech, pending, BackendError("the sentence could not be rendered"))
        finally:
            speech.renders.pop(pending, None)

    def _tell(self, speech: Speech, event: inputs.UtteranceInput) -> None:
        """Tell an utterance how a render goes on, which never moves its pause timer."""
        speech.utterance.receive(event, self.now())
        self.follow(speech)

    def _resampler(self, from_hz: int) -> Resampler:
        """A resampler at the start of a stream; one that ended a stream before is cheaper than a new one."""
        for resampler in self._idle_resamplers:
            if resampler.from_hz == from_hz:
                self._idle_resamplers.remove(resampler)
                return resampler
        return Resampler(from_hz)

    def _fail(self, speech: Speech, pending: PendingSegment, error: VoiceServerError) -> None:
        fallback = self.config.backends[pending.segment.backend].fallback
        may_fall_back = isinstance(error, BackendError) and not pending.rendered_bytes
        if fallback is not None and may_fall_back and self.pool.backends[fallback].ready is not None:
            segment = self.casting.fallback_segment(pending.segment, fallback)
            message = f"{error.message}; {fallback} speaks in its place"
            self._tell(
                speech, inputs.RenderRedirected(pending, segment, SpeechWarning("backend_fallback", message))
            )
        else:
            self._tell(speech, inputs.RenderFailed(pending, error.code, error.message))

    def arm(self, speech: Speech) -> None:
        """Have the pause timer of an utterance looked at in time."""
        deadline = speech.utterance.next_deadline()
        if deadline is None:
            return
        if speech.timer is not None:
            if speech.timer_at <= deadline:
                return  # it fires early and then arms itself again: cheaper than a new timer for every token
            speech.timer.cancel()
        # Not asked of the timer: for a deadline that has passed uvloop makes one that cannot tell.
        speech.timer_at = deadline
        speech.timer = self._loop.call_at(deadline, self._tick, speech)

    def _tick(self, speech: Speech) -> None:
        speech.timer = None
        speech.utterance.tick(self.now())
        self.follow(speech)
        self.arm(speech)
