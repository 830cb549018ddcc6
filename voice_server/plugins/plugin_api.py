"""All that a plugin imports; docs/plugins.md is written for its author."""

from __future__ import annotations

from voice_server.plugins.audio_stages import Samples
from voice_server.plugins.hooks import hookimpl
from voice_server.plugins.pipeline import Pipeline
from voice_server.plugins.speech_context import SpeechContext

__all__ = ["Pipeline", "Samples", "SpeechContext", "hookimpl"]
