"""One voice's channel to the loudspeakers: a supervised player process, and the sound it has not played yet.

The process is launched, pinged, killed and replaced as a worker is, by the same supervisor. A new one begins
with the first sample that its predecessor has not reported as heard.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable, Coroutine, Mapping
from pathlib import Path
from typing import Any, Protocol

from voice_server.core.supervision import SlotEvent, SlotState, SupervisionPolicy
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
from voice_server.process.supervised import SupervisorShell

PLAYER_POLICY = SupervisionPolicy(start_timeout_s=20.0, ping_interval_s=1.0, ping_timeout_s=3.0)

_PLAYER = Path(__file__).resolve().parent / "player"
_SLOT = 0
_PASSED = {"PATH", "HOME", "USER", "LOGNAME", "LANG", "TZ", "TMPDIR", "LD_LIBRARY_PATH", "DISPLAY"}
_PASSED_PREFIXES = ("LC_", "XDG_", "PULSE_", "PIPEWIRE_", "ALSA_", "DBUS_", "JACK_", "AUDIO")

_log = logging.getLogger(__name__)

Spawn = Callable[[Coroutine[Any, Any, None]], object]


class PlaybackEventHandler(Protocol):
    """Is told what happens on a channel."""

    def channel_opened(self, opened: PlayerOpened) -> None:
        """A player is ready to play on this device."""

    def track_heard(self, track: int, heard_ms: float) -> None:
        """So much of a track has been heard."""

    def track_over(self, track: int, failure: str | None) -> None:
        """All of it has been heard, or it cannot be: then `failure` is a sentence."""


class PlayerChannel:
    """Plays tracks; `spawn` starts a task that whoever opens the channel waits for."""

    def __init__(
        self,
        name: str,
        handler: PlaybackEventHandler,
        spawn: Spawn,
        *,
        device: str = "",
        volume: float = 1.0,
        is_paused: bool = False,
        policy: SupervisionPolicy = PLAYER_POLICY,
    ) -> None:
        self.name = name
        self._handler = handler
        self._spawn = spawn
        self._device = device
        self._volume = volume
        self._is_paused = is_paused
        self._tracks: dict[int, PendingTrack] = {}
        self._process: ChildProcess | None = None
        self._end_reason = ""
        self._is_ready = False
        self._is_closed = False
        self._shell = SupervisorShell(1, policy, self)
        self._shell.start()

    # What is asked of the player.

    @property
    def pid(self) -> int | None:
        """The player's process id, while there is one."""
        return None if self._process is None else self._process.pid

    async def play(self, number: int, pcm: bytes) -> None:
        """Add sound to a track, which begins with its first sound; waits while plenty is pending."""
        track = self._tracks.setdefault(number, PendingTrack(number))
        await track.room()
        if number in self._tracks:
            self._send(JobAudio(number, track.add(pcm), pcm))
        self._refuse_if_down()

    def complete(self, number: int) -> None:
        """No more sound will come for a track."""
        self._tracks.setdefault(number, PendingTrack(number)).is_complete = True
        self._send(TrackComplete(number))
        self._refuse_if_down()

    def stop(self, number: int) -> None:
        """Silence a track; nothing more is reported of it."""
        if self._tracks.pop(number, None) is not None:
            self._send(StopJob(number))

    def set_paused(self, is_paused: bool) -> None:
        """Pause, or resume where it was paused."""
        self._is_paused = is_paused
        self._send(PausePlayer() if is_paused else ResumePlayer())

    def set_volume(self, level: float) -> None:
        """From 0 to 1."""
        self._volume = level
        self._send(SetVolume(level))

    def set_device(self, device: str) -> None:
        """Continue with another player on another device."""
        self._device = device
        self._shell.receive(SlotEvent.BROKEN, _SLOT, reason="moves to another device")

    async def close(self, patience_s: float = 1.0) -> None:
        """End the player; returns when its process has ended."""
        self._is_closed = True
        self._shell.close()
        if self._process is not None:
            await self._process.end(patience_s)

    def _send(self, request: Request) -> None:
        if self._is_ready and self._process is not None:
            self._process.send(request)

    def _refuse_if_down(self) -> None:
        if self._shell.is_up is False:
            for number in list(self._tracks):
                del self._tracks[number]
                self._handler.track_over(number, f"the player does not run: {self._end_reason}")

    # What the process reports.

    def messages_received(self, messages: list[Message]) -> None:
        self._shell.note_activity(_SLOT)
        for message in messages:
            match message:
                case TrackHeard():
                    self._track_heard(message)
                case PlayerOpened():
                    self._player_opened(message)
                case ChildLog():
                    told = {"channel": self.name, "text": message.message}
                    _log.log(message.level, "player says", extra=told)
                case _:
                    pass

    def stream_broken(self, reason: str) -> None:
        self._shell.receive(SlotEvent.BROKEN, _SLOT, reason=reason)

    def process_ended(self, status: int) -> None:
        line = self._process.last_stderr_line() if self._process is not None else ""
        self._process = None
        self._is_ready = False
        self._end_reason = line or f"it ended with status {status}"
        if not self._is_closed:
            told = {"channel": self.name, "status": status, "last_stderr_line": line}
            _log.warning("player ended", extra=told)
            self._shell.receive(SlotEvent.EXITED, _SLOT)

    def _track_heard(self, heard: TrackHeard) -> None:
        track = self._tracks.get(heard.job)
        if track is None:
            return
        track.heard(heard.audio_bytes)
        self._handler.track_heard(heard.job, track.heard_ms)
        if heard.is_over:
            del self._tracks[heard.job]
            self._handler.track_over(heard.job, None)

    def _player_opened(self, opened: PlayerOpened) -> None:
        """Bring a new player to the channel's state: volume, pause, and all that has not been heard."""
        self._is_ready = True
        _log.info("player ready", extra={"channel": self.name, "device": opened.device or "none"})
        self._shell.receive(SlotEvent.READY, _SLOT)
        self._send(SetVolume(self._volume))
        if self._is_paused:
            self._send(PausePlayer())
        for track in self._tracks.values():
            for seq, pcm in track.again():
                self._send(JobAudio(track.number, seq, pcm))
            if track.is_complete:
                self._send(TrackComplete(track.number))
        self._handler.channel_opened(opened)

    # What the supervisor decides.

    def launch_process(self, _slot: int) -> None:
        self._spawn(self._launch())

    def kill_process(self, _slot: int, reason: str) -> None:
        _log.info("player killed", extra={"channel": self.name, "reason": reason})
        if self._process is not None:
            self._process.kill()

    def ping_process(self, _slot: int) -> None:
        self._send(ChildPing())

    def slot_idle(self, _slot: int) -> None:
        """A player gets its tracks as they come."""

    def availability_changed(self, *, is_up: bool) -> None:
        del is_up
        self._refuse_if_down()

    async def _launch(self) -> None:
        command = (sys.executable, str(_PLAYER))
        try:
            process = await ChildProcess.launch(self.name, command, player_environment(), self)
        except OSError as error:
            self._end_reason = f"it cannot be started: {error.strerror}"
            self._shell.receive(SlotEvent.EXITED, _SLOT)
            return
        self._process = process
        if self._is_closed:
            await process.end(patience_s=0)
            return
        if self._shell.state(_SLOT) is SlotState.TERMINATING:
            process.kill()
        process.send(PlayerOpen(PROTOCOL_VERSION, self._device))


def player_environment(environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The variables of a player: those that sound servers look for, and none of the server's secrets."""
    passed = {
        name: value for name, value in environ.items() if name in _PASSED or name.startswith(_PASSED_PREFIXES)
    }
    return passed | {"PYTHONUTF8": "1", "PYTHONNOUSERSITE": "1"}
