"""The hooks that a plugin may implement, as pluggy wants them: a function marked with `hookimpl` for each.

An implementation may leave out arguments that it does not use. What one returns goes to the next: unlike
those of other programs, the results of these hooks are not collected.
"""

from __future__ import annotations

import pluggy

from voice_server.plugins.audio_stages import Samples
from voice_server.plugins.pipeline import Pipeline
from voice_server.plugins.speech_context import SpeechContext

PROJECT = "voice_server"
hookimpl = pluggy.HookimplMarker(PROJECT)
_hookspec = pluggy.HookspecMarker(PROJECT)


class Hooks:
    """What a plugin may implement; None in place of a result leaves everything as it is."""

    @_hookspec
    def pre_process_text(self, text: str, context: SpeechContext) -> str | None:
        """Return what is to be said instead of a sentence as it was typed, markup and digits in it.

        An empty text leaves the sentence out.
        """

    @_hookspec
    def post_process_text(self, text: str, context: SpeechContext) -> str | None:
        """Return what the engine is to be given instead of what it would be given.

        A sentence of which another voice reads a part comes in parts.
        """

    @_hookspec
    def pre_process_audio(self, samples: Samples, rate: int, context: SpeechContext) -> Samples | None:
        """Return what is to be heard instead of a piece of a sentence's sound, as the engine gave it.

        `samples` is float32 at the engine's `rate` in Hz; the array is the plugin's own. The result may have
        another length, and is float32 or float64.
        """

    @_hookspec
    def post_process_audio(self, samples: Samples, rate: int, context: SpeechContext) -> Samples | None:
        """The same with the sound as the listener would get it, at 24,000 Hz."""

    @_hookspec
    def customize_pipeline(self, pipeline: Pipeline) -> None:
        """Remove, move or add stages, once, when the server starts."""


TEXT_HOOKS = ("pre_process_text", "post_process_text")
AUDIO_HOOKS = ("pre_process_audio", "post_process_audio")
