"""Mixes tracks into the blocks that one sound device reads, and counts what of each has been heard.

Laws: a single track at full volume is not changed; a stop, a pause, a resumption and a change of volume are
ramps within one block, so that nothing clicks; a pause loses nothing, because what was faded out is played
again; neither silence nor what is still in the device's buffer counts as heard.

Blocks have a few hundred samples, for which Python's own arithmetic is fast enough; numpy would make the
player slow to start.
"""

from __future__ import annotations

from array import array
from collections import deque
from dataclasses import dataclass
from enum import Enum

from voice_server.core.audio.pcm import samples_in
from voice_server.core.types import BYTES_PER_SAMPLE

FADE_MS = 5
"""The length of every ramp."""
_MAX_SAMPLE, _MIN_SAMPLE = 32_767, -32_768


class _PauseState(Enum):
    """Whether tracks are played; PAUSING and RESUMING last for the next block, which is faded."""

    PLAYING = "playing"
    PAUSING = "pausing"
    PAUSED = "paused"
    RESUMING = "resuming"


_AFTER_PAUSE = {_PauseState.PLAYING: _PauseState.PAUSING, _PauseState.RESUMING: _PauseState.PAUSED}
_AFTER_RESUME = {_PauseState.PAUSED: _PauseState.RESUMING, _PauseState.PAUSING: _PauseState.PLAYING}


@dataclass(frozen=True, slots=True)
class TrackReport:
    """How many bytes of a track have been heard since it began, and whether that was all of it."""

    track: int
    heard_bytes: int
    is_over: bool


class _Track:
    """The PCM of one track that has not been read, and how much of it the device had read at which time.

    Time is measured in bytes that the device has read since it began.
    """

    def __init__(self) -> None:
        self._pieces: deque[memoryview] = deque()
        self.is_complete = False
        self.is_stopped = False
        self._taken_bytes = 0
        self._reads: deque[tuple[int, int]] = deque()
        """Pairs: the time of a read, and `_taken_bytes` by then."""
        self._reported: tuple[int, bool] = (0, False)
        """What the last report said: bytes heard, and whether that was all."""

    def add(self, pcm: bytes) -> None:
        if pcm:
            self._pieces.append(memoryview(pcm))

    def peek(self, n_bytes: int) -> bytes:
        """The next `n_bytes` of PCM, or all that there are."""
        pcm = bytearray()
        for piece in self._pieces:
            pcm += piece[: n_bytes - len(pcm)]
            if len(pcm) == n_bytes:
                break
        return bytes(pcm)

    def take(self, n_bytes: int) -> bytes:
        """`peek`, and remove it from the track."""
        pcm = self.peek(n_bytes)
        left = len(pcm)
        while left:
            piece = self._pieces.popleft()
            if len(piece) > left:
                self._pieces.appendleft(piece[left:])
            left -= min(left, len(piece))
        self._taken_bytes += len(pcm)
        return pcm

    def note_read(self, now: int) -> None:
        self._reads.append((now, self._taken_bytes))

    def report(self, number: int, played_until: int) -> TrackReport | None:
        """What has been heard if the device has played all that it read until then; None if not new."""
        heard, is_over = self._reported
        while self._reads and self._reads[0][0] <= played_until:
            heard = self._reads.popleft()[1]
            is_over = self.is_complete and not self._pieces and heard == self._taken_bytes
        if (heard, is_over) == self._reported:
            return None
        self._reported = (heard, is_over)
        return TrackReport(number, heard, is_over)


class Mixer:
    """Mixes tracks of int16 mono PCM at one rate, for a device whose buffer holds `device_ms` of sound."""

    def __init__(self, sample_rate_hz: int, device_ms: float) -> None:
        self._fade_samples = round(FADE_MS * sample_rate_hz / 1000)
        self._device_bytes = BYTES_PER_SAMPLE * round(device_ms * sample_rate_hz / 1000)
        self._tracks: dict[int, _Track] = {}
        self._read_bytes = 0
        """Bytes that the device has read, which is the time for all tracks."""
        self._state = _PauseState.PLAYING
        self._volume = self._next_volume = 1.0

    def add(self, track: int, pcm: bytes) -> None:
        """Add PCM to the end of a track; a new number makes a new track. Half a sample is a ValueError."""
        samples_in(pcm)
        self._tracks.setdefault(track, _Track()).add(pcm)

    def complete(self, track: int) -> None:
        """Note that no more PCM will come for this track."""
        self._tracks.setdefault(track, _Track()).is_complete = True

    def stop(self, track: int) -> None:
        """End a track now; nothing more is reported about it."""
        if track in self._tracks:
            self._tracks[track].is_stopped = True

    def pause(self) -> None:
        """Return only silence until `resume`; the tracks stay where they are."""
        self._state = _AFTER_PAUSE.get(self._state, self._state)

    def resume(self) -> None:
        """Go on where `pause` stopped."""
        self._state = _AFTER_RESUME.get(self._state, self._state)

    def set_volume(self, level: float) -> None:
        """Set the factor for all samples, from 0 for silence to 1 for the sound as it is."""
        self._next_volume = level

    def read(self, n_bytes: int) -> bytes:
        """Return the next block of PCM for the device, filled up with silence."""
        self._read_bytes += n_bytes
        state = self._state
        if state is _PauseState.PAUSED:
            self._drop_stopped()
            return bytes(n_bytes)
        if state is _PauseState.PAUSING:
            self._state = _PauseState.PAUSED
            return self._fade_into_pause(n_bytes)
        mixed = self._mix_next_block(n_bytes)
        if state is _PauseState.RESUMING:
            self._state = _PauseState.PLAYING
            mixed = ramped(mixed, 0.0, 1.0, self._fade_samples)
        return self._at_volume(mixed, n_bytes)

    def take_reports(self) -> list[TrackReport]:
        """Return what has been heard of each track, where that is new; a track that is over is forgotten."""
        played_until = self._read_bytes - self._device_bytes
        found = [track.report(number, played_until) for number, track in self._tracks.items()]
        reports = [report for report in found if report is not None]
        for report in reports:
            if report.is_over:
                del self._tracks[report.track]
        return reports

    @property
    def is_idle(self) -> bool:
        """Whether there are no tracks, so that nothing will be heard or reported until one is added."""
        return not self._tracks

    def _mix_next_block(self, n_bytes: int) -> bytes:
        """The next block of all tracks together; stopped tracks are faded out and removed."""
        parts = []
        for track in self._tracks.values():
            if track.is_stopped:
                parts.append(self._faded_out(track.take(min(n_bytes, self._fade_samples * BYTES_PER_SAMPLE))))
            else:
                parts.append(track.take(n_bytes))
                track.note_read(self._read_bytes)
        self._drop_stopped()
        return _mixed([pcm for pcm in parts if pcm])

    def _fade_into_pause(self, n_bytes: int) -> bytes:
        """The first block of a pause: all tracks faded out, which will be played again afterwards."""
        fade_bytes = min(n_bytes, self._fade_samples * BYTES_PER_SAMPLE)
        mixed = _mixed([pcm for track in self._tracks.values() if (pcm := track.peek(fade_bytes))])
        self._drop_stopped()
        return self._at_volume(self._faded_out(mixed), n_bytes)

    def _faded_out(self, pcm: bytes) -> bytes:
        return ramped(pcm, 1.0, 0.0, self._fade_samples)

    def _drop_stopped(self) -> None:
        self._tracks = {number: track for number, track in self._tracks.items() if not track.is_stopped}

    def _at_volume(self, pcm: bytes, n_bytes: int) -> bytes:
        """The PCM at the volume that was set, with a ramp where that has changed, filled up to `n_bytes`."""
        before, self._volume = self._volume, self._next_volume
        if not before == self._volume == 1.0:
            pcm = ramped(pcm, before, self._volume, self._fade_samples)
        return pcm + bytes(n_bytes - len(pcm))


def _mixed(parts: list[bytes]) -> bytes:
    """The sum of the parts, clipped to int16; the result is as long as the longest."""
    if len(parts) == 1:
        return parts[0]
    total = array("i", bytes(4 * max((len(part) // BYTES_PER_SAMPLE for part in parts), default=0)))
    for part in parts:
        for index, sample in enumerate(array("h", part)):
            total[index] += sample
    return array("h", [min(_MAX_SAMPLE, max(_MIN_SAMPLE, sample)) for sample in total]).tobytes()


def ramped(pcm: bytes, start: float, end: float, n_samples: int) -> bytes:
    """Return int16 PCM with its level going from `start` to `end` over the first `n_samples`, or over all.

    The samples behind the ramp have the level `end`.
    """
    samples = array("h", pcm)
    n_samples = min(n_samples, len(samples))
    step = (end - start) / n_samples if n_samples else 0.0
    for index in range(n_samples):
        samples[index] = round(samples[index] * (start + step * (index + 1)))
    if end != 1.0:
        for index in range(n_samples, len(samples)):
            samples[index] = round(samples[index] * end)
    return samples.tobytes()
