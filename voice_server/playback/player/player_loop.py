"""The player's three threads: the device's callback, one that reports what was heard, and the main one, which
reads the server's messages.

The device's thread must never wait for the pipe, so it only wakes the one that reports. A device that has not
asked for sound for a while is lost (unplugged, or its sound server ended); the player then ends too, and the
server starts another one, which finds the devices that there are by then.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from threading import Event, Lock, Thread
from time import monotonic
from types import ModuleType

from voice_server.core.audio.mixer import Mixer
from voice_server.core.types import SAMPLE_RATE_HZ
from voice_server.core.wire.child_messages import (
    PROTOCOL_VERSION,
    ChildBye,
    ChildPing,
    ChildPong,
    JobAudio,
    StopJob,
)
from voice_server.core.wire.codec import Message
from voice_server.core.wire.player_messages import (
    PausePlayer,
    PlayerOpen,
    PlayerOpened,
    ResumePlayer,
    SetVolume,
    TrackComplete,
    TrackHeard,
)
from voice_server.errors import WireError
from voice_server.playback.device import NoSpeakers, SoundDevice
from voice_server.process.stdio import StdioChannel, exit_now

NULL_DEVICE = "null"
"""The name of the device that plays at the right pace and is not heard."""
DEFAULT_DEVICE = "default"

_PERIOD_MS, _PERIODS = 20, 3
"""What the device holds is still heard after an interruption, so it holds little."""
_LOST_AFTER_S = 3.0
_SWITCH_S = 0.001
"""How long another thread may hold the interpreter lock while the device's thread waits for it."""
_NICENESS = -11  # that of the sound server that most systems have


class _Player:
    def __init__(self, channel: StdioChannel) -> None:
        self._channel = channel
        self._mixer = Mixer(SAMPLE_RATE_HZ, _PERIOD_MS * _PERIODS)
        self._lock = Lock()
        self._moved = Event()
        self._read_at = monotonic()

    def run(self) -> None:
        """Open the device, then carry out messages until `ChildBye` or the end of the pipe."""
        messages = self._channel.receive()
        first = next(messages, None)
        if not isinstance(first, PlayerOpen) or first.protocol != PROTOCOL_VERSION:
            raise WireError(f"the player speaks protocol {PROTOCOL_VERSION}")
        device, opened = self._open(first.device)
        Thread(target=self._report, name="reports", daemon=True).start()
        self._channel.send([opened])
        for message in messages:
            if isinstance(message, ChildBye):
                break
            self._handle(message)
        device.close()

    def _open(self, name: str) -> tuple[SoundDevice, PlayerOpened]:
        try:
            device = self._device(name, silent=name == NULL_DEVICE)
        except NoSpeakers:
            return self._device("", silent=True), PlayerOpened("", ())
        chosen = NULL_DEVICE if name == NULL_DEVICE else device.name or DEFAULT_DEVICE
        return device, PlayerOpened(chosen, device.names)

    def _device(self, name: str, *, silent: bool) -> SoundDevice:
        return SoundDevice(
            SAMPLE_RATE_HZ, self._read, period_ms=_PERIOD_MS, periods=_PERIODS, name=name, silent=silent
        )

    def _handle(self, message: Message) -> None:
        with self._lock:
            match message:
                case JobAudio():
                    self._mixer.add(message.job, message.pcm)
                case TrackComplete():
                    self._mixer.complete(message.job)
                case StopJob():
                    self._mixer.stop(message.job)
                case PausePlayer():
                    self._mixer.pause()
                case ResumePlayer():
                    self._mixer.resume()
                case SetVolume():
                    self._mixer.set_volume(message.level)
                case ChildPing():
                    self._answer_ping()
                case _:
                    raise WireError(f"{type(message).__name__} is no message to a player")

    def _answer_ping(self) -> None:
        if monotonic() - self._read_at > _LOST_AFTER_S:
            sys.stderr.write("the sound device has gone\n")
            exit_now(1)
        self._channel.send([ChildPong()])

    def _read(self, n_bytes: int) -> bytes:
        self._read_at = monotonic()
        with self._lock:
            block = self._mixer.read(n_bytes)
            is_idle = self._mixer.is_idle
        if not is_idle:
            self._moved.set()
        return block

    def _report(self) -> None:
        while True:
            self._moved.wait()
            self._moved.clear()
            with self._lock:
                reports = self._mixer.take_reports()
            if reports:
                self._channel.send(
                    [TrackHeard(each.track, each.heard_bytes, each.is_over) for each in reports]
                )


def play(channel: StdioChannel) -> None:
    """Play for the server at the other end of `channel`; does not return."""
    # miniaudio imports numpy and a web client, which are not needed here: more than half of a player's start.
    sys.modules["numpy"] = None  # type: ignore[assignment]
    sys.modules["urllib.request"] = ModuleType("urllib.request")
    sys.setswitchinterval(_SWITCH_S)
    with suppress(OSError):  # most users may not raise the priority
        os.setpriority(os.PRIO_PROCESS, 0, _NICENESS)
    try:
        _Player(channel).run()
    except WireError:
        exit_now(1)
    exit_now(0)
