"""The settings of text for which a directive asks for another style: another voice, a rate."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from voice_server.core.speech.speech_settings import SpeechSettings
from voice_server.core.text.directives import PLAIN, Style
from voice_server.core.types import SpeechWarning

_MOST_KEPT: Final = 256


class StyledSettings:
    """Settings by style; each is asked for once. `warnings` is what could not be done, until it is taken."""

    def __init__(self, settings: SpeechSettings) -> None:
        self._settings = settings
        self._found: dict[Style, SpeechSettings] = {}
        self.warnings: list[SpeechWarning] = []

    def of(self, style: Style) -> SpeechSettings:
        """How text of this style is spoken."""
        if style == PLAIN:
            return self._settings
        settings = self._found.get(style)
        if settings is None:
            settings = self._find(style)
            if len(self._found) >= _MOST_KEPT:
                self._found.clear()
            self._found[style] = settings
        return settings

    def _find(self, style: Style) -> SpeechSettings:
        settings = self._settings
        if style.speaker is not None:
            settings = settings.speakers.get(style.speaker, settings)
            style = replace(style, speaker=None)
        if style == PLAIN or settings.find_style is None:
            return settings
        found, warnings = settings.find_style(settings, style)
        self.warnings += warnings
        return found
