from __future__ import annotations

import threading
from array import array

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice_server.playback.buffer import PlayBuffer

RATE = 8_000  # 16 bytes a millisecond


@given(st.lists(st.integers(0, 40)), st.lists(st.integers(1, 50), max_size=30))
def test_what_is_read_is_what_was_written_with_silence_behind(writes: list[int], reads: list[int]) -> None:
    buffer = PlayBuffer(RATE)
    written = b""
    for number, samples in enumerate(writes):
        piece = bytes([number % 255 + 1]) * 2 * samples
        buffer.write(piece)
        written += piece
    heard = b"".join(buffer.read(2 * n) for n in reads)
    assert heard == (written + bytes(len(heard)))[: len(heard)]
    assert buffer.clear() == max(0, len(written) - len(heard)) / 16


def test_the_position_counts_sound_and_not_silence() -> None:
    buffer = PlayBuffer(RATE)
    buffer.read(160)
    buffer.write(b"\1" * 160)
    buffer.read(80)
    assert buffer.played_ms == 5
    buffer.read(320)
    assert buffer.played_ms == 10


def test_the_position_lies_behind_by_what_the_device_holds() -> None:
    buffer = PlayBuffer(RATE, device_ms=20)
    buffer.write(b"\1" * 16 * 30)
    positions = []
    for _ in range(6):
        buffer.read(160)
        positions.append(buffer.played_ms)
    assert positions == [0, 0, 10, 20, 30, 30]


def test_heard_means_that_the_device_has_played_it_too() -> None:
    buffer = PlayBuffer(RATE, device_ms=20)
    buffer.write(b"\1" * 160)
    buffer.read(160)
    assert not buffer.wait_until_heard(0)
    buffer.read(320)
    assert buffer.wait_until_heard(0)


def test_clearing_drops_what_was_not_read_and_says_how_much() -> None:
    buffer = PlayBuffer(RATE)
    buffer.write(b"\1" * 320)
    buffer.read(80)
    assert buffer.clear() == 15
    assert buffer.read(80) != bytes(80)
    assert buffer.read(16) == bytes(16)
    assert buffer.played_ms == 10  # with the fade


def test_what_is_cut_fades_out_within_five_milliseconds() -> None:
    buffer = PlayBuffer(RATE)
    for _ in range(30):  # the fade lies across pieces
        buffer.write(array("h", [4000] * 3).tobytes())
    buffer.read(2 * 8)
    buffer.clear()
    levels = array("h", buffer.read(2 * 50)).tolist()
    assert levels[:40] == [100 * left for left in range(39, -1, -1)]
    assert levels[40:] == [0] * 10


def test_clearing_what_is_all_read_leaves_silence() -> None:
    buffer = PlayBuffer(RATE)
    buffer.write(b"\1" * 80)
    buffer.read(80)
    assert buffer.clear() == 0
    assert buffer.read(80) == bytes(80)


def test_half_a_sample_is_refused() -> None:
    with pytest.raises(ValueError, match="even number"):
        PlayBuffer(RATE).write(b"abc")


def test_a_writer_waits_while_a_minute_is_pending() -> None:
    buffer = PlayBuffer(RATE)
    buffer.write(bytes(16 * 60_000))
    wrote = threading.Event()

    def write() -> None:
        buffer.write(b"\1\1")
        wrote.set()

    writer = threading.Thread(target=write)
    writer.start()
    assert not wrote.is_set()
    buffer.read(2)
    writer.join()
    assert wrote.is_set()
    assert buffer.clear() == 60_000


def test_closing_lets_everybody_go_and_takes_nothing_more() -> None:
    buffer = PlayBuffer(RATE, device_ms=20)
    buffer.write(bytes(16 * 60_000))
    waiting = [
        threading.Thread(target=lambda: buffer.write(b"\1\1")),
        threading.Thread(target=buffer.wait_until_heard),
    ]
    for thread in waiting:
        thread.start()
    buffer.close()
    for thread in waiting:
        thread.join()
    buffer.write(b"\1\1")
    assert buffer.clear() == 60_000
