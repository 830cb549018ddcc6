"""A private sound server whose only loudspeaker is a recording."""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
import time
from array import array
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

RATE_HZ = 24_000
SINK = "loudspeaker"
NEEDED = ("pulseaudio", "parec", "pactl")
MISSING = [name for name in NEEDED if shutil.which(name) is None]
_PATIENCE_S = 10.0
_QUIET_S = 0.3


@dataclass
class Recording:
    """What came out of the loudspeaker, and when each piece of it came."""

    process: subprocess.Popen[bytes]
    pieces: list[tuple[float, bytes]] = field(default_factory=list)

    def run(self) -> None:
        assert self.process.stdout is not None
        rest = b""
        while chunk := os.read(self.process.stdout.fileno(), 4096):
            chunk = rest + chunk
            even = len(chunk) // 2 * 2
            rest = chunk[even:]
            self.pieces.append((time.perf_counter(), chunk[:even]))

    @property
    def samples(self) -> array[int]:
        return array("h", b"".join(pcm for _, pcm in list(self.pieces)))

    def sounds(self) -> array[int]:
        """The samples from the first sound to the last."""
        return stripped(self.samples)

    def last_sound_at(self) -> float:
        """When the last piece came in which there is sound."""
        return max((at for at, pcm in list(self.pieces) if any(pcm)), default=0.0)

    def first_sound_at(self, after: float = 0.0) -> float:
        """When the first piece came in which there is sound, of those after a moment."""
        return min((at for at, pcm in list(self.pieces) if at >= after and any(pcm)), default=float("inf"))

    def ms_until_silence(self, since: float) -> float:
        """How much was heard from a moment on until the last sound."""
        last = self.last_sound_at()
        return sum(len(pcm) for at, pcm in list(self.pieces) if since <= at <= last) / (2 * RATE_HZ / 1000)

    def wait_for_sound(self) -> None:
        wait_until(lambda: any(self.samples))

    def wait_for_silence(self) -> None:
        """Wait until there was sound and then none for a while."""
        self.wait_for_sound()
        wait_until(lambda: time.perf_counter() - self.last_sound_at() > _QUIET_S)


def wait_until(condition: object, patience_s: float = _PATIENCE_S) -> None:
    """Wait for what another process does."""
    limit = time.perf_counter() + patience_s
    while not condition():  # type: ignore[operator]
        assert time.perf_counter() < limit, "waited in vain"
        time.sleep(0.01)


def stripped(samples: array[int]) -> array[int]:
    """Samples without the silence at both ends."""
    first = next((at for at, sample in enumerate(samples) if sample), len(samples))
    last = next((at for at in range(len(samples) - 1, -1, -1) if samples[at]), first - 1)
    return samples[first : last + 1]


@contextmanager
def sound_server(folder: Path) -> Iterator[dict[str, str]]:
    """Run PulseAudio; yields the variables with which programs find it."""
    socket = folder / "sound.socket"
    home = {"HOME": str(folder), "XDG_RUNTIME_DIR": str(folder), "XDG_CONFIG_HOME": str(folder)}
    command = [
        *("pulseaudio", "-n", "--daemonize=no", "--use-pid-file=no", "--exit-idle-time=-1"),
        f"--load=module-null-sink sink_name={SINK} rate={RATE_HZ} channels=1 format=s16le norewinds=1",
        f"--load=module-native-protocol-unix socket={socket} auth-anonymous=1",
    ]
    server = subprocess.Popen(
        command, env=os.environ | home, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    found = {"PULSE_SERVER": f"unix:{socket}"}
    try:
        wait_until(lambda: _answers(found))
        yield found
    finally:
        server.terminate()
        server.wait()


def _answers(found: dict[str, str]) -> bool:
    done = subprocess.run(["pactl", "info"], env=os.environ | found, capture_output=True, check=False)
    return done.returncode == 0


@contextmanager
def recording(server: dict[str, str]) -> Iterator[Recording]:
    """Record the loudspeaker, from before the block begins to its end."""
    command = ["parec", "--raw", "--format=s16le", f"--rate={RATE_HZ}", "--channels=1", "--latency-msec=5"]
    process = subprocess.Popen(
        [*command, f"--device={SINK}.monitor"], env=os.environ | server, stdout=subprocess.PIPE
    )
    heard = Recording(process)
    thread = threading.Thread(target=heard.run, daemon=True)
    thread.start()
    try:
        wait_until(lambda: bool(heard.pieces))
        yield heard
    finally:
        with suppress(ProcessLookupError):
            process.terminate()
        process.wait()
        thread.join()
        assert process.stdout is not None
        process.stdout.close()


def matched(heard: Sequence[int], played: Sequence[int]) -> tuple[int, int]:
    """How many samples of what was played were heard in order, and how many of what was heard they take up.

    A loudspeaker on a busy machine may be silent for a moment, so silence may stand between any two samples;
    nothing else may.
    """
    at = 0
    for count, sample in enumerate(played):
        here = at
        while here < len(heard) and heard[here] != sample and heard[here] == 0:
            here += 1
        if here == len(heard) or heard[here] != sample:
            return count, at
        at = here + 1
    return len(played), at
