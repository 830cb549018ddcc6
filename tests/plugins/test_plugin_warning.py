"""A listener is told which plugin did not do what."""

from __future__ import annotations

from voice_server.core.speech.text_stages import TextStage
from voice_server.core.types import SpeechWarning
from voice_server.errors import PluginFault
from voice_server.plugins.plugin_warning import plugin_warning


def test_a_warning_names_the_plugin_its_fault_and_what_is_left_out() -> None:
    stage = TextStage("odd.pre_process_text", lambda part, _log: [part], "odd")
    assert plugin_warning(stage, PluginFault("raised ValueError")) == SpeechWarning(
        "plugin_failed", "the plugin odd raised ValueError; odd.pre_process_text is left out"
    )
