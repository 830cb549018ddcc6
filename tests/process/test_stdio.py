"""A child's two pipes: messages pass whole, and nothing else of the process reaches them."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator

import pytest

from voice_server.core.wire.child_messages import ChildLog, ChildPing, ChildPong
from voice_server.core.wire.codec import Decoder, Message, encode
from voice_server.errors import WireError
from voice_server.process.stdio import StdioChannel

GUARDED = """
import os, sys
from voice_server.process.stdio import take_descriptors
requests, answers = take_descriptors()
print("printed", flush=True)
os.write(1, b"to descriptor one")
assert sys.stdin.read() == ""
os.write(answers, os.read(requests, 100))
"""
ORPHANED = """
from voice_server.process.stdio import die_with_parent
die_with_parent(1 << 22)
print("lives on")
"""
UNHEARD = """
import os
from voice_server.core.wire.child_messages import ChildPong
from voice_server.process.stdio import StdioChannel
read, write = os.pipe()
os.close(read)
StdioChannel(0, write).send([ChildPong()])
print("lives on")
"""


class Pipes:
    """A channel and the server's ends of its pipes."""

    def __init__(self) -> None:
        requests, self.requests = os.pipe()
        self.answers, answers = os.pipe()
        self.channel = StdioChannel(requests, answers)


@pytest.fixture
def pipes() -> Iterator[Pipes]:
    made = Pipes()
    yield made
    made.channel.close()
    os.close(made.answers)


def python(code: str, text: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-c", code], check=False, input=text, capture_output=True, timeout=20
    )


def test_messages_are_received_until_the_server_closes_its_pipe(pipes: Pipes) -> None:
    os.write(pipes.requests, encode(ChildPing()) * 2)
    os.close(pipes.requests)
    assert list(pipes.channel.receive()) == [ChildPing()] * 2


def test_bytes_that_are_no_frame_are_an_error(pipes: Pipes) -> None:
    os.write(pipes.requests, b"x" * 5000)
    os.close(pipes.requests)
    with pytest.raises(WireError):
        list(pipes.channel.receive())


def test_messages_that_do_not_fit_into_the_pipe_arrive_whole_when_the_server_reads(pipes: Pipes) -> None:
    os.close(pipes.requests)
    sent = [ChildLog(20, str(number) * 100_000) for number in range(8)] + [ChildPong()]
    sender = threading.Thread(target=pipes.channel.send, args=(sent,))
    sender.start()
    decoder, received = Decoder(), list[Message]()
    while len(received) < len(sent):
        received += decoder.feed(os.read(pipes.answers, 1 << 16))
    sender.join()
    assert received == sent


def test_what_a_library_prints_goes_to_stderr_and_input_is_empty() -> None:
    ended = python(GUARDED, b"a request")
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout == b"a request"
    assert ended.stderr == b"printed\nto descriptor one"


@pytest.mark.parametrize(
    ("code", "status"),
    [
        pytest.param(
            ORPHANED, 1, marks=pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells")
        ),
        (UNHEARD, 0),
    ],
    ids=["its parent has ended", "its server no longer reads"],
)
def test_a_process_ends_at_once_when(code: str, status: int) -> None:
    ended = python(code)
    assert (ended.returncode, ended.stdout, ended.stderr) == (status, b"", b"")
