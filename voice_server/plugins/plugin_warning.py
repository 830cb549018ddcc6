"""What a listener is told of a plugin's fault."""

from __future__ import annotations

from voice_server.core.speech.text_stages import TextStage
from voice_server.core.types import SpeechWarning
from voice_server.errors import PluginFault
from voice_server.plugins.audio_stages import AudioStage


def plugin_warning(stage: TextStage | AudioStage, fault: PluginFault) -> SpeechWarning:
    """The warning that a stage did not do what it does."""
    message = f"the plugin {stage.origin} {fault.message}; {stage.name} is left out"
    return SpeechWarning("plugin_failed", message)
