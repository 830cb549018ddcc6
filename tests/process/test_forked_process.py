"""A process that another one forked reports to its protocol as one that asyncio started."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from typing import cast

import pytest

from tests.pool.staging import Run
from voice_server.process.forked_process import ForkedProcess

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux has templates")


class Recorder(asyncio.SubprocessProtocol):
    """Notes what it is told, in order."""

    def __init__(self) -> None:
        self.told: list[object] = []
        self.lost = asyncio.Event()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.told.append("made")

    def pipe_data_received(self, fd: int, data: bytes) -> None:
        self.told.append((fd, data))

    def process_exited(self) -> None:
        self.told.append("exited")

    def connection_lost(self, exc: Exception | None) -> None:
        self.told.append("lost")
        self.lost.set()


@pytest.fixture
def cat() -> Iterator[subprocess.Popen[bytes]]:
    """A process that answers what it is sent until the end of file; the test is its parent."""
    script = (
        "import os\nwhile chunk := os.read(0, 100): os.write(1, chunk)\nos.write(2, b'last'); os._exit(5)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        yield process
        process.kill()


def attach(process: subprocess.Popen[bytes], protocol: Recorder) -> ForkedProcess:
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stderr is not None
    requests, answers, errors = (
        os.dup(pipe.fileno()) for pipe in (process.stdin, process.stdout, process.stderr)
    )
    process.stdin.close()
    return ForkedProcess(process.pid, (requests, answers, errors), protocol)


def requests_of(forked: ForkedProcess) -> asyncio.WriteTransport:
    # uvloop's transports are not subclasses of asyncio's.
    return cast("asyncio.WriteTransport", forked.get_pipe_transport(0))


def test_what_it_sends_comes_before_its_end_and_the_end_once(run: Run, cat: subprocess.Popen[bytes]) -> None:
    async def main() -> None:
        protocol = Recorder()
        forked = attach(cat, protocol)
        await forked.begin()
        await forked.listen(lambda pid: forked.ended(cat.wait()))
        requests_of(forked).write(b"hello")
        requests_of(forked).close()
        await protocol.lost.wait()
        assert protocol.told[0] == "made"
        assert {(1, b"hello"), (2, b"last")} <= set(protocol.told)
        assert protocol.told.count("exited") == 1
        assert protocol.told[-1] == "lost"
        assert (forked.get_pid(), forked.get_returncode()) == (cat.pid, 5)

    run(main())


def test_nothing_is_lost_while_the_exit_status_is_not_known(run: Run, cat: subprocess.Popen[bytes]) -> None:
    async def main() -> None:
        protocol, exited = Recorder(), asyncio.Event()
        forked = attach(cat, protocol)
        await forked.begin()
        await forked.listen(lambda pid: exited.set())
        cat.kill()
        await exited.wait()
        assert "lost" not in protocol.told
        assert forked.get_returncode() is None
        forked.ended(cat.wait())
        await protocol.lost.wait()
        assert forked.get_returncode() == -9

    run(main())


def test_a_process_that_was_gone_before_anyone_listened_is_reported(
    run: Run, cat: subprocess.Popen[bytes]
) -> None:
    async def main() -> None:
        protocol = Recorder()
        forked = attach(cat, protocol)
        await forked.begin()
        cat.kill()
        status, reported = cat.wait(), list[int]()
        await forked.listen(reported.append)
        assert reported == [cat.pid]
        forked.ended(status)
        await protocol.lost.wait()

    run(main())
