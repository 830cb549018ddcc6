"""One utterance: tokens in, ordered events out, whatever happens to the renders in between.

    tokens ──► IncomingText ──► pieces ──► RenderQueue ──► (scheduler, worker) ──► Delivery ──► take()

The core decides and never waits. `receive` takes what happened, `take_actions` returns the renders that the
shell has to stop, `take` hands out the next event for the listener, `next_deadline` and `tick` serve the
pause timer. A segment whose end is only likely is rendered at once and its audio held; the piece that the
splitter commits releases it, anything else drops it.

Laws kept here: the same text gives the same sentences however it is cut; the audio is the segments' audio
in order; exactly one `UtteranceFinished`, and nothing after it; after `CancelUtterance` nothing but
`HeardText` and `UtteranceFinished`. `TAKEN_INPUTS` says which inputs each state takes; others are late.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from voice_server.core.admission import Demand
from voice_server.core.speech.deferred_inputs import MAX_WAITING, SLICE_CHARS, DeferredInputs
from voice_server.core.speech.delivery import Delivery
from voice_server.core.speech.incoming_text import IncomingText
from voice_server.core.speech.preparation_queue import PreparationQueue
from voice_server.core.speech.render_queue import RenderQueue
from voice_server.core.speech.segments import PendingSegment, SegmentPhase, new_segments, segments_of
from voice_server.core.speech.speech_settings import SpeechSettings, UtteranceLimits
from voice_server.core.speech.text_stages import TEXT_STAGES, Preparation, TextStage
from voice_server.core.speech.utterance_events import (
    FinishReason,
    HeardText,
    SentenceDispatched,
    SentenceFailed,
    UtteranceEvent,
    UtteranceFinished,
    UtteranceWarning,
)
from voice_server.core.speech.utterance_inputs import (
    CancelUtterance,
    Configure,
    EndText,
    FlushText,
    PauseDelivery,
    PushText,
    RenderCompleted,
    RenderedAudio,
    RenderedWord,
    RenderFailed,
    RenderRedirected,
    RenderWarning,
    ReportPlayed,
    ResumeDelivery,
    TextInput,
    TextPrepared,
    UtteranceInput,
)
from voice_server.core.speech.utterance_states import TAKEN_INPUTS, UtteranceState
from voice_server.core.text.splitting.speech_length import LETTERS_PER_SECOND
from voice_server.core.text.splitting.splitter import Piece
from voice_server.core.types import PCM_BYTES_PER_SECOND, SpeechWarning

_TOLD_ONCE = frozenset({
    "plugin_failed", "script_switched", "script_unread", "ssml_ignored", "style_ignored", "value_clamped",
    "voice_kept", "phonemes_unread",
})  # fmt: skip
_MOST_TOLD = 50
"""So many different ones of these are told a turn: a text may have a new one in every word."""

_LONGEST_UNSPOKEN = 64
"""Characters at most that may follow a likely end without being spoken."""

_OPEN, _ENDING, _OVER = UtteranceState.OPEN, UtteranceState.ENDING, UtteranceState.OVER


class Utterance:
    """Everything spoken for one run of tokens; a listener of the scheduler.

    `predecessor` is what its listener hears before; with `pauses_before` a pause parts the two where that is
    still heard. Without `keeps_record` a barge-in cannot tell what was heard, and memory does not grow with
    the text. `stages` lead from a sentence to what is said of it; None where the shell takes it through them,
    since plugins are among them (`begin_preparation`, `TextPrepared`). Then what is likely is not rendered.
    """

    def __init__(
        self,
        settings: SpeechSettings,
        limits: UtteranceLimits,
        now: float,
        *,
        predecessor: Utterance | None = None,
        pauses_before: bool = True,
        keeps_record: bool = True,
        stages: Sequence[TextStage] | None = TEXT_STAGES,
    ) -> None:
        self.settings = settings
        self._limits = limits
        self._opened_at = now
        self._predecessor = _not_over(predecessor)
        self._heard_before = predecessor if predecessor and not predecessor.is_broken_off else None
        """What the listener hears before the first sound, until that is handed out."""
        self._pauses_before = pauses_before
        self.is_broken_off: bool = False
        """Whether it was cancelled, so that a listener hears no more of it."""
        self._enter(_OPEN)
        self._text = IncomingText(settings)
        self._deferred = DeferredInputs()
        self._stages = stages
        self._preparations = PreparationQueue()
        self._likely: PendingSegment | None = None
        self._previous: Piece | None = None
        """The last piece that is certain to be spoken."""
        self._queue = RenderQueue()
        self._stopped: list[PendingSegment] = []
        self._delivery = Delivery(keeps_record=keeps_record)
        self._urgent_events: deque[UtteranceEvent] = deque()
        """Events that do not wait for the audio before them."""
        self._opened_sentences = 0
        self._spoken_sentences = 0
        self._told: set[SpeechWarning] = set()

    def receive(self, event: UtteranceInput, now: float) -> None:
        """Take what happened. Raises TooMuch for text beyond the limit, and then the text was not taken."""
        kind = type(event)
        if kind not in self._taken_inputs:
            return
        is_too_much = isinstance(event, PushText) and (
            len(event.text) > SLICE_CHARS or self._waiting_sentences >= MAX_WAITING
        )
        if (is_too_much or self._deferred) and isinstance(event, TextInput):
            self._defer(event, now)
        else:
            self._HANDLERS[kind](self, event, now)

    @property
    def may_proceed(self) -> bool:
        """Whether `proceed` is to be called, soon: text waits to be split, and few sentences wait."""
        return bool(self._deferred) and self._waiting_sentences < MAX_WAITING

    def proceed(self, now: float) -> None:
        """Split the next slice of a long text, or do what was asked for behind it."""
        event = self._deferred.take()
        kind = type(event)
        if kind in self._taken_inputs:
            self._HANDLERS[kind](self, event, now)

    def _defer(self, event: TextInput, now: float) -> None:
        """Keep an input about the text until what came before is split. Raises TooMuch."""
        is_first = not self._deferred
        if isinstance(event, PushText):
            self._limits.check_text(self.buffered_chars, len(event.text))
        elif isinstance(event, FlushText):
            self._limits.check_flush(self._waiting_flushes + self._deferred.flushes)
        self._deferred.add(event)
        if is_first and self.may_proceed:
            self.proceed(now)

    @property
    def _waiting_sentences(self) -> int:
        """How many sentences wait for a worker."""
        return len(self._queue) + len(self._preparations)

    @property
    def _waiting_flushes(self) -> int:
        return self._delivery.waiting_flushes + self._preparations.flushes

    def take_actions(self) -> list[PendingSegment]:
        """The segments whose renders must be stopped."""
        stopped, self._stopped = self._stopped, []
        return stopped

    def begin_preparation(self) -> Preparation | None:
        """The sentence that the shell has to take through the stages now, and to answer with `TextPrepared`.

        None while it has one, and while none is certain.
        """
        return self._preparations.begin()

    def next_deadline(self) -> float | None:
        """When `tick` wants to be called; None while nothing is timed."""
        if self._state is not _OPEN or self._delivery.clock.is_paused or self._deferred:
            return None
        return self._text.next_deadline()

    def tick(self, now: float) -> None:
        """The pause timer: speak a finished sentence although no further token has come."""
        deadline = self.next_deadline()
        if deadline is not None and now >= deadline:
            self._speak_all(self._text.paused(), now)
            self._speculate(now)

    def take(self, now: float) -> UtteranceEvent | None:
        """The next event for the listener, or None until something happens."""
        if self._urgent_events:
            return self._urgent_events.popleft()
        if self._is_silent:
            return None
        if self._heard_before is not None and self._delivery.has_event:
            if self._heard_before.is_playing(now) and not self._heard_before.is_broken_off:
                until = now + self._heard_before.ahead_of_listener_s(now)
                self._delivery.follow_sound(until, with_pause=self._pauses_before)
            self._heard_before = None
        event = self._delivery.take(now)
        if isinstance(event, SentenceFailed):
            self._spoken_sentences -= 1
        if event is None and self._is_complete:
            return self._finish(FinishReason.COMPLETE)
        return event

    @property
    def has_event(self) -> bool:
        """Whether `take` would return something."""
        if self._urgent_events:
            return True
        if self._is_silent:
            return False
        return self._delivery.has_event or self._is_complete

    def heard(self, now: float, played_ms: float | None = None) -> HeardText:
        """What the listener has heard by now, or at the position it reports; also when all was handed out."""
        if played_ms is not None:
            self._delivery.clock.report(played_ms / 1000, now)
        return self._delivery.heard(self._text.typed, now)

    def is_playing(self, now: float) -> bool:
        """Whether the listener has sound that it has not heard."""
        return self.ahead_of_listener_s(now) > 0

    def ahead_of_listener_s(self, now: float) -> float:
        """How much sound the listener has and has not heard."""
        return self._delivery.clock.ahead_s(now)

    def played_s(self, now: float) -> float:
        """How much sound the listener has heard."""
        return self._delivery.clock.position_s(now)

    @property
    def is_over(self) -> bool:
        """Whether `UtteranceFinished` has been handed out, or waits as the last event."""
        return self._state is _OVER

    @property
    def buffered_chars(self) -> int:
        """How many characters have been taken and are on no worker yet."""
        prepared_chars = self._queue.waiting_chars + self._preparations.chars
        return prepared_chars + self._text.pending_chars + self._deferred.chars

    @property
    def typed_chars(self) -> int:
        """How many characters have been taken."""
        return self._text.typed_chars + self._deferred.chars

    @property
    def _is_silent(self) -> bool:
        """Whether nothing is handed out but what does not wait for audio."""
        return self._state is _OVER or self._delivery.clock.is_paused

    @property
    def _is_complete(self) -> bool:
        return self._state is _ENDING and self._delivery.is_empty and not self._preparations

    def _enter(self, state: UtteranceState) -> None:
        self._state = state
        self._taken_inputs = TAKEN_INPUTS[state]

    @property
    def waiting_backend(self) -> str | None:
        """The backend that the next segment to render wants; None when none waits."""
        first = self._queue.first
        if first is None or (self._predecessor is not None and self._waits_for_predecessor()):
            return None
        return first.segment.backend

    def _waits_for_predecessor(self) -> bool:
        """Whether the utterances that are heard before this one come first, whatever the deadlines.

        One utterance at a time is rendered ahead of the one being heard: its predecessor has nothing left to
        render, and is the one being heard. So a listener's cost does not grow with what it has queued.
        """
        before = self.predecessor
        return before is not None and (before.has_waiting or before.predecessor is not None)

    @property
    def has_waiting(self) -> bool:
        """Whether a segment waits for a worker, or text to become one."""
        return bool(self._queue) or bool(self._deferred) or bool(self._preparations)

    @property
    def predecessor(self) -> Utterance | None:
        """The utterance that the listener hears before this one; None when all before it are over."""
        self._predecessor = _not_over(self._predecessor)
        return self._predecessor

    @property
    def may_render(self) -> bool:
        """Whether there is room for the audio of a segment, and somebody listens."""
        delivery = self._delivery
        return delivery.waiting_bytes < self._limits.unsent_bytes and not delivery.clock.is_paused

    def demand(self, now: float) -> Demand | None:
        """What its listener needs of the workers; None where nothing waits and no sound runs out."""
        delivery = self._delivery
        silent_at = delivery.clock.silent_at
        store_s = 0.0 if silent_at is None else max(0.0, silent_at - now)
        store_s += delivery.waiting_bytes / PCM_BYTES_PER_SECOND
        needed_s = self._queue.expected_s() + self.buffered_chars / LETTERS_PER_SECOND
        if self._state is _OPEN and store_s + needed_s > 0:
            needed_s = math.inf
        return Demand(store_s, needed_s) if needed_s > 0 else None

    @property
    def awaits_sound(self) -> bool:
        """Whether a worker renders the first sound, and none of it is there."""
        delivery = self._delivery
        return self._queue.is_rendering and not delivery.waiting_bytes and delivery.clock.silent_at is None

    def deadline(self, now: float) -> float:
        """When the listener falls silent unless the next waiting segment is rendered."""
        silent_at = self._delivery.clock.silent_at
        if silent_at is None:
            first = self._queue.first
            silent_at = self._opened_at if first is None else first.found_at
            if (before := self.predecessor) is not None:
                silent_at = max(silent_at, before.deadline(now))
        return silent_at + self._delivery.waiting_bytes / PCM_BYTES_PER_SECOND + self._queue.expected_s()

    @property
    def ahead_s(self) -> float:
        """How much sound the listener likes to have in store."""
        return self.settings.ahead_s

    def dispatch(self, now: float) -> PendingSegment:
        """Take the next segment to render; the caller gives it to a worker."""
        pending = self._queue.begin(now)
        if pending.certain_at is not None:
            self._announce(pending)
        return pending

    def _on_push(self, event: PushText, now: float) -> None:
        self._limits.check_text(self.buffered_chars, len(event.text))
        self._speak_all(self._text.push(event.text, now), now)
        self._speculate(now)

    def _on_flush(self, event: FlushText, now: float) -> None:
        self._limits.check_flush(self._waiting_flushes)
        self._speak_all(self._text.flush(), now)
        self._drop_likely()
        self._do_behind_sentences(event)

    def _on_end(self, event: EndText, now: float) -> None:
        self._speak_all(self._text.finish(), now)
        self._drop_likely()
        self._do_behind_sentences(event)
        self._enter(_ENDING)

    def _do_behind_sentences(self, event: FlushText | EndText) -> None:
        if self._preparations:
            self._preparations.add_behind(event)
        else:
            self._do(event)

    def _do(self, event: FlushText | EndText) -> None:
        """Do what has to be done when all sentences before it are known."""
        if isinstance(event, FlushText):
            self._delivery.add_flush(event.id)
            return
        pause_ms = self._text.pause_between(0 if self._previous is None else self._previous.end)
        if pause_ms is not None:
            self._delivery.add_silence(pause_ms)
        self._warn_of_text()

    def _on_configure(self, event: Configure, now: float) -> None:
        self._text.configure(event.settings)
        if not event.settings.renders_like(self.settings):
            self._drop_likely()
        self.settings = event.settings
        self._speculate(now)

    def _speak_all(self, pieces: list[Piece], now: float) -> None:
        for piece in pieces:
            self._speak(piece, now)
        self._warn_of_text()

    def _warn_of_text(self) -> None:
        for warning in self._text.take_warnings():
            self._warn(warning, None)

    def _speak(self, piece: Piece, now: float) -> None:
        """A piece that is certain: what was rendered at its mark is released, else it is rendered now."""
        if self._stages is None:
            self._preparations.add(Preparation(piece, self._text.settings_of(piece)))
            return
        likely = self._likely
        if likely is not None and self._still_says(likely, piece, now):
            self._likely = None
            self._make_certain(likely, now)
            return
        self._drop_likely()
        for pending in self._segments(self._opened_sentences, piece, now):
            self._open(pending)
            self._make_certain(pending, now)

    def _segments(self, index: int, piece: Piece, now: float) -> list[PendingSegment]:
        """What is to be rendered for a piece, with the settings that hold where it stands."""
        assert self._stages is not None
        settings, place = self._text.settings_of(piece), self._text.typed_place
        return new_segments(index, piece, settings, now, place, stages=self._stages)

    def _on_prepared(self, event: TextPrepared, now: float) -> None:
        behind = self._preparations.end(event.preparation)
        if behind is None:
            return  # it comes late
        segments = segments_of(self._opened_sentences, event.parts, now, self._text.typed_place)
        for warning in event.warnings:
            self._warn(warning, segments[0].index if segments else None)
        for pending in segments:
            self._open(pending)
            self._make_certain(pending, now)
        self._warn_of_text()
        for each in behind:
            self._do(each)

    def _still_says(self, likely: PendingSegment, piece: Piece, now: float) -> bool:
        """Whether the piece is said as what is rendered already; an emoji behind its mark is not said."""
        if likely.covers(piece):
            return True
        is_near = abs(piece.end - likely.piece.end) <= _LONGEST_UNSPOKEN
        segments = self._segments(likely.index, piece, now) if is_near else []
        return len(segments) == 1 and likely.becomes(segments[0])

    def _speculate(self, now: float) -> None:
        """Render what looks like a sentence; its audio is held until the splitter commits it."""
        if self._deferred or self._stages is None:
            return  # the text goes on, or the shell takes it through the stages
        piece = self._text.likely
        if self._likely is not None:
            if piece is not None and self._still_says(self._likely, piece, now):
                return
            self._drop_likely()
        if piece is None:
            return
        segments = self._segments(self._opened_sentences, piece, now)
        if len(segments) == 1:  # what several voices read is rendered when it is certain
            (self._likely,) = segments
            self._open(self._likely)

    def _open(self, pending: PendingSegment) -> None:
        self._opened_sentences += 1
        asked_ms = self._asked_pause_before(pending)
        pending.is_asked_for = asked_ms is not None
        pending.pause_ms = self._pause_before(pending) if asked_ms is None else asked_ms
        self._delivery.open(pending)
        self._queue.add(pending)

    def _asked_pause_before(self, pending: PendingSegment) -> float | None:
        """The pause before a segment that the text asks for; None where it asks for none."""
        if pending.is_inside:
            return None
        return self._text.pause_between(self._previous.end if self._previous else 0, pending.piece.start)

    def _pause_before(self, pending: PendingSegment) -> float:
        """How long the silence before a segment is, at the pace at which it is spoken."""
        piece, previous, pauses = pending.piece, self._previous, pending.settings.pauses
        pause_ms = pauses.sentence_ms  # behind another utterance, where this is the first segment
        if previous is not None:
            between = self._text.filtered_between(previous.end, piece.start)
            pause_ms = pauses.before(piece, previous, between, is_inside=pending.is_inside)
        speed = pending.settings.options.get("speed")
        return pause_ms / speed if isinstance(speed, int | float) and speed > 0 else pause_ms

    def _make_certain(self, pending: PendingSegment, now: float) -> None:
        self._previous = pending.piece
        self._queue.make_certain(pending, now)
        self._spoken_sentences += 1
        for warning in pending.warnings:
            self._warn(warning, pending.index)
        if pending.phase is not SegmentPhase.WAITING:
            self._announce(pending)

    def _announce(self, pending: PendingSegment) -> None:
        text, waiting = pending.shown_text, self._queue.certain_waiting
        self._urgent_events.append(SentenceDispatched(pending.index, text, pending.chars, waiting))

    def _drop_likely(self) -> None:
        likely, self._likely = self._likely, None
        if likely is not None:
            self._opened_sentences -= 1
            self._delivery.drop(likely)
            self._discard(likely)

    def _discard(self, pending: PendingSegment) -> None:
        if self._queue.discard(pending):
            self._stopped.append(pending)

    def _on_rendered_audio(self, event: RenderedAudio, now: float) -> None:
        pending = event.pending
        if pending not in self._delivery or not event.pcm:
            return
        self._release_marks(pending)
        if pending.first_audio_at is None:
            pending.first_audio_at = now
        self._delivery.add_audio(pending, event.pcm)

    def _on_rendered_word(self, event: RenderedWord, _now: float) -> None:
        event.pending.add_mark(event.mark)

    def _release_marks(self, pending: PendingSegment) -> None:
        if pending.settings.word_times and len(pending.marks) > pending.delivered_marks:
            self._delivery.add_marks(pending, pending.typed_marks(pending.delivered_marks))
            pending.delivered_marks = len(pending.marks)

    def _on_render_warning(self, event: RenderWarning, _now: float) -> None:
        pending = event.pending
        if pending.certain_at is None:
            pending.warnings.append(event.warning)
        elif pending in self._delivery:
            self._warn(event.warning, pending.index)

    def _warn(self, warning: SpeechWarning, index: int | None) -> None:
        """Tell the listener; the same sentence only once if it is about the text, the voice or the server."""
        if warning.code in _TOLD_ONCE:
            if warning in self._told or len(self._told) >= _MOST_TOLD:
                return
            self._told.add(warning)
        self._urgent_events.append(UtteranceWarning(warning.code, warning.message, index))

    def _on_render_completed(self, event: RenderCompleted, now: float) -> None:
        if event.pending.settings.word_times:
            event.pending.complete_marks()
        self._release_marks(event.pending)
        self._queue.end(event.pending, SegmentPhase.RENDERED, now)
        self._delivery.close(event.pending)

    def _on_render_failed(self, event: RenderFailed, now: float) -> None:
        event.pending.failure = (event.code, event.message)
        self._queue.end(event.pending, SegmentPhase.FAILED, now)
        self._delivery.close(event.pending)

    def _on_render_redirected(self, event: RenderRedirected, now: float) -> None:
        if event.pending in self._delivery:
            self._on_render_warning(RenderWarning(event.pending, event.warning), now)
            event.pending.redirect(event.segment)
            self._queue.requeue(event.pending)

    def _on_pause(self, _event: PauseDelivery, now: float) -> None:
        self._delivery.clock.pause(now)

    def _on_resume(self, _event: ResumeDelivery, now: float) -> None:
        self._delivery.clock.resume(now)

    def _on_played(self, event: ReportPlayed, now: float) -> None:
        self._delivery.clock.report(event.played_ms / 1000, now)

    def _on_cancel(self, event: CancelUtterance, now: float) -> None:
        self._text.keep(self._deferred.clear())
        self._preparations.clear()
        heard = self.heard(now, event.played_ms)
        for pending in self._delivery.clear():
            self._discard(pending)
        self._urgent_events.clear()
        self._urgent_events.append(heard)
        self._urgent_events.append(self._finish(event.reason))

    def fail(self, code: str, message: str, now: float) -> None:
        """End with an error, after a fault in it: nothing more of it can be relied on."""
        if self._state is not _OVER:
            self._on_cancel(CancelUtterance(reason=FinishReason.FAILED), now)
            self._urgent_events.appendleft(SentenceFailed(self._opened_sentences, code, message))

    def _finish(self, reason: FinishReason) -> UtteranceFinished:
        self._enter(_OVER)
        self._heard_before = None
        self.is_broken_off = reason in (FinishReason.CANCELLED, FinishReason.PREEMPTED)
        if self._opened_sentences and not self._spoken_sentences and reason is FinishReason.COMPLETE:
            reason = FinishReason.FAILED
        audio_ms = self._delivery.taken_bytes / PCM_BYTES_PER_SECOND * 1000
        return UtteranceFinished(reason, audio_ms, self.typed_chars, self._spoken_sentences)

    _HANDLERS: ClassVar[dict[type[UtteranceInput], Callable[[Utterance, Any, float], None]]] = {
        PushText: _on_push,
        FlushText: _on_flush,
        EndText: _on_end,
        Configure: _on_configure,
        TextPrepared: _on_prepared,
        RenderedAudio: _on_rendered_audio,
        RenderedWord: _on_rendered_word,
        RenderWarning: _on_render_warning,
        RenderCompleted: _on_render_completed,
        RenderFailed: _on_render_failed,
        RenderRedirected: _on_render_redirected,
        PauseDelivery: _on_pause,
        ResumeDelivery: _on_resume,
        ReportPlayed: _on_played,
        CancelUtterance: _on_cancel,
    }


def _not_over(utterance: Utterance | None) -> Utterance | None:
    """The utterance, or the last before it that is not over."""
    while utterance is not None and utterance.is_over:
        utterance = utterance.predecessor
    return utterance
