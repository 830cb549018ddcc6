"""The silence at the edges of a render goes, its sound and its inner pauses stay, and nothing clicks."""

from __future__ import annotations

import math
import struct
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice_server.worker.edge_trimmer import EdgeTrimmer

RATE_HZ = 8000
BLOCK = RATE_HZ // 200
LEAD, TAIL = 2 * BLOCK, 4 * BLOCK
"""What is kept of the silence at a cut."""
LIMIT = 600 * BLOCK
"""A longer silence is kept."""


def packed(levels: list[int]) -> bytes:
    return struct.pack(f"<{len(levels)}h", *levels)


def unpacked(pcm: bytes) -> list[int]:
    return list(struct.unpack(f"<{len(pcm) // 2}h", pcm))


def hiss(count: int, peak: int = 10) -> list[int]:
    """Noise of an engine that is silent, the same every time."""
    return [(index * 7919) % (2 * peak + 1) - peak for index in range(count)]


def tone(count: int, peak: int = 6000, period: int = 40) -> list[int]:
    return [round(peak * math.sin(2 * math.pi * index / period)) for index in range(count)]


def trimmed(levels: list[int], *sizes: int) -> tuple[list[int], EdgeTrimmer]:
    """What comes out of pieces of these sizes in samples; the last one has the rest."""
    trimmer = EdgeTrimmer(RATE_HZ)
    pcm, out = packed(levels), b""
    for size in sizes:
        piece, pcm = pcm[: 2 * size], pcm[2 * size :]
        out += trimmer.add(piece)
    out += trimmer.add(pcm)
    return unpacked(out + trimmer.finish()), trimmer


STRETCHES = st.lists(
    st.one_of(
        st.builds(hiss, st.integers(0, 3000)),
        st.builds(tone, st.integers(0, 3000), st.integers(60, 20_000), st.integers(9, 90)),
        st.builds(lambda count, level: [level] * count, st.integers(0, 300), st.integers(-30_000, 30_000)),
        st.just(hiss(LIMIT + 2000)),
    ),
    max_size=5,
).map(lambda stretches: [level for stretch in stretches for level in stretch])


@given(STRETCHES, st.lists(st.integers(0, 4000), max_size=12))
def test_the_same_samples_come_out_however_they_are_cut_into_pieces(
    levels: list[int], sizes: list[int]
) -> None:
    whole, of_whole = trimmed(levels)
    parts, of_parts = trimmed(levels, *sizes)
    assert parts == whole
    assert of_parts.lead_samples == of_whole.lead_samples
    assert of_parts.sound_samples == of_whole.sound_samples <= len(whole)


@given(STRETCHES)
def test_what_comes_out_is_the_render_without_its_edges(levels: list[int]) -> None:
    out, trimmer = trimmed(levels)
    kept = levels[trimmer.lead_samples :][: len(out)]
    middle = slice(LEAD, max(LEAD, len(out) - TAIL))
    assert out[middle] == kept[middle]
    assert all(abs(after) <= abs(before) for after, before in zip(out, kept, strict=True))
    cut = levels[: trimmer.lead_samples] + levels[trimmer.lead_samples + len(out) :]
    assert all(abs(level) < 17 * BLOCK for level in cut)  # all that a quiet block may hold


@given(st.integers(0, 2000), st.integers(0, 2000), st.integers(1, 4000))
def test_edges_are_short_and_nothing_steps_further_than_the_sound_itself(
    before: int, behind: int, count: int
) -> None:
    sound = tone(count + 2 * BLOCK)
    levels = hiss(before) + sound + hiss(behind)
    out, trimmer = trimmed(levels)
    assert len(out) <= len(sound) + LEAD + TAIL + 3 * BLOCK
    assert trimmer.sound_samples >= len(out) - TAIL - BLOCK
    steepest = max(abs(right - left) for left, right in pairwise(levels))
    assert max(abs(right - left) for left, right in pairwise([0, *out, 0])) <= steepest


@pytest.mark.parametrize("level", [9000, -9000])
def test_an_engine_that_begins_or_stops_inside_a_sound_is_faded(level: int) -> None:
    out, _ = trimmed([level] * 20 * BLOCK)
    assert (out[0], out[-1]) == (0, 0)
    assert out[BLOCK:-BLOCK] == [level] * 18 * BLOCK
    assert max(abs(right - left) for left, right in pairwise(out)) <= 9000 // BLOCK + 1


def test_an_engine_that_begins_with_sound_is_handed_on_at_once_but_for_the_last_block() -> None:
    levels = tone(30 * BLOCK)
    trimmer = EdgeTrimmer(RATE_HZ)
    assert unpacked(trimmer.add(packed(levels)))[BLOCK:] == levels[BLOCK : 29 * BLOCK]
    assert len(trimmer.finish()) == 2 * BLOCK


@pytest.mark.parametrize(("fade_ms", "samples"), [(0, 0), (2.5, BLOCK // 2), (5, BLOCK)])
def test_a_fade_is_as_long_as_is_wanted(fade_ms: float, samples: int) -> None:
    levels = [9000] * 20 * BLOCK
    trimmer = EdgeTrimmer(RATE_HZ, fade_ms)
    out = unpacked(trimmer.add(packed(levels)) + trimmer.finish())
    changed = [at for at, level in enumerate(out) if level != 9000]
    assert changed == [*range(samples), *range(len(levels) - samples, len(levels))]


@pytest.mark.parametrize("edge", [16, -16, 17, -17])
def test_only_a_step_that_may_be_heard_is_faded(edge: int) -> None:
    levels = [edge] + [4000] * 20 * BLOCK + [edge]
    out, _ = trimmed(levels)
    assert (out == levels) is (abs(edge) == 16)


def test_a_pause_inside_is_held_until_sound_comes_and_then_kept() -> None:
    trimmer = EdgeTrimmer(RATE_HZ)
    trimmer.add(packed(tone(10 * BLOCK)))
    assert len(trimmer.add(packed(hiss(50 * BLOCK)))) <= 2 * BLOCK
    assert trimmer.add(packed(hiss(30 * BLOCK))) == b""
    rest = unpacked(trimmer.add(packed(tone(10 * BLOCK))) + trimmer.finish())
    assert rest[-90 * BLOCK :][: 80 * BLOCK] == hiss(50 * BLOCK) + hiss(30 * BLOCK)


@pytest.mark.parametrize("count", [0, 1, BLOCK, 10 * BLOCK])
def test_a_render_without_a_sound_stays_as_it_is(count: int) -> None:
    out, trimmer = trimmed(hiss(count))
    assert out == hiss(count)
    assert (trimmer.lead_samples, trimmer.sound_samples) == (0, count)


def test_a_silence_of_seconds_is_no_edge_and_is_not_held() -> None:
    trimmer = EdgeTrimmer(RATE_HZ)
    assert trimmer.add(packed(hiss(LIMIT))) == b""
    assert len(trimmer.add(packed(hiss(LIMIT)))) // 2 >= LIMIT - 2 * BLOCK
    assert trimmer.lead_samples == 0
    sound = tone(10 * BLOCK)
    out, _ = trimmed(sound + hiss(2 * LIMIT), len(sound), LIMIT)
    assert LIMIT < len(out) < len(sound) + LIMIT + TAIL + 2 * BLOCK


@pytest.mark.parametrize("rate_hz", [4000, 11_025, 22_050, 192_000])
def test_every_rate_of_a_backend_is_trimmed(rate_hz: int) -> None:
    trimmer = EdgeTrimmer(rate_hz)
    silence, sound = packed(hiss(rate_hz)), packed(tone(rate_hz))
    out = trimmer.add(silence + sound + silence) + trimmer.finish()
    assert len(out) / 2 / rate_hz == pytest.approx(1.03, abs=0.02)
    assert trimmer.lead_samples / rate_hz == pytest.approx(0.99, abs=0.01)
