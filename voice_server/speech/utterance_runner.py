"""`UtteranceRunner`: the shell round the cores of speaking.

It performs on the workers of one pool what `Utterance` and `Scheduler` decide: renders are started, stopped
and given to another backend, pause timers are armed, and endpoints are told when there is an event.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import aclosing, contextmanager
from dataclasses import dataclass, field, replace
from types import TracebackType
from typing import Self

from voice_server.config import Config
from voice_server.core.admission import Demand, RenderSpeed, wait_for_room_s
from voice_server.core.audio.resample import Resampler
from voice_server.core.scheduling import Scheduler
from voice_server.core.speech import utterance_inputs as inputs
from voice_server.core.speech.segments import PendingSegment
from voice_server.core.speech.text_stages import Preparation
from voice_server.core.speech.utterance import Utterance
from voice_server.core.types import PCM_BYTES_PER_SECOND, Frame, SpeechWarning, WordMark
from voice_server.errors import BackendError, VoiceServerError
from voice_server.plugins.plugins import Plugins
from voice_server.pool.worker_pool import WorkerPool
from voice_server.voices.resolver import VoiceResolver

_log = logging.getLogger(__name__)

_MOST_SPARE_S = 2.0
"""While others wait, a listener with sound in store gets the next in fewer pieces; but no worker is to be
silent for so long that it seems to hang."""

_SPLITTING_S = 0.001
"""How long texts are split that are too long to be split at once, before everybody else is served."""


@dataclass(slots=True, eq=False)
class _OpenUtterance:
    """What is under way for one utterance; `registered_with` is the backend that it waits for."""

    utterance: Utterance
    on_event: Callable[[], None]
    renders: dict[PendingSegment, asyncio.Task[None]] = field(default_factory=dict)
    successor: _OpenUtterance | None = None
    """What the same listener hears next: it may have waited for this one."""
    registered_with: str | None = None
    buffered_chars: int = 0
    """How much of its text is counted in the runner's `buffered_chars`."""
    timer: asyncio.TimerHandle | None = None
    timer_at: float = 0.0
    preparation: asyncio.Task[None] | None = None
    """Takes one of its sentences through the stages of text, where plugins are among them."""
    is_splitting: bool = False
    """Whether more of a long text is to be split, when it is this one's turn."""


_NOT_PREPARED = "a sentence is left out, because its text could not be prepared"

_SUCCESSORS_CONCERNED = 2
"""How many of the utterances behind one may begin to render when it has: see `Utterance.waiting_backend`."""


class UtteranceRunner:
    """Runs utterances over one pool; an async context manager that owns all render tasks.

    `now` is the clock of all of them, in seconds: the event loop's without its rounding.
    """

    def __init__(
        self,
        pool: WorkerPool,
        config: Config,
        resolver: VoiceResolver,
        plugins: Plugins,
        now: Callable[[], float],
    ) -> None:
        self.now = now
        self._plugins = plugins
        self.inline_stages = plugins.inline_stages
        """What utterances are made with: see `Utterance`."""
        self._changes_sound = plugins.changes_sound
        self._pool = pool
        self._resolver = resolver
        self._fallbacks = {name: each.fallback for name, each in config.backends.items()}
        self._scheduler = Scheduler({name: each.workers for name, each in config.backends.items()})
        self._speeds = {name: RenderSpeed() for name in config.backends}
        self._open: dict[Utterance, _OpenUtterance] = {}
        self._tasks = asyncio.TaskGroup()
        self._idle_resamplers: list[Resampler] = []
        self.buffered_chars = 0
        """Characters of all utterances that have been taken and are on no worker yet."""
        self._splitting: deque[_OpenUtterance] = deque()
        self._is_split_due = False

    async def __aenter__(self) -> Self:
        self._loop = asyncio.get_running_loop()
        await self._tasks.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for utterance in list(self._open):
            self.receive(utterance, inputs.CancelUtterance())
        await self._tasks.__aexit__(kind, error, trace)

    @property
    def open_utterances(self) -> int:
        """How many utterances have not ended."""
        return len(self._open)

    def wait_for_room_s(self, backend: str, needed_s: float) -> float:
        """In how many seconds one more listener of a backend can be spoken to in time; 0.0 for now.

        It will need `needed_s` seconds of sound, which may be infinite. What is heard behind something else
        does not count: its listener does.
        """
        now = self.now()
        demands = [
            demand
            for each in self._open
            if each.settings.backend == backend
            and each.predecessor is None
            and (demand := each.demand(now)) is not None
        ]
        workers = self._scheduler.slots(backend)
        return wait_for_room_s(Demand(0.0, needed_s), demands, workers, self._speeds[backend])

    def start(
        self, utterance: Utterance, on_event: Callable[[], None], *, after: Utterance | None = None
    ) -> None:
        """Run an utterance until it is over; `on_event` is called when there may be an event to take.

        `after` is the one that its listener hears before it.
        """
        self._open[utterance] = record = _OpenUtterance(utterance, on_event)
        if after is not None and (before := self._open.get(after)) is not None:
            before.successor = record

    def receive(self, utterance: Utterance, event: inputs.UtteranceInput) -> None:
        """Tell an utterance what its listener's side wants, and do what it decides. Raises TooMuch."""
        with self._failing_alone(utterance):
            utterance.receive(event, self.now())
        record = self._open.get(utterance)
        if record is not None:
            self._perform(record)
            self._arm(record)

    @contextmanager
    def _failing_alone(self, utterance: Utterance) -> Iterator[None]:
        """A fault of ours in one text ends that utterance with an error, and nobody else's."""
        try:
            yield
        except VoiceServerError:
            raise
        except Exception:
            _log.exception("an utterance failed unexpectedly")
            message = "the text could not be prepared; the server's log says why"
            utterance.fail("internal", message, self.now())

    def perform(self, utterance: Utterance) -> None:
        """Do what follows from an event that was taken; `on_event` is not called."""
        record = self._open.get(utterance)
        if record is not None:
            self._perform(record, wake=False)

    def _perform(self, record: _OpenUtterance, *, wake: bool = True) -> None:
        """Do what an utterance decided: stop renders, ask for new ones, tell of an event."""
        utterance = record.utterance
        for pending in utterance.take_actions():
            task = record.renders.pop(pending, None)
            if task is not None:
                task.cancel()
        if self.inline_stages is None:
            self._prepare(record)
        self._register(record)
        if record.registered_with is not None:
            self._dispatch(record.registered_with)
        self._split_later(record)
        buffered_chars = 0 if utterance.is_over else utterance.buffered_chars
        self.buffered_chars += buffered_chars - record.buffered_chars
        record.buffered_chars = buffered_chars
        if record.successor is not None:
            self._continue_with_successors(record)
        if utterance.is_over:
            self._open.pop(utterance, None)
            self._disarm(record)
        if wake and utterance.has_event:
            record.on_event()

    # ------------------------------------------------------------------ stages of text

    def _prepare(self, record: _OpenUtterance) -> None:
        """Take the next sentence of an utterance through the stages, or stop where it is over."""
        if record.utterance.is_over:
            if record.preparation is not None:
                record.preparation.cancel()
        elif (begun := record.utterance.begin_preparation()) is not None:
            record.preparation = self._tasks.create_task(self._prepared(record, begun))

    async def _prepared(self, record: _OpenUtterance, preparation: Preparation) -> None:
        try:
            done = await self._plugins.prepare(preparation)
        except Exception:
            _log.exception("a sentence could not be prepared")
            done = inputs.TextPrepared(preparation, (), (SpeechWarning("plugin_failed", _NOT_PREPARED),))
        record.preparation = None
        record.utterance.receive(done, self.now())
        self._perform(record, wake=False)
        record.on_event()  # who feeds a text may push its next slice

    # ------------------------------------------------------------------ renders

    def _register(self, record: _OpenUtterance) -> None:
        """Have the scheduler know for which backend an utterance waits."""
        wanted = record.utterance.waiting_backend
        if wanted == record.registered_with:
            return
        if record.registered_with is not None:
            self._scheduler.withdraw(record.registered_with, record.utterance)
        if wanted is not None:
            self._scheduler.submit(wanted, record.utterance)
        record.registered_with = wanted

    def _continue_with_successors(self, record: _OpenUtterance) -> None:
        """Render what waited for an utterance: the next one, and the one behind it when this one is over."""
        for _ in range(_SUCCESSORS_CONCERNED):
            while record.successor is not None and record.successor.utterance.is_over:
                record.successor = record.successor.successor
            if record.successor is None:
                return
            record = record.successor
            was_registered = record.registered_with is not None
            self._register(record)
            if not was_registered and record.registered_with is not None:
                self._dispatch(record.registered_with)

    def _dispatch(self, backend: str) -> None:
        """Start renders while the backend has a free slot and somebody to serve."""
        now = self.now()
        while (listener := self._scheduler.choose(backend, now)) is not None:
            assert isinstance(listener, Utterance)
            record = self._open[listener]
            silent_in_s = listener.deadline(now) - now
            pending = listener.dispatch(now)
            self._register(record)
            self._split_later(record)
            if silent_in_s > 0 and self._scheduler.is_wanted(backend):
                pending.segment = replace(pending.segment, spare_s=min(silent_in_s, _MOST_SPARE_S))
            task = self._tasks.create_task(self._render(record, pending))
            task.add_done_callback(lambda _task: self._free_slot(backend))
            record.renders[pending] = task
            if listener.has_event:
                record.on_event()

    def _free_slot(self, backend: str) -> None:
        self._scheduler.release(backend)
        self._dispatch(backend)

    async def _render(self, record: _OpenUtterance, pending: PendingSegment) -> None:
        segment = pending.segment
        was_loaded = self._pool.wake(segment.backend)
        try:
            resampler: Resampler | None = None
            async with aclosing(self._sound_of(pending)) as items:
                async for item in items:
                    if isinstance(item, Frame):
                        resampler = resampler or self._resampler(item.sample_rate_hz)
                        awaited = record.utterance.awaits_sound
                        self._report(record, inputs.RenderedAudio(pending, resampler.process(item.pcm)))
                        if awaited:
                            # The last free slot is for the next segment too, now.
                            self._dispatch(segment.backend)
                    elif isinstance(item, WordMark):
                        # Nothing follows from a word: it is handed out with the audio behind it.
                        record.utterance.receive(inputs.RenderedWord(pending, item), self.now())
                    else:
                        self._report(record, inputs.RenderWarning(pending, item))
            if resampler is not None:
                self._report(record, inputs.RenderedAudio(pending, resampler.finish()))
                self._idle_resamplers.append(resampler)
            if was_loaded:  # else it has waited for that
                self._learn_speed(pending)
            self._report(record, inputs.RenderCompleted(pending))
        except VoiceServerError as error:
            self._report(record, self._after_failure(pending, error))
        except Exception:
            _log.exception("render failed unexpectedly")
            fault = BackendError("the sentence could not be rendered")
            self._report(record, self._after_failure(pending, fault))
        finally:
            record.renders.pop(pending, None)

    def _learn_speed(self, pending: PendingSegment) -> None:
        assert pending.begun_at is not None
        backend, audio_s = pending.segment.backend, pending.rendered_bytes / PCM_BYTES_PER_SECOND
        render_s = self.now() - pending.begun_at
        self._speeds[backend].learn(self._scheduler.busy(backend), render_s, audio_s)

    def _sound_of(self, pending: PendingSegment) -> AsyncGenerator[Frame | WordMark | SpeechWarning, None]:
        """What a segment sounds like, with what plugins make of it."""
        items = self._pool.render(pending.segment)
        return self._plugins.heard(items, pending) if self._changes_sound else items

    def _report(self, record: _OpenUtterance, event: inputs.UtteranceInput) -> None:
        """Tell an utterance how a render goes on, which never moves its pause timer."""
        record.utterance.receive(event, self.now())
        self._perform(record)

    def _after_failure(self, pending: PendingSegment, error: VoiceServerError) -> inputs.UtteranceInput:
        """What becomes of a segment whose render failed: another backend speaks it, or nobody does."""
        fallback = self._fallbacks[pending.segment.backend]
        may_fall_back = isinstance(error, BackendError) and not pending.rendered_bytes
        if fallback is not None and may_fall_back and self._pool.backends[fallback].ready is not None:
            segment = self._resolver.fallback_segment(pending.segment, fallback)
            message = f"{error.message}; {fallback} speaks in its place"
            return inputs.RenderRedirected(pending, segment, SpeechWarning("backend_fallback", message))
        return inputs.RenderFailed(pending, error.code, error.message)

    def _resampler(self, from_hz: int) -> Resampler:
        """A resampler at the start of a stream; one that ended a stream before is cheaper than a new one."""
        for resampler in self._idle_resamplers:
            if resampler.from_hz == from_hz:
                self._idle_resamplers.remove(resampler)
                return resampler
        return Resampler(from_hz)

    # ------------------------------------------------------------------ long texts

    def _split_later(self, record: _OpenUtterance) -> None:
        """Have more of a long text split soon, if there is more and it may be."""
        if record.is_splitting or not record.utterance.may_proceed:
            return
        record.is_splitting = True
        self._splitting.append(record)
        if not self._is_split_due:
            self._is_split_due = True
            self._loop.call_soon(self._split)

    def _split(self) -> None:
        """Split more of the long texts in turn, for a moment; everything else is served in between."""
        until = self.now() + _SPLITTING_S
        while self._splitting and self.now() < until:
            record = self._splitting.popleft()
            record.is_splitting = False
            if record.utterance.may_proceed:
                with self._failing_alone(record.utterance):
                    record.utterance.proceed(self.now())
                self._perform(record)
            if not record.is_splitting:
                self._arm(record)
                record.on_event()  # who feeds a text may push its next slice
        self._is_split_due = bool(self._splitting)
        if self._is_split_due:
            self._loop.call_soon(self._split)

    # ------------------------------------------------------------------ pause timers

    def _arm(self, record: _OpenUtterance) -> None:
        """Have the pause timer of an utterance looked at in time."""
        deadline = record.utterance.next_deadline()
        if deadline is None:
            return
        if record.timer is not None:
            if record.timer_at <= deadline:
                return  # it fires early and then arms itself again: cheaper than a new timer for every token
            self._disarm(record)
        # Not asked of the timer: for a deadline that has passed uvloop makes one that cannot tell.
        record.timer_at = deadline
        record.timer = self._loop.call_at(deadline, self._tick, record)

    def _disarm(self, record: _OpenUtterance) -> None:
        """Let nothing of an utterance wait for its pause timer."""
        if record.timer is not None:
            record.timer.cancel()
            record.timer = None

    def _tick(self, record: _OpenUtterance) -> None:
        record.timer = None
        with self._failing_alone(record.utterance):
            record.utterance.tick(self.now())
        self._perform(record)
        self._arm(record)
