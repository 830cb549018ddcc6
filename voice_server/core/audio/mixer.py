"""Several tracks on their way into one sound device: mixed, faded where they are cut, and counted as heard.

Laws: one track at full volume passes through bit by bit; every cut (a stop, a pause, a change of volume)
is a ramp within one block, so that nothing clicks; a pause loses nothing, for what was faded out is played
again; silence is never counted as heard, nor is what the device still holds.

The blocks are a few hundred samples, for which plain arithmetic is quick enough: nothing is imported that
would make a player slow to start.
"""

from __future__ import annotations

from array import array
from collections import deque
from dataclasses import dataclass
from enum import Enum

from voice_server.core.audio.pcm import samples_in
from voice_server.core.types import BYTES_PER_SAMPLE

FADE_MS = 5
_LOUDEST, _LOWEST = 32_767, -32_768


class _Flow(Enum):
    """Whether the tracks move on."""

    PLAYING = "playing"
    PAUSING = "pausing"
    PAUSED = "paused"
    RESUMING = "resuming"


@dataclass(frozen=True, slots=True)
class TrackReport:
    """How many bytes of a track have been heard since it began, and whether that was all of it."""

    track: int
    heard_bytes: int
    is_over: bool


class _Track:
    """What is pending of one track, and when the device will have played what was read."""

    def __init__(self) -> None:
        self._pieces: deque[memoryview] = deque()
        self.is_complete = False
        self.is_stopped = False
        self._taken = 0
        self._reads: deque[tuple[int, int]] = deque()  # (the device's clock, bytes taken by then)
        self._reported: tuple[int, bool] = (0, False)

    def add(self, pcm: bytes) -> None:
        if pcm:
            self._pieces.append(memoryview(pcm))

    def peek(self, n_bytes: int) -> bytes:
        found = bytearray()
        for piece in self._pieces:
            found += piece[: n_bytes - len(found)]
            if len(found) == n_bytes:
                break
        return bytes(found)

    def take(self, n_bytes: int) -> bytes:
        found = self.peek(n_bytes)
        left = len(found)
        while left:
            piece = self._pieces.popleft()
            if len(piece) > left:
                self._pieces.appendleft(piece[left:])
            left -= min(left, len(piece))
        self._taken += len(found)
        return found

    def note_read(self, clock: int) -> None:
        self._reads.append((clock, self._taken))

    def report(self, number: int, played_until: int) -> TrackReport | None:
        """What is new since the last time, if anything."""
        heard, is_over = self._reported
        while self._reads and self._reads[0][0] <= played_until:
            heard = self._reads.popleft()[1]
            is_over = self.is_complete and not self._pieces and heard == self._taken
        if (heard, is_over) == self._reported:
            return None
        self._reported = (heard, is_over)
        return TrackReport(number, heard, is_over)


class Mixer:
    """Tracks of int16 mono PCM at one rate; `device_ms` is what the device holds beyond what it has read."""

    def __init__(self, sample_rate_hz: int, device_ms: float) -> None:
        self._fade = round(FADE_MS * sample_rate_hz / 1000)
        self._device_bytes = BYTES_PER_SAMPLE * round(device_ms * sample_rate_hz / 1000)
        self._tracks: dict[int, _Track] = {}
        self._clock = 0  # bytes read by the device
        self._flow = _Flow.PLAYING
        self._volume = self._wanted_volume = 1.0

    def add(self, track: int, pcm: bytes) -> None:
        """Add sound to the end of a track, which is made where there is none of this number."""
        samples_in(pcm)
        self._tracks.setdefault(track, _Track()).add(pcm)

    def complete(self, track: int) -> None:
        """No more sound will come for this track."""
        self._tracks.setdefault(track, _Track()).is_complete = True

    def stop(self, track: int) -> None:
        """End a track now; nothing more is reported of it."""
        if track in self._tracks:
            self._tracks[track].is_stopped = True

    def pause(self) -> None:
        """Let no track move on."""
        if self._flow in (_Flow.PLAYING, _Flow.RESUMING):
            self._flow = _Flow.PAUSING if self._flow is _Flow.PLAYING else _Flow.PAUSED

    def resume(self) -> None:
        """Go on where it was paused."""
        if self._flow in (_Flow.PAUSING, _Flow.PAUSED):
            self._flow = _Flow.RESUMING if self._flow is _Flow.PAUSED else _Flow.PLAYING

    def set_volume(self, level: float) -> None:
        """From 0 for silence to 1 for the sound as it is."""
        self._wanted_volume = level

    def read(self, n_bytes: int) -> bytes:
        """The next block for the device."""
        self._clock += n_bytes
        flow = self._flow
        if flow is _Flow.PAUSED:
            self._drop_stopped()
            return bytes(n_bytes)
        if flow is _Flow.PAUSING:
            self._flow = _Flow.PAUSED
            return self._last_block(n_bytes)
        mixed = self._moved_on(n_bytes)
        if flow is _Flow.RESUMING:
            self._flow = _Flow.PLAYING
            mixed = ramped(mixed, 0.0, 1.0, self._fade)
        return self._at_volume(mixed, n_bytes)

    def take_reports(self) -> list[TrackReport]:
        """What has been heard since the last time; a track that is over is forgotten."""
        played_until = self._clock - self._device_bytes
        found = [track.report(number, played_until) for number, track in self._tracks.items()]
        reports = [report for report in found if report is not None]
        for report in reports:
            if report.is_over:
                del self._tracks[report.track]
        return reports

    @property
    def is_idle(self) -> bool:
        """Whether there is nothing to be heard or reported until something is added."""
        return not self._tracks

    def _moved_on(self, n_bytes: int) -> bytes:
        """All tracks together, each a block further; a stopped one fades and is gone."""
        heard = []
        for track in self._tracks.values():
            if track.is_stopped:
                heard.append(self._faded_out(track.take(min(n_bytes, self._fade * BYTES_PER_SAMPLE))))
            else:
                heard.append(track.take(n_bytes))
                track.note_read(self._clock)
        self._drop_stopped()
        return _sum([pcm for pcm in heard if pcm])

    def _last_block(self, n_bytes: int) -> bytes:
        """The fade into a pause; the tracks stay where they are."""
        fade_bytes = min(n_bytes, self._fade * BYTES_PER_SAMPLE)
        mixed = _sum([pcm for track in self._tracks.values() if (pcm := track.peek(fade_bytes))])
        self._drop_stopped()
        return self._at_volume(self._faded_out(mixed), n_bytes)

    def _faded_out(self, pcm: bytes) -> bytes:
        return ramped(pcm, 1.0, 0.0, self._fade)

    def _drop_stopped(self) -> None:
        self._tracks = {number: track for number, track in self._tracks.items() if not track.is_stopped}

    def _at_volume(self, pcm: bytes, n_bytes: int) -> bytes:
        before, self._volume = self._volume, self._wanted_volume
        if not before == self._volume == 1.0:
            pcm = ramped(pcm, before, self._volume, self._fade)
        return pcm + bytes(n_bytes - len(pcm))


def _sum(parts: list[bytes]) -> bytes:
    """The parts together, as loud as int16 goes."""
    if len(parts) == 1:
        return parts[0]
    total = array("i", bytes(4 * max((len(part) // BYTES_PER_SAMPLE for part in parts), default=0)))
    for part in parts:
        for at, sample in enumerate(array("h", part)):
            total[at] += sample
    return array("h", [min(_LOUDEST, max(_LOWEST, sample)) for sample in total]).tobytes()


def ramped(pcm: bytes, start: float, end: float, over: int) -> bytes:
    """int16 samples whose level goes from `start` to `end` within the first `over` of them, or within all."""
    samples = array("h", pcm)
    over = min(over, len(samples))
    step = (end - start) / over if over else 0.0
    for at in range(over):
        samples[at] = round(samples[at] * (start + step * (at + 1)))
    if end != 1.0:
        for at in range(over, len(samples)):
            samples[at] = round(samples[at] * end)
    return samples.tobytes()
