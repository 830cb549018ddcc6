"""One subprocess: its messages arrive whole, its last line on stderr is kept, and it ends when it must."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import sys
from dataclasses import dataclass, field

import pytest
import uvloop

from tests.pool.staging import Run
from voice_server.core.wire.child_messages import ChildLog, ChildPing, ChildPong
from voice_server.core.wire.codec import Message
from voice_server.process.child_process import ChildProcess, printable

SPEAK = """
import os
from voice_server.core.wire.codec import Decoder, encode
from voice_server.core.wire.child_messages import *
"""
HERE = "print('I am here, ready', flush=True)"
FLOOD = r"""
import os
for _ in range(80):
    os.write(2, b"progress" * 12_500)
os.write(2, b"\nlast \x1b[2J words\n\n")
"""


@dataclass
class Handler:
    """Notes what it is told."""

    messages: list[Message] = field(default_factory=list)
    breaks: list[str] = field(default_factory=list)
    status: int | None = None
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    heard: asyncio.Event = field(default_factory=asyncio.Event)

    def messages_received(self, messages: list[Message]) -> None:
        self.messages += messages
        self.heard.set()

    def stream_broken(self, reason: str) -> None:
        self.breaks.append(reason)
        self.heard.set()

    def process_ended(self, status: int) -> None:
        assert self.status is None, "told twice"
        self.status = status
        self.ended.set()


async def launch(code: str) -> tuple[ChildProcess, Handler]:
    handler = Handler()
    return await ChildProcess.launch("tone-1", [sys.executable, "-c", code], {}, handler), handler


def test_messages_come_before_the_end_and_the_end_once(run: Run) -> None:
    async def main() -> None:
        _, handler = await launch(SPEAK + "os.write(1, encode(ChildPong()) * 3); os._exit(7)")
        await handler.ended.wait()
        assert handler.messages == [ChildPong()] * 3
        assert (handler.status, handler.breaks) == (7, [])

    run(main())


def test_what_is_sent_arrives(run: Run) -> None:
    async def main() -> None:
        process, handler = await launch(
            SPEAK + "got = Decoder().feed(os.read(0, 1000))\n"
            "os.write(1, encode(ChildLog(20, repr(got))))\n"
            "os.read(0, 1)"
        )
        process.send(ChildPing())
        await handler.heard.wait()
        assert handler.messages == [ChildLog(20, "[ChildPing()]")]
        await process.end(5.0)
        assert handler.status == 0

    run(main())


def test_a_stream_that_broke_is_told_once_and_not_listened_to(run: Run) -> None:
    async def main() -> None:
        process, handler = await launch(
            SPEAK + "os.write(1, b'x' * 5000); os.write(1, encode(ChildPong())); os.read(0, 1)"
        )
        await handler.heard.wait()
        process.kill()
        await handler.ended.wait()
        assert handler.breaks == ["sent bytes that are no frame"]
        assert handler.messages == []

    run(main())


@pytest.mark.parametrize(
    ("written", "reason"), [("b''", "closed its answers"), ("encode(ChildPong())[:5]", "cut an answer short")]
)
def test_a_process_that_closes_its_answers_and_lives_on_is_told_of(
    written: str, reason: str, run: Run
) -> None:
    async def main() -> None:
        process, handler = await launch(
            SPEAK + f"os.write(1, {written}); os.closerange(1, 2); os.closerange(3, 99); os.read(0, 1)"
        )
        await handler.heard.wait()
        assert handler.breaks == [reason]
        process.kill()
        await handler.ended.wait()

    run(main())


def test_megabytes_on_stderr_neither_block_nor_pile_up_and_the_last_line_is_kept(run: Run) -> None:
    async def main() -> None:
        process, handler = await launch(FLOOD)
        await handler.ended.wait()
        assert process.last_stderr_line() == r"last \x1b[2J words"
        assert sum(map(len, process._stderr)) < 600_000

    run(main())


def test_stderr_reaches_a_log_that_wants_it_without_control_characters(
    run: Run, caplog: pytest.LogCaptureFixture
) -> None:
    async def main() -> None:
        _, handler = await launch("import os; os.write(2, b'red \\x1b[31m\\nalert')")
        await handler.ended.wait()

    with caplog.at_level(logging.DEBUG, "voice_server.process.child_process"):
        run(main())
    (record,) = caplog.records
    assert record.__dict__["text"] == r"red \x1b[31m\nalert"
    assert record.__dict__["worker"] == "tone-1"


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("import os; os.read(0, 1000)", 0),
        ("import os\nwhile os.read(0, 1000): pass", 0),
        (f"{HERE}; signal.pause()", -15),
        (f"signal.signal(signal.SIGTERM, signal.SIG_IGN); {HERE}; signal.pause()", -9),
        ("import os; os.kill(os.getpid(), signal.SIGSTOP)", -9),
    ],
    ids=["obeys bye", "obeys the end of file", "obeys TERM", "refuses TERM", "is stopped"],
)
def test_each_process_ends_at_its_rung_of_the_ladder(code: str, status: int, run: Run) -> None:
    async def main() -> None:
        process, handler = await launch("import signal; " + code)
        if HERE in code:
            await handler.heard.wait()
        await process.end(0.4 if status == 0 else 0.1)
        assert handler.status == status

    run(main())


def test_a_command_that_is_not_there_is_an_error_and_no_process(run: Run) -> None:
    async def main() -> None:
        with pytest.raises(FileNotFoundError):
            await ChildProcess.launch("tone-1", ["/nowhere/python"], {}, Handler())

    run(main())


def test_sending_to_a_process_that_has_gone_is_no_error(run: Run) -> None:
    async def main() -> None:
        process, handler = await launch("pass")
        await handler.ended.wait()
        process.send(ChildPing())
        process.kill()
        await process.end(0.1)

    run(main())


def test_text_for_the_log_stays_on_its_line() -> None:
    assert printable("  a\r\nb\x07 ü✓\u202e ") == r"a\r\nb\x07 ü✓\u202e"


class Finalized:
    """Garbage in a circle that notes which process finalizes it."""

    def __init__(self, pipe: int) -> None:
        self.pipe = pipe
        self.itself = self

    def __del__(self) -> None:
        os.write(self.pipe, f"{os.getpid()}\n".encode())


def test_no_garbage_of_the_server_is_finalized_between_fork_and_exec() -> None:
    # An encoder of FFmpeg's waits in its finalizer for threads that the child does not have.
    reading, writing = os.pipe()
    threshold = gc.get_threshold()
    is_over = False

    def collect_soon() -> None:
        if not is_over:
            gc.set_threshold(1)
            _ = [[] for _ in range(10)]

    async def launch_with_garbage() -> None:
        Finalized(writing)
        _, handler = await launch("")
        await handler.ended.wait()

    os.register_at_fork(after_in_child=collect_soon)
    try:
        gc.set_threshold(1_000_000)  # in the child alone
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(launch_with_garbage())
        gc.collect()
    finally:
        is_over = True
        gc.set_threshold(*threshold)
        os.close(writing)
    with os.fdopen(reading) as notes:
        assert {int(line) for line in notes} == {os.getpid()}
