"""Pieces become frames: nothing lost, the first at once, and never so late that the listener runs dry."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from voice_server.worker.frame_merger import MAX_FRAME_BYTES, FrameMerger

RATE_HZ = 10_000
BYTES_PER_S = 2 * RATE_HZ
PIECES = st.lists(st.tuples(st.integers(1, 40_000).map(lambda n: 2 * n), st.floats(0, 3)), max_size=30)


def audio(size: int, seed: int = 0) -> bytes:
    return bytes([seed % 256]) * size


@given(PIECES)
def test_the_frames_are_the_pieces_joined_and_none_is_too_large(pieces: list[tuple[int, float]]) -> None:
    merger, now = FrameMerger(RATE_HZ), 0.0
    sent, given = [], []
    for seed, (size, pause) in enumerate(pieces):
        now += pause
        given.append(audio(size, seed))
        sent += merger.add(given[-1], now)
    sent += merger.flush()
    assert b"".join(sent) == b"".join(given)
    assert all(0 < len(frame) <= MAX_FRAME_BYTES and len(frame) % 2 == 0 for frame in sent)


def test_the_first_piece_leaves_at_once() -> None:
    assert FrameMerger(RATE_HZ).add(audio(40), 100.0) == [audio(40)]


def test_the_pieces_of_a_fast_engine_travel_together() -> None:
    merger = FrameMerger(RATE_HZ)
    merger.add(audio(BYTES_PER_S), 0.0)
    for step in range(1, 9):
        assert merger.add(audio(1000), step / 100) == []
    assert len(merger.flush()) == 1


def test_the_pieces_of_a_slow_engine_travel_alone() -> None:
    merger = FrameMerger(RATE_HZ)
    for step in range(5):
        assert merger.add(audio(BYTES_PER_S // 10), step * 0.09) != []


@given(st.floats(0.001, 0.5), st.lists(st.floats(0.01, 0.4), min_size=1, max_size=60))
def test_what_is_held_is_sent_while_half_of_what_was_sent_is_unplayed(
    pause: float, lengths: list[float]
) -> None:
    merger, sent_s = FrameMerger(RATE_HZ), 0.0
    for step, length in enumerate(lengths):
        held = not (frames := merger.add(audio(2 * int(length * RATE_HZ)), step * pause))
        if held:
            assert (step + 1) * pause <= sent_s / 2 + 1e-9
        sent_s += sum(map(len, frames)) / BYTES_PER_S


def test_a_long_piece_is_cut_into_frames_of_the_largest_size() -> None:
    frames = FrameMerger(RATE_HZ).add(audio(2 * MAX_FRAME_BYTES + 10), 0.0)
    assert [len(frame) for frame in frames] == [MAX_FRAME_BYTES, MAX_FRAME_BYTES, 10]


def test_nothing_held_is_no_frame() -> None:
    assert FrameMerger(RATE_HZ).flush() == []


def test_a_listener_with_sound_to_spare_gets_its_first_frame_when_half_of_that_is_played() -> None:
    merger = FrameMerger(RATE_HZ, spare_s=2.0, began_at=100.0)
    for step in range(1, 9):
        assert merger.add(audio(1000), 100 + step / 10) == []
    assert merger.add(audio(1000), 101.0) == [audio(9000)]


def test_spare_sound_that_was_used_up_counts_no_more() -> None:
    slow, at_once = FrameMerger(RATE_HZ, spare_s=2.0, began_at=100.0), FrameMerger(RATE_HZ)
    for merger, now in ((slow, 105.0), (at_once, 5.0)):
        assert merger.add(audio(BYTES_PER_S), now) == [audio(BYTES_PER_S)]
        assert merger.add(audio(1000), now + 0.1) == []


@given(st.floats(0, 3), PIECES)
def test_nothing_is_lost_however_much_there_is_to_spare(
    spare_s: float, pieces: list[tuple[int, float]]
) -> None:
    merger, now = FrameMerger(RATE_HZ, spare_s=spare_s), 0.0
    sent, given = [], []
    for seed, (size, pause) in enumerate(pieces):
        now += pause
        given.append(audio(size, seed))
        sent += merger.add(given[-1], now)
    assert b"".join(sent + merger.flush()) == b"".join(given)
