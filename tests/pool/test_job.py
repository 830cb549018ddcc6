"""A job keeps what a worker has sent until it is taken, and ends once."""

from __future__ import annotations

import asyncio

import pytest

from tests.pool.staging import Run, segment
from voice_server.core.types import Frame, WordMark
from voice_server.errors import WireError
from voice_server.pool.job import Job, Unavailable, WorkerLost


def job(text: str = "hello") -> Job:
    return Job(1, segment(text), {}, None)


def test_what_came_before_the_end_is_taken_in_order_and_then_nothing(run: Run) -> None:
    async def main() -> None:
        one = job()
        pieces: list[Frame | WordMark] = [
            Frame(bytes(2), 8000),
            WordMark("hello", 0.0, 100.0, 0, 5),
            Frame(bytes(4), 8000),
        ]
        for piece in pieces:
            one.put(piece)
        one.end(WorkerLost("was lost"))
        assert [await one.take() for _ in range(4)] == [*pieces, None]

    run(main())


def test_a_taker_that_waits_gets_the_next_piece(run: Run) -> None:
    async def main() -> None:
        one = job()
        taking = asyncio.create_task(one.take())
        await asyncio.sleep(0)
        assert not taking.done()
        one.put(Frame(bytes(2), 8000))
        assert await taking == Frame(bytes(2), 8000)

    run(main())


def test_a_taker_that_waits_is_told_of_the_end(run: Run) -> None:
    async def main() -> None:
        one = job()
        taking = asyncio.create_task(one.take())
        await asyncio.sleep(0)
        one.end(Unavailable("it is down"))
        assert await taking is None

    run(main())


def test_a_taker_that_was_cancelled_loses_no_piece(run: Run) -> None:
    async def main() -> None:
        one = job()
        taking = asyncio.create_task(one.take())
        await asyncio.sleep(0)
        taking.cancel()
        one.put(Frame(bytes(2), 8000))
        with pytest.raises(asyncio.CancelledError):
            await taking
        assert await one.take() == Frame(bytes(2), 8000)

    run(main())


def test_only_the_first_outcome_counts() -> None:
    one = job()
    one.end(WorkerLost("was lost"))
    one.end(Unavailable("it is down"))
    assert one.outcome == WorkerLost("was lost")


def test_a_text_that_fits_no_frame_makes_no_job() -> None:
    with pytest.raises(WireError, match="at most"):
        job("x" * 2_000_000)
