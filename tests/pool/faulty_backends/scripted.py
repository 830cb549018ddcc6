"""An engine whose samples anybody can compute, and which goes wrong on cue.

Any text is spoken as `samples(text)`. A text that starts with "fault" lets the first worker that meets it do
what the setting `fault` names, before its second piece, once the test has opened the gate. "meet" is spoken
only by two workers at the same time, and so proves that there are two. "babble" has no end.
"""

from __future__ import annotations

import ctypes
import gc
import hashlib
import os
import signal
import struct
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from voice_server.core.wire.child_messages import JobAudio
from voice_server.core.wire.codec import MAGIC, encode
from voice_server.process.stdio import StdioChannel
from voice_server.worker.api import NotSetUp, Option, RenderError, RequestError, Voice, WordMark

SAMPLE_RATE_HZ = 8000
PIECES = 6
PIECE_BYTES = 1600


def pieces(text: str, seed: int = 0) -> list[bytes]:
    """The audio of a text: noise that only it has, in 100 ms pieces."""
    return [
        hashlib.shake_128(f"{seed}:{index}:{text}".encode()).digest(PIECE_BYTES) for index in range(PIECES)
    ]


def samples(text: str, seed: int = 0) -> bytes:
    """All audio of a text."""
    return b"".join(pieces(text, seed))


class Backend:
    sample_rate = SAMPLE_RATE_HZ
    options = (Option("speed", "number", 1.0, 0.5, 2.0),)
    can_fork = True

    def __init__(
        self, scratch: str, fault: str = "", start_fault: str = "", more_voices: int = 0, name_chars: int = 10
    ) -> None:
        self._scratch = Path(scratch)
        self._more = [f"{number:0{name_chars}}" for number in range(more_voices)]
        self._fault = fault
        if start_fault:
            _START_FAULTS[start_fault](self._scratch)

    def voices(self) -> list[Voice]:
        more = (Voice(f"voice-{each}", f"Voice {each}", "en", "female") for each in self._more)
        return [Voice("one", "One", "en"), Voice("two", "Two", "en"), *more]

    def synthesize(self, text: str, voice: str, options: Mapping[str, Any]) -> Iterator[bytes | WordMark]:
        if text == "poison":
            os.kill(os.getpid(), signal.SIGKILL)
        if text == "meet":
            self._meet()
        if text == "babble":
            yield from _babble()
        if text == "never the same":
            yield from self._unrepeatable(text)
            return
        for index, piece in enumerate(pieces(text, options["seed"])):
            if index == 1 and text.startswith("fault") and self._is_first("met"):
                self._wait_for_gate()
                _FAULTS[self._fault]()
            yield piece
            yield WordMark(f"word{index}", index * 100.0, index * 100.0 + 100, index, index + 1)

    def _unrepeatable(self, text: str) -> Iterator[bytes]:
        take = os.getpid()
        for index in range(PIECES):
            if index == 1 and self._is_first("met"):
                self._wait_for_gate()
                os.kill(os.getpid(), signal.SIGKILL)
            yield struct.pack("<h", take % 20_000) * (PIECE_BYTES // 2)

    def _is_first(self, what: str) -> bool:
        try:
            (self._scratch / what).touch(exist_ok=False)
        except FileExistsError:
            return False
        return True

    def _wait_for_gate(self) -> None:
        (self._scratch / "arrivals").write_bytes(b"x")
        with (self._scratch / "gate").open("rb", buffering=0) as gate:
            gate.read(1)

    def _meet(self) -> None:
        # Opening a named pipe waits for the other side.
        mode = "rb" if self._is_first("reader") else "wb"
        with (self._scratch / "meeting").open(mode):
            pass


def _babble() -> Iterator[bytes]:
    while True:
        yield bytes(PIECE_BYTES)
        threading.Event().wait(0.002)


def _channel() -> int:
    channel = next(thing for thing in gc.get_objects() if isinstance(thing, StdioChannel))
    return channel._answers


def _by_signal(number: signal.Signals) -> Callable[[], None]:
    return lambda: os.kill(os.getpid(), number)


def _print_from_c() -> None:
    libc = ctypes.CDLL(None)
    libc.printf(b"loaded step %d\n", 250_000)
    libc.fflush(None)
    os.write(1, MAGIC + b"not for you")


def _print_from_python() -> None:
    print("S3 Token -> Mel Inference...", flush=True)
    sys.stdout.buffer.write(MAGIC)
    sys.stdout.flush()


def _half_frame() -> None:
    os.write(_channel(), encode(JobAudio(1, 1, bytes(5000)))[:700])


def _half_frame_and_hang() -> None:
    _half_frame()
    _hang()


def _half_frame_and_death() -> None:
    _half_frame()
    os.kill(os.getpid(), signal.SIGKILL)


def _half_frame_and_closed_pipe() -> None:
    _half_frame()
    os.close(_channel())
    _hang()


def _garbage() -> None:
    os.write(_channel(), os.urandom(3000))
    _hang()


def _giant_length() -> None:
    os.write(_channel(), MAGIC + struct.pack(">II", 0xFFFF_FFFF, 0))
    _hang()


def _left_out_frame() -> None:
    os.write(_channel(), encode(JobAudio(1, 7, bytes(100))))
    _hang()


def _refuse_term() -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)


def _refuse_term_and_hang() -> None:
    _refuse_term()
    _hang()


def _flood_stderr() -> None:
    for _ in range(8):
        os.write(2, b"\x1b[2J progress " * 80_000)


def _hang() -> None:
    threading.Event().wait()


def _fork_and_die() -> None:
    if os.fork() == 0:
        os.write(1, b"a child of the engine")
        _hang()
    os.kill(os.getpid(), signal.SIGKILL)


def _fork_and_go_on() -> None:
    child = os.fork()
    if child == 0:
        os.write(1, MAGIC + b"a child of the engine")
        os._exit(0)
    os.waitpid(child, 0)


def _raise() -> None:
    raise ValueError("no such tensor in /home/somebody/model.pt")


def _raise_retryable() -> None:
    raise RenderError("the engine stumbled", code="stumbled", retryable=True)


def _refuse() -> None:
    raise RequestError("this voice cannot whisper", code="no_whisper")


def _speak_for_ever() -> None:
    channel = next(thing for thing in gc.get_objects() if isinstance(thing, StdioChannel))
    for seq in range(1, 1_000_000):
        channel.send([JobAudio(1, seq, bytes(100_000))])


_FAULTS: dict[str, Callable[[], None]] = {
    **{
        name: _by_signal(signal.Signals[name])
        for name in ("SIGKILL", "SIGSEGV", "SIGTERM", "SIGABRT", "SIGSTOP")
    },
    **{name: _by_signal(signal.Signals[name]) for name in ("SIGHUP", "SIGINT", "SIGPIPE")},
    "nothing": lambda: None,
    "print from C": _print_from_c,
    "print from Python": _print_from_python,
    "half frame": _half_frame_and_hang,
    "half frame and death": _half_frame_and_death,
    "half frame and closed pipe": _half_frame_and_closed_pipe,
    "garbage": _garbage,
    "giant length": _giant_length,
    "left-out frame": _left_out_frame,
    "refuse TERM and hang": _refuse_term_and_hang,
    "8 MB on stderr": _flood_stderr,
    "hang": _hang,
    "fork and die": _fork_and_die,
    "fork and go on": _fork_and_go_on,
    "exit": lambda: os._exit(3),
    "sys.exit": lambda: sys.exit(3),
    "raise": _raise,
    "raise retryable": _raise_retryable,
    "refuse": _refuse,
    "speak for ever": _speak_for_ever,
}


def _note_the_load(scratch: Path) -> None:
    with (scratch / "starts").open("ab") as file:
        file.write(b".")


def _exit_at_start(scratch: Path) -> None:
    _note_the_load(scratch)
    print("cannot find my weights", file=sys.stderr)
    os._exit(5)


def _exit_at_start_until_mended(scratch: Path) -> None:
    if not (scratch / "mended").exists():
        _exit_at_start(scratch)


def _miss_weights_until_mended(scratch: Path) -> None:
    with (scratch / "starts").open("ab") as file:
        file.write(b".")
    if not (scratch / "mended").exists():
        raise NotSetUp("the weights are not on this machine; run: voice-server setup scripted")


def _hang_at_start(scratch: Path) -> None:
    (scratch / "arrivals").write_bytes(b"x")
    _hang()


def _raise_at_start(_: Path) -> None:
    raise OSError("cannot read /home/somebody/weights.pt")


def _miss_a_package(_: Path) -> None:
    import no_such_package  # type: ignore[import-not-found]  # noqa: F401, PLC0415


_START_FAULTS: dict[str, Callable[[Path], None]] = {
    "note the load": _note_the_load,
    "exit": _exit_at_start,
    "exit until mended": _exit_at_start_until_mended,
    "miss weights until mended": _miss_weights_until_mended,
    "hang": _hang_at_start,
    "raise": _raise_at_start,
    "miss a package": _miss_a_package,
    "refuse TERM": lambda _: _refuse_term(),
}
