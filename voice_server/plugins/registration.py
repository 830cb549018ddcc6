"""The stages that plugins bring, and the pipeline that they make of ours: pluggy knows the hooks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import cast

import pluggy

from voice_server.core.speech.text_stages import TEXT_STAGES, TextStage
from voice_server.plugins.audio_hooks import audio_stage
from voice_server.plugins.audio_stages import AUDIO_STAGES, AudioStage, Samples
from voice_server.plugins.discovery import BrokenPlugin, FoundPlugin
from voice_server.plugins.hooks import AUDIO_HOOKS, PROJECT, TEXT_HOOKS, Hooks
from voice_server.plugins.pipeline import Pipeline
from voice_server.plugins.speech_context import SpeechContext
from voice_server.plugins.text_hooks import text_stage

_HOOKS = (*TEXT_HOOKS, *AUDIO_HOOKS, "customize_pipeline")


@dataclass(frozen=True, slots=True)
class Customization:
    """One plugin's `customize_pipeline`."""

    plugin: str
    implementation: pluggy.HookImpl

    def apply(self, pipeline: Pipeline) -> Pipeline:
        """The pipeline as the plugin wants it; the one given is not changed."""
        changed = pipeline.copy_for(self.plugin)
        _called(self.implementation, pipeline=changed)
        return changed


class Registration:
    """Plugins that have hooks; `broken` are those that cannot be used.

    The plugin that comes first is called first, unless one says `tryfirst` or `trylast`.
    """

    def __init__(self, plugins: Sequence[FoundPlugin]) -> None:
        self._registered = pluggy.PluginManager(PROJECT)
        self._registered.add_hookspecs(Hooks)
        self.plugins: list[FoundPlugin] = []
        self.broken: list[BrokenPlugin] = []
        for plugin in reversed(plugins):  # pluggy calls the one that was registered last first
            reason = self._register(plugin)
            if reason:
                self._registered.unregister(name=plugin.name)
                self.broken.insert(0, BrokenPlugin(plugin.name, plugin.source, reason))
            else:
                self.plugins.insert(0, plugin)

    def _register(self, plugin: FoundPlugin) -> str:
        """Register a plugin; returns what is wrong with it."""
        try:
            self._registered.register(plugin.implementation, plugin.name)
        except pluggy.PluginValidationError as error:
            return str(error).replace("\n", " ")
        callers = self._registered.get_hookcallers(plugin.implementation) or []
        if not callers:
            return "it has no hook; mark its functions with hookimpl of voice_server.plugins.plugin_api"
        unknown = [caller.name for caller in callers if not caller.has_spec()]
        if unknown:
            return f"there is no hook {unknown[0]}; there are {', '.join(_HOOKS)}"
        own = [
            impl
            for caller in callers
            for impl in caller.get_hookimpls()
            if impl.plugin is plugin.implementation
        ]
        if any(impl.wrapper or impl.hookwrapper for impl in own):
            return "a hook here may not be a wrapper"
        return ""

    def pipeline(self) -> Pipeline:
        """Our stages, and before and behind them those of the plugins' hooks."""
        before, behind = (self._text_stages(hook) for hook in TEXT_HOOKS)
        audio_before, audio_behind = (self._audio_stages(hook) for hook in AUDIO_HOOKS)
        return Pipeline((*before, *TEXT_STAGES, *behind), (*audio_before, *AUDIO_STAGES, *audio_behind))

    def customizations(self) -> list[Customization]:
        """What the plugins want to make of the pipeline, in order."""
        return [Customization(impl.plugin_name, impl) for impl in self._implementations("customize_pipeline")]

    def _implementations(self, hook: str) -> list[pluggy.HookImpl]:
        """In the order of their calls."""
        caller: pluggy.HookCaller = getattr(self._registered.hook, hook)
        return caller.get_hookimpls()[::-1]

    def _text_stages(self, hook: str) -> Iterator[TextStage]:
        for each in self._implementations(hook):

            def change(text: str, context: SpeechContext, *, impl: pluggy.HookImpl = each) -> str | None:
                return cast("str | None", _called(impl, text=text, context=context))

            yield text_stage(f"{each.plugin_name}.{hook}", each.plugin_name, change)

    def _audio_stages(self, hook: str) -> Iterator[AudioStage]:
        for each in self._implementations(hook):

            def change(
                samples: Samples, rate: int, context: SpeechContext, *, impl: pluggy.HookImpl = each
            ) -> Samples | None:
                return cast("Samples | None", _called(impl, samples=samples, rate=rate, context=context))

            yield audio_stage(f"{each.plugin_name}.{hook}", each.plugin_name, change)


def _called(implementation: pluggy.HookImpl, **arguments: object) -> object:
    """What an implementation returns, which may leave out arguments."""
    return implementation.function(*(arguments[name] for name in implementation.argnames))
