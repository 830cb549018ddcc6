"""What is kept until it has been heard."""

from __future__ import annotations

import asyncio

from hypothesis import given
from hypothesis import strategies as st

from voice_server.playback.pending_track import PendingTrack

SECOND = bytes(48_000)


def test_another_player_begins_with_the_first_sample_that_was_not_heard() -> None:
    track = PendingTrack(1)
    assert [track.add(pcm) for pcm in (b"aabb", b"cc", b"dd")] == [0, 1, 2]
    track.heard(2)
    assert list(track.again()) == [(0, b"bb"), (1, b"cc"), (2, b"dd")]
    assert track.add(b"ee") == 3


def test_what_was_heard_counts_over_all_players() -> None:
    track = PendingTrack(1)
    track.add(SECOND)
    track.heard(len(SECOND) // 2)
    list(track.again())
    track.heard(4_800)
    assert track.heard_ms == 600
    assert b"".join(pcm for _, pcm in track.again()) == SECOND[: len(SECOND) // 2 - 4_800]


@given(st.lists(st.integers(0, 40), max_size=8), st.lists(st.integers(0, 60), max_size=6))
def test_nothing_is_lost_and_nothing_comes_twice_over_any_number_of_players(
    sizes: list[int], deaths: list[int]
) -> None:
    track = PendingTrack(1)
    pieces = [bytes([number]) * 2 * size for number, size in enumerate(sizes)]
    for pcm in pieces:
        track.add(pcm)
    whole, heard = b"".join(pieces), b""
    for reach in deaths:
        offered = b"".join(pcm for _, pcm in track.again())
        played = offered[: 2 * reach]
        track.heard(len(played))
        heard += played
    assert heard + b"".join(pcm for _, pcm in track.again()) == whole


def test_a_writer_waits_while_plenty_is_unheard() -> None:
    async def main() -> None:
        track = PendingTrack(1)
        for _ in range(20):
            await track.room()
            track.add(SECOND)
        waiting = asyncio.ensure_future(track.room())
        await asyncio.sleep(0)
        assert not waiting.done()
        track.heard(len(SECOND))
        await waiting

    asyncio.run(main())
