"""The stages of text and of sound in their order, and how `customize_pipeline` changes them.

Our own stages and those of plugins are of one kind; their names are unique.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from voice_server.core.speech.text_stages import OWN_STAGE, TEXT_STAGES, TextStage
from voice_server.errors import PluginFault
from voice_server.plugins.audio_hooks import AudioFunction, audio_stage
from voice_server.plugins.audio_stages import AUDIO_STAGES, RESAMPLING, AudioStage
from voice_server.plugins.text_hooks import TextFunction, text_stage

_Stage = TypeVar("_Stage", TextStage, AudioStage)


class Pipeline:
    """The stages in order, as a plugin is given them in `customize_pipeline`.

    `text` and `audio` are their names; what is added comes from the plugin `origin`. Methods raise
    PluginFault for what cannot be.
    """

    def __init__(
        self,
        text_stages: Sequence[TextStage] = TEXT_STAGES,
        audio_stages: Sequence[AudioStage] = AUDIO_STAGES,
        origin: str = OWN_STAGE,
    ) -> None:
        self.text_stages = list(text_stages)
        self.audio_stages = list(audio_stages)
        self._origin = origin

    def copy_for(self, origin: str) -> Pipeline:
        """Another one with the same stages, to which a plugin adds."""
        return Pipeline(self.text_stages, self.audio_stages, origin)

    @property
    def text(self) -> list[str]:
        """The names of the stages of text, in order."""
        return [stage.name for stage in self.text_stages]

    @property
    def audio(self) -> list[str]:
        """The names of the stages of sound, in order."""
        return [stage.name for stage in self.audio_stages]

    def remove(self, name: str) -> None:
        """Leave a stage out."""
        if name == RESAMPLING:
            raise PluginFault(f"wanted to remove {RESAMPLING}, without which everything has the wrong pitch")
        self._take(name)

    def move(self, name: str, *, before: str | None = None, after: str | None = None) -> None:
        """Put a stage before or after another one of its kind; at the end where neither is named."""
        stage = self._take(name)
        if isinstance(stage, TextStage):
            self._insert(self.text_stages, stage, before, after)
        else:
            self._insert(self.audio_stages, stage, before, after)

    def add_text(
        self, name: str, function: TextFunction, *, before: str | None = None, after: str | None = None
    ) -> None:
        """Add a stage of text: a function like `pre_process_text`. Without a place it is the last."""
        self._refuse_second(name)
        self._insert(self.text_stages, text_stage(name, self._origin, function), before, after)

    def add_audio(
        self, name: str, function: AudioFunction, *, before: str | None = None, after: str | None = None
    ) -> None:
        """Add a stage of sound: a function like `pre_process_audio`. Without a place it is the last."""
        self._refuse_second(name)
        self._insert(self.audio_stages, audio_stage(name, self._origin, function), before, after)

    def _refuse_second(self, name: str) -> None:
        if name in (*self.text, *self.audio):
            raise PluginFault(f"wanted to add a second stage {name}")

    def _take(self, name: str) -> TextStage | AudioStage:
        if name in self.text:
            return self.text_stages.pop(self.text.index(name))
        _refuse_unknown(name, (*self.text, *self.audio))
        return self.audio_stages.pop(self.audio.index(name))

    def _insert(self, stages: list[_Stage], stage: _Stage, before: str | None, after: str | None) -> None:
        names = [each.name for each in stages]
        if (beside := before or after) is None:
            stages.append(stage)
            return
        _refuse_unknown(beside, names)
        stages.insert(names.index(beside) + (before is None), stage)


def _refuse_unknown(name: str, names: Sequence[str]) -> None:
    if name not in names:
        raise PluginFault(f"asked for the stage {name!r}, and there are {', '.join(names)}")
