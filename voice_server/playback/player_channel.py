"""A voice's way to the loudspeakers: one supervised player process, and what it has not played yet.

The process is launched, asked for signs of life, killed and replaced as a worker is, by the same supervisor.
The next one begins with the first sample that the last one has not reported as heard.
"""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from collections.abc import Callable, Coroutine, Mapping
from pathlib import Path
from typing import Any, Protocol

from voice_server.core.supervision import (
    KillProcess,
    LaunchProcess,
    PingProcess,
    SlotEvent,
    SlotsDown,
    SlotState,
    SlotsUp,
    SupervisionPolicy,
    Supervisor,
)
from voice_server.core.wire.child_messages import PROTOCOL_VERSION, ChildLog, ChildPing, JobAudio, StopJob
from voice_server.core.wire.codec import Message, Request
from voice_server.core.wire.player_messages import (
    PausePlayer,
    PlayerOpen,
    PlayerOpened,
    ResumePlayer,
    SetVolume,
    TrackComplete,
    TrackHeard,
)
from voice_server.playback.pending_track import PendingTrack
from voice_server.process.child_process import ChildProcess

PLAYER_POLICY = SupervisionPolicy(start_timeout_s=20.0, ping_interval_s=1.0, ping_timeout_s=3.0)

_PLAYER = Path(__file__).resolve().parent / "player"
_SLOT = 0
_PASSED = {"PATH", "HOME", "USER", "LOGNAME", "LANG", "TZ", "TMPDIR", "LD_LIBRARY_PATH", "DISPLAY"}
_PASSED_PREFIXES = ("LC_", "XDG_", "PULSE_", "PIPEWIRE_", "ALSA_", "DBUS_", "JACK_", "AUDIO")

_log = logging.getLogger(__name__)

Spawn = Callable[[Coroutine[Any, Any, None]], object]


class PlayerChannelOwner(Protocol):
    """Who is told what happens on a channel."""

    def channel_opened(self, opened: PlayerOpened) -> None:
        """A player is ready to play on this device."""

    def track_heard(self, track: int, heard_ms: float) -> None:
        """So much of a track has been heard."""

    def track_over(self, track: int, failure: str | None) -> None:
        """All of it has been heard, or it cannot be: then `failure` is a sentence."""


class PlayerChannel:
    """Plays tracks; `spawn` starts a task that the owner waits for."""

    def __init__(
        self,
        name: str,
        owner: PlayerChannelOwner,
        spawn: Spawn,
        *,
        device: str = "",
        volume: float = 1.0,
        is_paused: bool = False,
        policy: SupervisionPolicy = PLAYER_POLICY,
    ) -> None:
        self.name = name
        self._owner = owner
        self._spawn = spawn
        self._device = device
        self._volume = volume
        self._is_paused = is_paused
        self._loop = asyncio.get_running_loop()
        self._supervisor = Supervisor(1, policy, self._loop.time())
        self._tracks: dict[int, PendingTrack] = {}
        self._process: ChildProcess | None = None
        self._fate = ""
        self._is_ready = False
        self._is_closed = False
        self._timer: asyncio.TimerHandle | None = None
        self._tick()

    # ------------------------------------------------------------------ what the owner wants

    @property
    def pid(self) -> int | None:
        """The player's process id, while there is one."""
        return None if self._process is None else self._process.pid

    async def play(self, number: int, pcm: bytes) -> None:
        """Add sound to a track, which begins with its first sound; waits while plenty is pending."""
        track = self._tracks.setdefault(number, PendingTrack(number))
        await track.room()
        if number in self._tracks:
            self._tell(JobAudio(number, track.add(pcm), pcm))
        self._refuse_if_down()

    def complete(self, number: int) -> None:
        """No more sound will come for a track."""
        self._tracks.setdefault(number, PendingTrack(number)).is_complete = True
        self._tell(TrackComplete(number))
        self._refuse_if_down()

    def stop(self, number: int) -> None:
        """Silence a track; nothing more is told of it."""
        if self._tracks.pop(number, None) is not None:
            self._tell(StopJob(number))

    def set_paused(self, is_paused: bool) -> None:
        """Fall silent, or go on."""
        self._is_paused = is_paused
        self._tell(PausePlayer() if is_paused else ResumePlayer())

    def set_volume(self, level: float) -> None:
        """From 0 to 1."""
        self._volume = level
        self._tell(SetVolume(level))

    def set_device(self, device: str) -> None:
        """Go on with another player on another device."""
        self._device = device
        self._receive(SlotEvent.BROKEN, why="moves to another device")

    async def close(self, patience_s: float = 1.0) -> None:
        """End the player; returns when its process has gone."""
        self._is_closed = True
        self._supervisor.close()
        if self._timer is not None:
            self._timer.cancel()
        if self._process is not None:
            await self._process.end(patience_s)

    # ------------------------------------------------------------------ what the process tells

    def messages_came(self, messages: list[Message]) -> None:
        self._supervisor.heard(_SLOT, self._loop.time())
        for message in messages:
            match message:
                case TrackHeard():
                    self._heard(message)
                case PlayerOpened():
                    self._begin(message)
                case ChildLog():
                    _log.log(message.level, "player says", extra={"text": message.message})
                case _:
                    pass

    def stream_broke(self, reason: str) -> None:
        self._receive(SlotEvent.BROKEN, why=reason)

    def process_ended(self, status: int) -> None:
        words = self._process.last_words() if self._process is not None else ""
        self._process = None
        self._is_ready = False
        self._fate = words or f"it ended with status {status}"
        if not self._is_closed:
            _log.warning("player ended", extra={"channel": self.name, "status": status, "last_words": words})
            self._receive(SlotEvent.EXITED)

    def _heard(self, heard: TrackHeard) -> None:
        track = self._tracks.get(heard.job)
        if track is None:
            return
        track.heard(heard.audio_bytes)
        self._owner.track_heard(heard.job, track.heard_ms)
        if heard.is_over:
            del self._tracks[heard.job]
            self._owner.track_over(heard.job, None)

    def _begin(self, opened: PlayerOpened) -> None:
        """Tell a new player everything that it has to know."""
        self._is_ready = True
        self._receive(SlotEvent.READY)
        self._tell(SetVolume(self._volume))
        if self._is_paused:
            self._tell(PausePlayer())
        for track in self._tracks.values():
            for seq, pcm in track.again():
                self._tell(JobAudio(track.number, seq, pcm))
            if track.is_complete:
                self._tell(TrackComplete(track.number))
        self._owner.channel_opened(opened)

    def _tell(self, request: Request) -> None:
        if self._is_ready and self._process is not None:
            self._process.send(request)

    # ------------------------------------------------------------------ decide and act

    def _receive(self, event: SlotEvent, *, why: str = "") -> None:
        self._supervisor.receive(event, _SLOT, self._loop.time(), why=why)
        self._perform()

    def _tick(self) -> None:
        self._timer = None
        self._supervisor.tick(self._loop.time())
        self._perform()

    def _perform(self) -> None:
        for action in self._supervisor.take_actions():
            match action:
                case LaunchProcess():
                    self._spawn(self._launch())
                case KillProcess(_, reason):
                    _log.info("player killed", extra={"channel": self.name, "reason": reason})
                    if self._process is not None:
                        self._process.kill()
                case PingProcess():
                    self._tell(ChildPing())
                case SlotsUp() | SlotsDown():
                    self._refuse_if_down()
        self._arm()

    def _arm(self) -> None:
        deadline = self._supervisor.next_deadline()
        if self._is_closed or deadline is None:
            return
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._loop.call_at(deadline, self._tick)

    async def _launch(self) -> None:
        command = (sys.executable, str(_PLAYER))
        try:
            process = await ChildProcess.launch(self.name, command, player_environment(), self)
        except OSError as error:
            self._fate = f"it cannot be started: {error.strerror}"
            self._receive(SlotEvent.EXITED)
            return
        self._process = process
        if self._is_closed:
            await process.end(patience_s=0)
            return
        if self._supervisor.state(_SLOT) is SlotState.DYING:
            process.kill()
        process.send(PlayerOpen(PROTOCOL_VERSION, self._device))

    def _refuse_if_down(self) -> None:
        if self._supervisor.is_up is False:
            for number in [track.number for track in self._tracks.values()]:
                del self._tracks[number]
                self._owner.track_over(number, f"the player does not run: {self._fate}")


def player_environment(environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The variables of a player: those that sound servers look for, and none of the server's secrets."""
    passed = {
        name: value for name, value in environ.items() if name in _PASSED or name.startswith(_PASSED_PREFIXES)
    }
    return passed | {"PYTHONUTF8": "1", "PYTHONNOUSERSITE": "1"}
