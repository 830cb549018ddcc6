"""Segments wait, render, and are counted on the way."""

from __future__ import annotations

import pytest

from tests.core.speech.rendering import SETTINGS
from voice_server.core.speech.render_queue import RenderQueue
from voice_server.core.speech.segments import PendingSegment, SegmentPhase, new_segments
from voice_server.core.text.splitting.splitter import Piece


def waiting(queue: RenderQueue, text: str, *, certain: bool = True) -> PendingSegment:
    (pending,) = new_segments(0, Piece(text, 0, len(text), "", "en"), SETTINGS, 0.0)
    pending.certain_at = 0.0 if certain else None
    queue.add(pending)
    return pending


def test_segments_leave_in_the_order_in_which_they_came() -> None:
    queue = RenderQueue()
    first, second = waiting(queue, "One is here."), waiting(queue, "Two is here, too.")
    assert queue.first is first
    assert (queue.waiting_chars, queue.certain_waiting) == (29, 2)
    assert [queue.begin(1.0), queue.begin(2.0)] == [first, second]
    assert (first.phase, first.begun_at) == (SegmentPhase.RENDERING, 1.0)
    assert (queue.waiting_chars, queue.certain_waiting, bool(queue)) == (0, 0, False)


def test_a_likely_sentence_counts_once_it_is_certain() -> None:
    queue = RenderQueue()
    pending = waiting(queue, "One is here.", certain=False)
    assert queue.certain_waiting == 0
    queue.make_certain(pending, 1.0)
    assert queue.certain_waiting == 1
    queue.begin(2.0)
    other = waiting(queue, "Two is here.", certain=False)
    queue.begin(2.0)
    queue.make_certain(other, 3.0)
    assert queue.certain_waiting == 0


def test_only_a_segment_that_a_worker_has_must_be_stopped() -> None:
    queue = RenderQueue()
    first, second = waiting(queue, "One is here."), waiting(queue, "Two is here.")
    queue.begin(0.0)
    assert queue.discard(first)
    assert not queue.discard(first)
    assert not queue.discard(second)
    assert queue.waiting_chars == 0


def test_a_segment_that_is_rendered_again_comes_before_all_others() -> None:
    queue = RenderQueue()
    first = waiting(queue, "One is here.")
    waiting(queue, "Two is here.")
    queue.begin(0.0)
    queue.requeue(first)
    assert queue.first is first
    assert queue.certain_waiting == 2


def test_the_audio_to_expect_shrinks_as_it_comes() -> None:
    queue = RenderQueue()
    pending = waiting(queue, "a" * 30)
    assert queue.expected_s() == 0.0
    queue.begin(0.0)
    assert queue.expected_s() == pytest.approx(2.0)
    pending.rendered_bytes = 48_000
    assert queue.expected_s() == pytest.approx(1.0)
    queue.end(pending, SegmentPhase.RENDERED, 1.0)
    assert (queue.expected_s(), pending.ended_at) == (0.0, 1.0)
