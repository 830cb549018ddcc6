"""Joining attempts: nothing repeated, nothing left out, no jump where an engine does not repeat itself."""

from __future__ import annotations

import struct
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from voice_server.core.types import Frame, WordMark
from voice_server.pool.continuation import SEAM_MS, Continuation

RATE_HZ = 1000
WHOLE = bytes(range(200)) * 2
CUTS = st.lists(st.integers(0, len(WHOLE) // 2).map(lambda sample: 2 * sample), max_size=6)


def deliver(continuation: Continuation, pcm: bytes, cuts: list[int], upto: int | None = None) -> bytes:
    """Send `pcm` in frames that end at `cuts`, no frame beyond `upto`; return what was passed on."""
    edges = sorted({0, *cuts, len(pcm)})
    passed = b""
    for start, end in pairwise(edges):
        if upto is None or end <= upto:
            frame = continuation.accept(Frame(pcm[start:end], RATE_HZ))
            passed += frame.pcm if frame is not None else b""
    return passed


def steps_of(pcm: bytes) -> list[int]:
    samples = struct.unpack(f"<{len(pcm) // 2}h", pcm)
    return [abs(later - earlier) for earlier, later in pairwise(samples)]


@given(st.lists(st.tuples(CUTS, st.integers(0, len(WHOLE))), max_size=4), CUTS)
def test_an_engine_that_repeats_itself_is_heard_once_whatever_was_lost_and_however_it_is_cut(
    attempts: list[tuple[list[int], int]], cuts: list[int]
) -> None:
    continuation = Continuation()
    heard = b""
    for cuts_of_attempt, lost_after in attempts:
        heard += deliver(continuation, WHOLE, cuts_of_attempt, lost_after)
        continuation.retry()
    heard += deliver(continuation, WHOLE, cuts)
    assert heard == WHOLE
    assert not continuation.has_seam


@given(CUTS, st.integers(1, 199).map(lambda sample: 2 * sample), st.integers(-30_000, 30_000))
def test_another_take_goes_on_where_the_first_one_ended_without_a_jump(
    cuts: list[int], lost: int, level: int
) -> None:
    first, second = struct.pack("<h", 1000) * 200, struct.pack("<h", level) * 200
    continuation = Continuation()
    heard = deliver(continuation, first, [lost], lost)
    continuation.retry()
    heard += deliver(continuation, second, cuts)
    assert len(heard) == len(second)
    assert continuation.has_seam is (level != 1000)
    assert max(steps_of(heard), default=0) <= abs(level - 1000) / SEAM_MS + 1


def test_a_frame_that_is_new_is_passed_on_as_it_is() -> None:
    frame = Frame(WHOLE, RATE_HZ)
    assert Continuation().accept(frame) is frame


def test_a_take_that_is_shorter_than_what_was_heard_adds_nothing() -> None:
    continuation = Continuation()
    assert deliver(continuation, WHOLE, []) == WHOLE
    continuation.retry()
    assert deliver(continuation, WHOLE[:100], []) == b""


def test_a_word_is_told_once_although_two_attempts_tell_it() -> None:
    continuation = Continuation()
    here, there = WordMark("so", 0.0, 9.0, 0, 2), WordMark("so", 9.0, 18.0, 3, 5)
    assert [continuation.is_new(mark) for mark in (here, there)] == [True, True]
    continuation.retry()
    assert [continuation.is_new(mark) for mark in (here, there)] == [False, False]
