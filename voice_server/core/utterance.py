"""One utterance: tokens in, ordered events out, whatever happens to the renders in between.

    Text ──► splitter ──► pieces ──► pending segments ──► (scheduler, worker) ──► lanes ──► take()

The core decides and never waits. `receive` takes what happened, `take_actions` returns the renders that the
shell has to stop, `take` hands out the next event for the listener, `next_deadline` and `tick` serve the pause
timer. A segment whose end is only likely is rendered at once and its audio held; the piece that the splitter
commits releases it, anything else drops it.

Laws kept here: the same text gives the same sentences however it is cut; the audio is the segments' audio in
order; exactly one `Finished`, and nothing after it; after `Cancel` nothing but `Heard` and `Finished`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any, Final

from voice_server.core.events import (
    Audio,
    Event,
    Finished,
    Flushed,
    Generating,
    Heard,
    Reason,
    SentenceEnded,
    SentenceFailed,
    SentenceStarted,
    Warned,
    Words,
)
from voice_server.core.ordering import Reorder
from voice_server.core.pacing import PlayClock, SpokenPart, heard_until
from voice_server.core.segments import Limits, PendingSegment, Phase, SpeechSettings, new_segment
from voice_server.core.text.pause import PauseTimer
from voice_server.core.text.splitter import Piece, Splitter, SplitterOptions
from voice_server.core.types import BYTES_PER_SAMPLE, SAMPLE_RATE_HZ, Notice, Segment, WordMark
from voice_server.core.utterance_inputs import (
    Cancel,
    Configure,
    Dispatched,
    End,
    Failed,
    Flush,
    Input,
    Marked,
    Noticed,
    Pause,
    Played,
    Redirected,
    Rendered,
    Resume,
    Sounded,
    Text,
)
from voice_server.errors import TooMuch

_BYTES_PER_SECOND: Final = SAMPLE_RATE_HZ * BYTES_PER_SAMPLE
_HEARD_HORIZON_S: Final = 60.0  # delivered parts this far behind the play head are certainly heard


class _FlushMark:
    """A lane of its own: tells the listener that everything before it was handed over."""

    def __init__(self, flush_id: int | str | None) -> None:
        self.id = flush_id


_Lane = PendingSegment | _FlushMark
_Item = bytes | tuple[WordMark, ...]


class Utterance:
    """Everything spoken for one run of tokens."""

    def __init__(
        self,
        settings: SpeechSettings,
        limits: Limits,
        now: float,
        *,
        predecessor: Utterance | None = None,
    ) -> None:
        self.settings = settings
        self._limits = limits
        self._opened_at = now
        self._predecessor = predecessor
        self._splitter = Splitter(
            SplitterOptions(
                language=settings.language,
                first_piece=settings.first_segment,
                soft_cap=min(220, settings.max_segment_chars),
                hard_cap=settings.max_segment_chars,
            )
        )
        self._pause = PauseTimer(max_wait_ms=settings.max_wait_ms)
        self._typed: list[str] = []
        self._ending = False
        self._paused = False
        self._over = False

        self._likely: PendingSegment | None = None
        self._to_render: deque[PendingSegment] = deque()
        self._rendering: set[PendingSegment] = set()
        self._stopped: list[PendingSegment] = []

        self._notes: deque[Event] = deque()
        self._lanes: Reorder[_Lane, _Item] = Reorder()
        self._waiting_chars = 0
        self._certain_waiting = 0
        self._waiting_bytes = 0
        self._taken_bytes = 0
        self._sentences = 0
        self._spoken_sentences = 0
        self._clock = PlayClock()
        self._parts: deque[SpokenPart] = deque()

    # ------------------------------------------------------------------ what the shell calls

    def receive(self, event: Input, now: float) -> None:
        """Take what happened. Raises TooMuch for text beyond the limit, and then the text was not taken."""
        if not self._over:
            _HANDLERS[type(event)](self, event, now)

    def take_actions(self) -> list[PendingSegment]:
        """The segments whose renders must be stopped."""
        stopped, self._stopped = self._stopped, []
        return stopped

    def next_deadline(self) -> float | None:
        """When `tick` wants to be called; None while nothing is timed."""
        if self._ending or self._paused or self._over or not self._splitter.pending_chars:
            return None
        return self._pause.deadline(self._splitter.end_strength)

    def tick(self, now: float) -> None:
        """The pause timer: speak a finished sentence although no further token has come."""
        deadline = self.next_deadline()
        if deadline is not None and now >= deadline:
            self._commit(self._splitter.flush_if_complete(weak=self._splitter.end_strength == "weak"), now)
            self._speculate(now)

    def take(self, now: float) -> Event | None:
        """The next event for the listener, or None until something happens."""
        if self._notes:
            return self._notes.popleft()
        if self._over or self._paused:
            return None
        while (head := self._lanes.head) is not None:
            if isinstance(head, _FlushMark):
                self._lanes.advance()
                return Flushed(head.id)
            if head.certain_at is None:
                return None
            event = self._take_from(head, now)
            if event is not None or self._lanes.head is head:
                return event
        if self._ending:
            return self._finish(Reason.COMPLETE)
        return None

    @property
    def is_over(self) -> bool:
        """Whether `Finished` has been handed out, or waits as the last note."""
        return self._over

    # ------------------------------------------------------------------ what the scheduler asks

    @property
    def waiting_backend(self) -> str | None:
        """The backend that the next segment to render wants; None when none waits."""
        return self._to_render[0].segment.backend if self._to_render else None

    @property
    def wants_render(self) -> bool:
        """Whether a segment waits and there is room for its audio."""
        return bool(self._to_render) and not self._paused and self._waiting_bytes < self._limits.unsent_bytes

    def deadline(self, now: float) -> float:
        """When the listener falls silent unless the next waiting segment is rendered."""
        silent_at = self._clock.silent_at()
        if silent_at is None:
            silent_at = self._to_render[0].found_at if self._to_render else self._opened_at
            if self._predecessor is not None and not self._predecessor.is_over:
                silent_at = max(silent_at, self._predecessor.deadline(now))
        return silent_at + self._waiting_bytes / _BYTES_PER_SECOND + self._expected_s()

    def is_far_ahead(self, now: float) -> bool:
        """Whether the listener has sound for longer than it asked to have in store."""
        return self.deadline(now) - now > self.settings.ahead_s

    def dispatch(self, now: float) -> PendingSegment:
        """Take the next segment to render; the caller gives it to a worker."""
        pending = self._to_render.popleft()
        self.receive(Dispatched(pending), now)
        return pending

    def _expected_s(self) -> float:
        return sum(
            max(0.0, pending.expected_s - pending.rendered_bytes / _BYTES_PER_SECOND)
            for pending in self._rendering
        )

    # ------------------------------------------------------------------ text

    def _on_text(self, event: Text, now: float) -> None:
        if self._ending:
            return
        buffered = self._waiting_chars + self._splitter.pending_chars
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

    def _on_flush(self, event: Flush, now: float) -> None:
        self._commit(self._splitter.flush(), now)
        self._speculate(now)
        self._lanes.open(mark := _FlushMark(event.id))
        self._lanes.close(mark)

    def _on_end(self, _event: End, now: float) -> None:
        if not self._ending:
            self._commit(self._splitter.finish(), now)
            self._drop_likely()
            self._ending = True

    def _on_configure(self, event: Configure, _now: float) -> None:
        if event.settings.max_wait_ms != self.settings.max_wait_ms:
            self._pause = PauseTimer(max_wait_ms=event.settings.max_wait_ms)
        self.settings = event.settings

    def _commit(self, pieces: list[Piece], now: float) -> None:
        for piece in pieces:
            likely = self._likely
            if likely is not None and (likely.piece.start, likely.piece.end) == (piece.start, piece.end):
                self._likely = None
                self._make_certain(likely, now)
                continue
            self._drop_likely()
            pending = self._open(piece, now)
            if pending is not None:
                self._make_certain(pending, now)

    def _speculate(self, now: float) -> None:
        piece = self._splitter.provisional
        likely = self._likely
        if likely is not None:
            if piece is not None and (likely.piece.start, likely.piece.end) == (piece.start, piece.end):
                return
            self._drop_likely()
        if piece is not None:
            self._likely = self._open(piece, now)

    def _open(self, piece: Piece, now: float) -> PendingSegment | None:
        pending = new_segment(self._sentences, piece, self.settings, now)
        if pending.spoken.dropped_tags:
            tags = ", ".join(pending.spoken.dropped_tags)
            pending.notices.append(
                Notice("tag_dropped", f"the backend {self.settings.backend} does not know {tags}")
            )
        if not pending.segment.text:
            self._notes.extend(Warned(notice.code, notice.message) for notice in pending.notices)
            return None
        self._sentences += 1
        self._lanes.open(pending)
        self._to_render.append(pending)
        self._join_queue(pending)
        return pending

    def _join_queue(self, pending: PendingSegment) -> None:
        self._waiting_chars += len(pending.piece.text)
        self._certain_waiting += pending.certain_at is not None

    def _leave_queue(self, pending: PendingSegment) -> None:
        self._waiting_chars -= len(pending.piece.text)
        self._certain_waiting -= pending.certain_at is not None

    def _make_certain(self, pending: PendingSegment, now: float) -> None:
        pending.certain_at = now
        self._spoken_sentences += 1
        for notice in pending.notices:
            self._notes.append(Warned(notice.code, notice.message, pending.index))
        if pending.phase is Phase.WAITING:
            self._certain_waiting += 1
        else:
            self._announce(pending)

    def _announce(self, pending: PendingSegment) -> None:
        piece = pending.piece
        self._notes.append(Generating(pending.index, piece.text, (piece.start, piece.end), self._certain_waiting))

    def _drop_likely(self) -> None:
        likely, self._likely = self._likely, None
        if likely is not None:
            self._sentences -= 1
            self._forget(likely)

    def _forget(self, pending: PendingSegment) -> None:
        dropped = self._lanes.drop(pending)
        self._waiting_bytes -= sum(len(item) for item in dropped if isinstance(item, bytes))
        if pending.phase is Phase.WAITING:
            self._to_render.remove(pending)
            self._leave_queue(pending)
        elif pending.phase is Phase.RENDERING:
            self._rendering.discard(pending)
            self._stopped.append(pending)

    # ------------------------------------------------------------------ renders

    def _on_dispatched(self, event: Dispatched, now: float) -> None:
        pending = event.pending
        pending.phase = Phase.RENDERING
        pending.begun_at = now
        self._rendering.add(pending)
        self._leave_queue(pending)
        if pending.certain_at is not None:
            self._announce(pending)

    def _on_sounded(self, event: Sounded, now: float) -> None:
        pending = event.pending
        if pending not in self._lanes or not event.pcm:
            return
        self._release_marks(pending)
        if pending.first_audio_at is None:
            pending.first_audio_at = now
        pending.rendered_bytes += len(event.pcm)
        self._waiting_bytes += len(event.pcm)
        self._lanes.put(pending, event.pcm)

    def _on_marked(self, event: Marked, _now: float) -> None:
        event.pending.add_mark(event.mark)

    def _release_marks(self, pending: PendingSegment) -> None:
        if pending.settings.word_times and pending.fresh_marks:
            self._lanes.put(pending, tuple(pending.fresh_marks))
        pending.fresh_marks.clear()

    def _on_noticed(self, event: Noticed, _now: float) -> None:
        pending = event.pending
        if pending.certain_at is None:
            pending.notices.append(event.notice)
        elif pending in self._lanes:
            self._notes.append(Warned(event.notice.code, event.notice.message, pending.index))

    def _on_rendered(self, event: Rendered, now: float) -> None:
        pending = event.pending
        self._release_marks(pending)
        self._end_render(pending, Phase.RENDERED, now)

    def _on_failed(self, event: Failed, now: float) -> None:
        event.pending.failure = (event.code, event.message)
        self._end_render(event.pending, Phase.FAILED, now)

    def _end_render(self, pending: PendingSegment, phase: Phase, now: float) -> None:
        pending.phase = phase
        pending.ended_at = now
        self._rendering.discard(pending)
        self._lanes.close(pending)

    def _on_redirected(self, event: Redirected, now: float) -> None:
        pending = event.pending
        if pending in self._lanes:
            self._on_noticed(Noticed(pending, event.notice), now)
            self._rendering.discard(pending)
            pending.segment = event.segment
            pending.phase = Phase.WAITING
            self._to_render.appendleft(pending)
            self._join_queue(pending)

    # ------------------------------------------------------------------ the listener

    def _take_from(self, head: PendingSegment, now: float) -> Event | None:
        if not head.started and (self._lanes.peek() is not None or self._completes_quietly(head)):
            head.started = True
            head.start_s = self._taken_bytes / _BYTES_PER_SECOND
            return head.started_event()
        item = self._lanes.take()
        if isinstance(item, bytes):
            return self._deliver(head, item, now)
        if item is not None:
            return Words(head.index, item, head.times_source)
        if self._lanes.head_is_complete:
            self._lanes.advance()
            return self._close_sentence(head, now)
        return None

    def _completes_quietly(self, head: PendingSegment) -> bool:
        return self._lanes.head_is_complete and head.failure is None

    def _deliver(self, head: PendingSegment, pcm: bytes, now: float) -> Audio:
        self._waiting_bytes -= len(pcm)
        self._taken_bytes += len(pcm)
        gap_s = self._clock.deliver(len(pcm) / _BYTES_PER_SECOND, now)
        head.gap_s += gap_s
        return Audio(head.index, pcm)

    def _close_sentence(self, head: PendingSegment, now: float) -> Event:
        self._parts.append(head.spoken_part())
        position_s = self._clock.position_s(now)
        while self._parts[0].start_s + self._parts[0].audio_s < position_s - _HEARD_HORIZON_S:
            self._parts.popleft()
        if head.failure is not None:
            self._spoken_sentences -= 1
            return SentenceFailed(head.index, *head.failure)
        return head.ended_event()

    def _finish(self, reason: Reason) -> Finished:
        self._over = True
        if self._sentences and not self._spoken_sentences and reason is Reason.COMPLETE:
            reason = Reason.FAILED
        audio_ms = self._taken_bytes / _BYTES_PER_SECOND * 1000
        characters = sum(map(len, self._typed))
        return Finished(reason, audio_ms, characters, self._spoken_sentences)

    # ------------------------------------------------------------------ playback and barge-in

    def _on_pause(self, _event: Pause, now: float) -> None:
        self._paused = True
        self._clock.pause(now)

    def _on_resume(self, _event: Resume, now: float) -> None:
        self._paused = False
        self._clock.resume(now)

    def _on_played(self, event: Played, now: float) -> None:
        self._clock.report(event.played_ms / 1000, now)

    def _on_cancel(self, event: Cancel, now: float) -> None:
        if event.played_ms is not None:
            self._clock.report(event.played_ms / 1000, now)
        heard = self._heard(now)
        for lane in list(self._lanes):
            if isinstance(lane, PendingSegment):
                self._forget(lane)
        self._lanes.clear()
        self._notes.clear()
        self._notes.append(heard)
        self._notes.append(self._finish(event.reason))

    def _heard(self, now: float) -> Heard:
        parts = list(self._parts)
        head = self._lanes.head
        if isinstance(head, PendingSegment) and head.started:
            parts.append(head.spoken_part())
        position_s = self._clock.position_s(now)
        typed = "".join(self._typed)
        offset = heard_until(parts, position_s)
        unplayed_s = self._clock.ahead_s(now) + self._waiting_bytes / _BYTES_PER_SECOND
        return Heard(typed[:offset], typed[offset:], unplayed_s * 1000)


_HANDLERS: dict[type[Input], Callable[[Utterance, Any, float], None]] = {
    Text: Utterance._on_text,
    Flush: Utterance._on_flush,
    End: Utterance._on_end,
    Configure: Utterance._on_configure,
    Dispatched: Utterance._on_dispatched,
    Sounded: Utterance._on_sounded,
    Marked: Utterance._on_marked,
    Noticed: Utterance._on_noticed,
    Rendered: Utterance._on_rendered,
    Failed: Utterance._on_failed,
    Redirected: Utterance._on_redirected,
    Pause: Utterance._on_pause,
    Resume: Utterance._on_resume,
    Played: Utterance._on_played,
    Cancel: Utterance._on_cancel,
}
