"""The plugins of one server: what is said and heard goes through their stages, off the event loop."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING

from voice_server.config import Config
from voice_server.core.speech.reading import ReadPart
from voice_server.core.speech.segments import PendingSegment
from voice_server.core.speech.text_stages import (
    OWN_STAGE,
    Preparation,
    TextStage,
    language_of,
    log_of,
    unchanged_part,
)
from voice_server.core.speech.utterance_inputs import TextPrepared
from voice_server.core.text.change_log import ChangeLog
from voice_server.core.text.speakable.symbols import has_speech
from voice_server.core.types import Frame, SpeechWarning, WordMark
from voice_server.errors import ConfigError, PluginFault
from voice_server.plugins.audio_path import AudioPath
from voice_server.plugins.discovery import BrokenPlugin, FoundPlugin, find_plugins
from voice_server.plugins.isolation import PluginThread
from voice_server.plugins.pipeline import Pipeline
from voice_server.plugins.plugin_warning import plugin_warning
from voice_server.plugins.speech_context import SpeechContext

if TYPE_CHECKING:
    from voice_server.plugins.registration import Customization

SoundItem = Frame | WordMark | SpeechWarning


class Plugins:
    """Takes sentences through the stages of text, and their sound through those of sound.

    `found` are the plugins in order, `broken` those that are not used. Without plugins nothing is done here.
    """

    def __init__(
        self,
        found: Sequence[FoundPlugin] = (),
        broken: Sequence[BrokenPlugin] = (),
        *,
        pipeline: Pipeline | None = None,
        limit_s: float = 1.0,
    ) -> None:
        self.found = found
        self.broken = list(broken)
        self.pipeline = pipeline or Pipeline()
        self._threads = {plugin.name: PluginThread(plugin.name, limit_s) for plugin in found}

    @property
    def inline_stages(self) -> Sequence[TextStage] | None:
        """The stages of text where all are our own; None where a sentence has to go through `prepare`."""
        stages = tuple(self.pipeline.text_stages)
        return stages if all(stage.origin == OWN_STAGE for stage in stages) else None

    @property
    def changes_sound(self) -> bool:
        """Whether sound has to go through `heard`."""
        return any(stage.origin != OWN_STAGE for stage in self.pipeline.audio_stages)

    async def customize(self, customizations: Sequence[Customization]) -> None:
        """Let plugins change the pipeline; a failure of one is logged, and its name stands in `broken`."""
        for each in customizations:
            try:
                change = partial(each.apply, self.pipeline)
                self.pipeline = await self._threads[each.plugin].call(change)
            except PluginFault as fault:
                reason = f"it {fault.message}; its customize_pipeline is left out"
                source = next(plugin.source for plugin in self.found if plugin.name == each.plugin)
                self.broken.append(BrokenPlugin(each.plugin, source, reason))

    async def prepare(self, preparation: Preparation, log: ChangeLog | None = None) -> TextPrepared:
        """Take a sentence through the stages; those of plugins that fail are left out."""
        whole = unchanged_part(preparation.piece, preparation.settings)
        parts = [whole]
        warnings: list[SpeechWarning] = []
        for stage in self.pipeline.text_stages:
            changed: list[ReadPart] = []
            for part in parts:
                try:
                    changed += await self._changed(stage, part, log_of(part, whole, log))
                except PluginFault as fault:
                    changed.append(part)
                    warnings.append(plugin_warning(stage, fault))
            parts = changed
        parts = [part for part in parts if has_speech(part.spoken.text)]
        return TextPrepared(preparation, parts, tuple(warnings))

    async def _changed(self, stage: TextStage, part: ReadPart, log: ChangeLog | None) -> Sequence[ReadPart]:
        if stage.origin == OWN_STAGE:
            return stage.change(part, log)
        return await self._threads[stage.origin].call(partial(stage.change, part, log))

    async def heard(
        self, items: AsyncGenerator[SoundItem, None], pending: PendingSegment
    ) -> AsyncGenerator[SoundItem, None]:
        """The sound of one sentence, with its word marks and warnings, as it leaves the stages of sound."""
        segment, piece = pending.segment, pending.piece
        language = language_of(piece, pending.settings)
        context = SpeechContext(segment.backend, segment.voice, language, piece.text, segment.options)
        path = AudioPath(self.pipeline.audio_stages, self._threads, context)
        async with aclosing(items):
            async for item in items:
                if isinstance(item, Frame):
                    for each in await path.process(item):
                        yield each
                elif isinstance(item, WordMark):
                    path.add_mark(item)
                else:
                    yield item
        for each in await path.finish():
            yield each

    def close(self) -> None:
        """Let the plugins' threads end."""
        for thread in self._threads.values():
            thread.close()


@asynccontextmanager
async def running_plugins(
    found: Sequence[FoundPlugin], broken: Sequence[BrokenPlugin] = (), *, limit_s: float = 1.0
) -> AsyncIterator[Plugins]:
    """Plugins that have been loaded, with their stages in the pipeline, while the context lasts."""
    if not found:
        yield Plugins(broken=broken)
        return
    from voice_server.plugins.registration import Registration  # noqa: PLC0415 - without plugins no pluggy

    registration = Registration(found)
    broken = (*broken, *registration.broken)
    plugins = Plugins(registration.plugins, broken, pipeline=registration.pipeline(), limit_s=limit_s)
    try:
        await plugins.customize(registration.customizations())
        yield plugins
    finally:
        plugins.close()


@asynccontextmanager
async def open_plugins(config: Config) -> AsyncIterator[Plugins]:
    """The plugins of a server while the context lasts. Raises ConfigError for one that the file lists."""
    found, broken = await find_plugins(config)
    async with running_plugins(found, broken, limit_s=config.plugin_timeout_s) as plugins:
        unused = {plugin.name for plugin in found if plugin.is_listed} - {each.name for each in plugins.found}
        for each in plugins.broken:
            if each.name in unused:
                name = f"{config.source.name}: plugins: {each.name!r}"
                raise ConfigError(f"{name} cannot be used: {each.reason}")
        yield plugins
