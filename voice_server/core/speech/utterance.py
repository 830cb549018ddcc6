"""One utterance: tokens in, ordered events out, whatever happens to the renders in between.

    Text ──► splitter ──► pieces ──► pending segments ──► (scheduler, worker) ──► lanes ──► take()

The core decides and never waits. `receive` takes what happened, `take_actions` returns the renders that the
shell has to stop, `take` hands out the next event for the listener, `next_deadline` and `tick` serve the
pause timer. A segment whose end is only likely is rendered at once and its audio held; the piece that the
splitter commits releases it, anything else drops it.

Laws kept here: the same text gives the same sentences however it is cut; the audio is the segments' audio
in order; exactly one `UtteranceFinished`, and nothing after it; after `CancelUtterance` nothing but
`HeardText` and `UtteranceFinished`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any, ClassVar

from voice_server.core.speech.delivery import BYTES_PER_SECOND, Delivery
from voice_server.core.speech.merging import Merger
from voice_server.core.speech.render_queue import RenderQueue
from voice_server.core.speech.segments import PendingSegment, SegmentPhase, new_segment
from voice_server.core.speech.speech_settings import SpeechSettings, UtteranceLimits
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
    UtteranceInput,
)
from voice_server.core.text.splitting.pause_timer import PauseTimer
from voice_server.core.text.splitting.splitter import Piece, Splitter, SplitterOptions
from voice_server.core.types import SpeechWarning
from voice_server.errors import TooMuch

_SOFT_CAP_CHARS = 220


class Utterance:
    """Everything spoken for one run of tokens; a listener of the scheduler.

    Without `remembers` a barge-in cannot tell what was heard, and memory does not grow with the text.
    """

    def __init__(
        self,
        settings: SpeechSettings,
        limits: UtteranceLimits,
        now: float,
        *,
        predecessor: Utterance | None = None,
        remembers: bool = True,
    ) -> None:
        self.settings = settings
        self._limits = limits
        self._opened_at = now
        self._predecessor = predecessor
        self._splitter = Splitter(
            SplitterOptions(
                language=settings.language,
                first_piece=settings.first_segment,
                soft_cap=min(_SOFT_CAP_CHARS, settings.max_segment_chars),
                hard_cap=settings.max_segment_chars,
            )
        )
        self._pause = PauseTimer(max_wait_ms=settings.max_wait_ms)
        self._typed: list[str] = []
        self._likely: PendingSegment | None = None
        self._merger = Merger(self._typed)
        self._queue = RenderQueue()
        self._stopped: list[PendingSegment] = []
        self._notes: deque[UtteranceEvent] = deque()
        self._delivery = Delivery(remembers=remembers)
        self._opened_sentences = 0
        self._spoken_sentences = 0
        self._is_ending = False
        self._is_paused = False
        self._is_over = False

    # ------------------------------------------------------------------ what the shell calls

    def receive(self, event: UtteranceInput, now: float) -> None:
        """Take what happened. Raises TooMuch for text beyond the limit, and then the text was not taken."""
        if not self._is_over or isinstance(event, ReportPlayed):
            self._HANDLERS[type(event)](self, event, now)

    def take_actions(self) -> list[PendingSegment]:
        """The segments whose renders must be stopped."""
        stopped, self._stopped = self._stopped, []
        return stopped

    def next_deadline(self) -> float | None:
        """When `tick` wants to be called; None while nothing is timed."""
        if self._is_ending or self._is_paused or self._is_over:
            return None
        if self._splitter.pending_chars:
            return self._pause.deadline(self._splitter.end_strength)
        return self._pause.deadline("strong") if self._merger.holds else None

    def tick(self, now: float) -> None:
        """The pause timer: speak a finished sentence although no further token has come."""
        deadline = self.next_deadline()
        if deadline is not None and now >= deadline:
            weak = self._splitter.end_strength == "weak"
            self._commit(self._splitter.flush_if_complete(weak=weak), now)
            self._release_short(now)
            self._speculate(now)

    def take(self, now: float) -> UtteranceEvent | None:
        """The next event for the listener, or None until something happens."""
        if self._notes:
            return self._notes.popleft()
        if self._is_over or self._is_paused:
            return None
        event = self._delivery.take(now)
        if isinstance(event, SentenceFailed):
            self._spoken_sentences -= 1
        if event is None and self._is_ending and self._delivery.is_empty:
            return self._finish(FinishReason.COMPLETE)
        return event

    @property
    def has_event(self) -> bool:
        """Whether `take` would return something."""
        if self._notes:
            return True
        if self._is_over or self._is_paused:
            return False
        return self._delivery.has_event or (self._is_ending and self._delivery.is_empty)

    def heard(self, now: float, played_ms: float | None = None) -> HeardText:
        """What the listener has heard by now, or at the position it reports; also when all was handed out."""
        if played_ms is not None:
            self._delivery.clock.report(played_ms / 1000, now)
        return self._delivery.heard("".join(self._typed), now)

    def is_playing(self, now: float) -> bool:
        """Whether the listener has sound that it has not heard."""
        return self._delivery.clock.ahead_s(now) > 0

    @property
    def is_over(self) -> bool:
        """Whether `UtteranceFinished` has been handed out, or waits as the last event."""
        return self._is_over

    @property
    def buffered_chars(self) -> int:
        """How many characters have been taken and are on no worker yet."""
        return self._queue.waiting_chars + self._splitter.pending_chars

    # ------------------------------------------------------------------ what the scheduler asks

    @property
    def waiting_backend(self) -> str | None:
        """The backend that the next segment to render wants; None when none waits."""
        first = self._queue.first
        return None if first is None else first.segment.backend

    @property
    def wants_render(self) -> bool:
        """Whether a segment waits and there is room for its audio."""
        has_room = self._delivery.waiting_bytes < self._limits.unsent_bytes
        return bool(self._queue) and not self._is_paused and has_room

    def deadline(self, now: float) -> float:
        """When the listener falls silent unless the next waiting segment is rendered."""
        silent_at = self._delivery.clock.silent_at()
        if silent_at is None:
            first = self._queue.first
            silent_at = self._opened_at if first is None else first.found_at
            if self._predecessor is not None and not self._predecessor.is_over:
                silent_at = max(silent_at, self._predecessor.deadline(now))
        return silent_at + self._delivery.waiting_bytes / BYTES_PER_SECOND + self._queue.expected_s()

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

    # ------------------------------------------------------------------ text

    def _on_text(self, event: PushText, now: float) -> None:
        if self._is_ending:
            return
        buffered = self.buffered_chars
        if buffered + len(event.text) > self._limits.buffered_chars:
            raise TooMuch(
                f"{buffered} characters wait to be spoken, and at most {self._limits.buffered_chars} may; "
                "send the next text later",
                code="text_overflow",
            )
        self._typed.append(event.text)
        self._pause.token(now)
        committed = self._splitter.feed(event.text)
        if committed:
            self._commit(committed, now)
        self._speculate(now)

    def _on_flush(self, event: FlushText, now: float) -> None:
        self._commit(self._splitter.flush(), now)
        self._release_short(now)
        self._drop_likely()
        self._delivery.mark(event.id)

    def _on_end(self, _event: EndText, now: float) -> None:
        if not self._is_ending:
            self._commit(self._splitter.finish(), now)
            self._release_short(now)
            self._drop_likely()
            self._is_ending = True

    def _on_configure(self, event: Configure, now: float) -> None:
        self._pause.set_max_wait(event.settings.max_wait_ms)
        if not event.settings.renders_like(self.settings):
            self._drop_likely()
        self.settings = event.settings
        self._speculate(now)

    def _commit(self, pieces: list[Piece], now: float) -> None:
        for piece in pieces:
            for ready in self._merger.add(piece, **self._segment_chars()):
                self._speak(ready, now)

    def _segment_chars(self) -> dict[str, int]:
        return {"min_chars": self.settings.min_segment_chars, "max_chars": self.settings.max_segment_chars}

    def _release_short(self, now: float) -> None:
        for piece in self._merger.release():
            self._speak(piece, now)

    def _speak(self, piece: Piece, now: float) -> None:
        """A piece that is certain: what was rendered at its mark is released, else it is rendered now."""
        likely = self._likely
        if likely is not None and likely.covers(piece):
            self._likely = None
            self._make_certain(likely, now)
            return
        self._drop_likely()
        pending = self._open(piece, now)
        if pending is not None:
            self._make_certain(pending, now)

    def _speculate(self, now: float) -> None:
        """Render what looks like a sentence; its audio is held until the splitter commits it."""
        piece = self._splitter.provisional
        if piece is not None:
            piece = self._merger.preview(piece, **self._segment_chars())
        if self._likely is not None:
            if piece is not None and self._likely.covers(piece):
                return
            self._drop_likely()
        if piece is not None:
            self._likely = self._open(piece, now)

    def _open(self, piece: Piece, now: float) -> PendingSegment | None:
        pending = new_segment(self._opened_sentences, piece, self.settings, now)
        if not pending.segment.text:
            return None
        if pending.spoken.dropped_tags:
            tags = ", ".join(pending.spoken.dropped_tags)
            pending.notices.append(
                SpeechWarning("tag_dropped", f"the backend {self.settings.backend} does not know {tags}")
            )
        self._opened_sentences += 1
        self._delivery.open(pending)
        self._queue.add(pending)
        return pending

    def _make_certain(self, pending: PendingSegment, now: float) -> None:
        self._queue.make_certain(pending, now)
        self._spoken_sentences += 1
        for notice in pending.notices:
            self._notes.append(UtteranceWarning(notice.code, notice.message, pending.index))
        if pending.phase is not SegmentPhase.WAITING:
            self._announce(pending)

    def _announce(self, pending: PendingSegment) -> None:
        piece = pending.piece
        chars = (piece.start, piece.end)
        self._notes.append(SentenceDispatched(pending.index, piece.text, chars, self._queue.certain_waiting))

    def _drop_likely(self) -> None:
        likely, self._likely = self._likely, None
        if likely is not None:
            self._opened_sentences -= 1
            self._delivery.drop(likely)
            self._forget(likely)

    def _forget(self, pending: PendingSegment) -> None:
        if self._queue.forget(pending):
            self._stopped.append(pending)

    # ------------------------------------------------------------------ renders

    def _on_sounded(self, event: RenderedAudio, now: float) -> None:
        pending = event.pending
        if pending not in self._delivery or not event.pcm:
            return
        self._release_marks(pending)
        if pending.first_audio_at is None:
            pending.first_audio_at = now
        self._delivery.add_audio(pending, event.pcm)

    def _on_marked(self, event: RenderedWord, _now: float) -> None:
        event.pending.marks.append(event.mark)

    def _release_marks(self, pending: PendingSegment) -> None:
        if pending.settings.word_times and len(pending.marks) > pending.told_marks:
            self._delivery.add_marks(pending, pending.typed_marks(pending.told_marks))
            pending.told_marks = len(pending.marks)

    def _on_noticed(self, event: RenderWarning, _now: float) -> None:
        pending = event.pending
        if pending.certain_at is None:
            pending.notices.append(event.notice)
        elif pending in self._delivery:
            self._notes.append(UtteranceWarning(event.notice.code, event.notice.message, pending.index))

    def _on_rendered(self, event: RenderCompleted, now: float) -> None:
        if event.pending.settings.word_times:
            event.pending.estimate_marks()
        self._release_marks(event.pending)
        self._queue.end(event.pending, SegmentPhase.RENDERED, now)
        self._delivery.close(event.pending)

    def _on_failed(self, event: RenderFailed, now: float) -> None:
        event.pending.failure = (event.code, event.message)
        self._queue.end(event.pending, SegmentPhase.FAILED, now)
        self._delivery.close(event.pending)

    def _on_redirected(self, event: RenderRedirected, now: float) -> None:
        if event.pending in self._delivery:
            self._on_noticed(RenderWarning(event.pending, event.notice), now)
            event.pending.segment = event.segment
            self._queue.again(event.pending)

    # ------------------------------------------------------------------ playback and barge-in

    def _on_pause(self, _event: PauseDelivery, now: float) -> None:
        self._is_paused = True
        self._delivery.clock.pause(now)

    def _on_resume(self, _event: ResumeDelivery, now: float) -> None:
        self._is_paused = False
        self._delivery.clock.resume(now)

    def _on_played(self, event: ReportPlayed, now: float) -> None:
        self._delivery.clock.report(event.played_ms / 1000, now)

    def _on_cancel(self, event: CancelUtterance, now: float) -> None:
        heard = self.heard(now, event.played_ms)
        for pending in self._delivery.clear():
            self._forget(pending)
        self._notes.clear()
        self._notes.append(heard)
        self._notes.append(self._finish(event.reason))

    def _finish(self, reason: FinishReason) -> UtteranceFinished:
        self._is_over = True
        if self._opened_sentences and not self._spoken_sentences and reason is FinishReason.COMPLETE:
            reason = FinishReason.FAILED
        audio_ms = self._delivery.taken_bytes / BYTES_PER_SECOND * 1000
        characters = sum(map(len, self._typed))
        return UtteranceFinished(reason, audio_ms, characters, self._spoken_sentences)

    _HANDLERS: ClassVar[dict[type[UtteranceInput], Callable[[Utterance, Any, float], None]]] = {
        PushText: _on_text,
        FlushText: _on_flush,
        EndText: _on_end,
        Configure: _on_configure,
        RenderedAudio: _on_sounded,
        RenderedWord: _on_marked,
        RenderWarning: _on_noticed,
        RenderCompleted: _on_rendered,
        RenderFailed: _on_failed,
        RenderRedirected: _on_redirected,
        PauseDelivery: _on_pause,
        ResumeDelivery: _on_resume,
        ReportPlayed: _on_played,
        CancelUtterance: _on_cancel,
    }
