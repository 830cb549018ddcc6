"""The way of one sentence's sound through the stages, and of its word marks, which keep to their words."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from voice_server.core.audio.time_map import TimeMap
from voice_server.core.speech.text_stages import OWN_STAGE
from voice_server.core.types import BYTES_PER_SAMPLE, Frame, SpeechWarning, WordMark
from voice_server.errors import PluginFault
from voice_server.plugins.audio_stages import AudioFilter, AudioStage
from voice_server.plugins.isolation import PluginThread
from voice_server.plugins.plugin_warning import plugin_warning
from voice_server.plugins.speech_context import SpeechContext


@dataclass(slots=True)
class _Step:
    """A stage with its filter of this sentence; `times` is None for one that leaves times as they are."""

    stage: AudioStage
    filter: AudioFilter
    from_hz: int
    times: TimeMap | None


class AudioPath:
    """Takes the frames and word marks of one sentence, and gives warnings, word marks and frames in order."""

    def __init__(
        self, stages: Sequence[AudioStage], threads: Mapping[str, PluginThread], context: SpeechContext
    ) -> None:
        self._stages = stages
        self._threads = threads
        self._context = context
        self._steps: list[_Step] = []
        self._marks: deque[WordMark] = deque()
        self._warnings: dict[SpeechWarning, bool] = {}
        """Those that there were, and whether they have been handed out."""

    def add_mark(self, mark: WordMark) -> None:
        """Keep a word mark until it is known when its word comes."""
        self._marks.append(mark)

    async def process(self, frame: Frame) -> list[Frame | WordMark | SpeechWarning]:
        """Take the next frame."""
        if not self._steps:
            self._open(frame.sample_rate_hz)
        return self._taken(await self._through(frame.pcm, 0))

    async def finish(self) -> list[Frame | WordMark | SpeechWarning]:
        """There is no more."""
        rest = []
        for number, step in enumerate(self._steps):
            rest.append(await self._through(step.filter.finish(), number + 1))
        return [*self._taken(b"".join(rest)), *map(self._moved, self._marks)]

    def _open(self, rate_hz: int) -> None:
        for stage in self._stages:
            opened = stage.open(rate_hz, self._context)
            times = None if stage.origin == OWN_STAGE else TimeMap()
            self._steps.append(_Step(stage, opened, rate_hz, times))
            rate_hz = opened.to_hz

    async def _through(self, pcm: bytes, first: int) -> bytes:
        for step in self._steps[first:]:
            if not pcm:
                break
            pcm = await self._step(step, pcm)
        return pcm

    async def _step(self, step: _Step, pcm: bytes) -> bytes:
        if step.times is None:
            return step.filter.process(pcm)
        changed = pcm
        try:
            changed = await self._threads[step.stage.origin].call(partial(step.filter.process, pcm))
        except PluginFault as fault:
            self._warnings.setdefault(plugin_warning(step.stage, fault), False)
        bytes_per_second = step.from_hz * BYTES_PER_SAMPLE
        step.times.add(len(pcm) / bytes_per_second, len(changed) / bytes_per_second)
        return changed

    def _taken(self, pcm: bytes) -> list[Frame | WordMark | SpeechWarning]:
        """What is ready now: a word comes ahead of the sound in which it is spoken."""
        taken: list[Frame | WordMark | SpeechWarning] = []
        for warning, is_told in self._warnings.items():
            if not is_told:
                taken.append(warning)
                self._warnings[warning] = True
        while self._marks and self._is_placed(self._marks[0]):
            taken.append(self._moved(self._marks.popleft()))
        if pcm:
            taken.append(Frame(pcm, self._steps[-1].filter.to_hz))
        return taken

    def _is_placed(self, mark: WordMark) -> bool:
        """Whether all sound in which the word is spoken has gone through the stages."""
        time_s = mark.end_ms / 1000
        for step in self._steps:
            if step.times is not None:
                if time_s > step.times.known_s:
                    return False
                time_s = step.times.moved(time_s)
        return True

    def _moved(self, mark: WordMark) -> WordMark:
        start_s, end_s = mark.start_ms / 1000, mark.end_ms / 1000
        for step in self._steps:
            if step.times is not None:
                start_s, end_s = step.times.moved(start_s), step.times.moved(end_s)
        return replace(mark, start_ms=start_s * 1000, end_ms=end_s * 1000)
