"""How text is spoken for which a tag asks for another voice, language or rate than the request.

Laws: what cannot be done is a warning, and the rest of the style holds; nothing is an error, since the text
comes from a model.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Protocol

from voice_server.core.speech.speech_settings import SpeechSettings
from voice_server.core.text.directives import Style
from voice_server.core.types import Option, SpeechWarning
from voice_server.errors import VoiceServerError

Found = tuple[SpeechSettings, list[SpeechWarning]]


class VoiceFinder(Protocol):
    """Finds the settings for another voice."""

    def __call__(self, settings: SpeechSettings, voice: str) -> Found:
        """`settings` with that voice, perhaps of another backend. Raises RequestError or BackendDown."""


def styled(
    settings: SpeechSettings,
    style: Style,
    find_voice: VoiceFinder,
    options_of: Callable[[str], Sequence[Option]],
) -> Found:
    """`settings` with all of a style that can be done, and a warning for what cannot.

    `options_of` gives the options that a backend, by its name, understands.
    """
    warnings: list[SpeechWarning] = []
    if style.voice is not None:
        try:
            settings, warnings = find_voice(settings, style.voice)
        except VoiceServerError as error:
            sentence = f"{error.message}; {settings.voice} of {settings.backend} goes on"
            warnings.append(SpeechWarning("voice_kept", sentence))
    for name, factor in (("speed", style.rate),):
        if factor != 1.0:
            settings = _scaled(settings, name, factor, options_of(settings.backend), warnings)
    return settings, warnings


def _scaled(
    settings: SpeechSettings,
    name: str,
    factor: float,
    understood: Sequence[Option],
    warnings: list[SpeechWarning],
) -> SpeechSettings:
    """The settings with a number among the options multiplied, as far as the backend allows."""
    option = next((each for each in understood if each.name == name and not each.ignored), None)
    value = settings.options.get(name)
    if option is None or not isinstance(value, int | float):
        sentence = f"{settings.backend} cannot change the {name}; a tag that asks for that has no effect"
        warnings.append(SpeechWarning("style_ignored", sentence))
        return settings
    wanted = scaled = value * factor
    if option.minimum is not None:
        scaled = max(scaled, option.minimum)
    if option.maximum is not None:
        scaled = min(scaled, option.maximum)
    if scaled != wanted:
        sentence = f"{name} {wanted:g} is not in the range of {settings.backend}; it is {scaled:g}"
        warnings.append(SpeechWarning("value_clamped", sentence))
    return replace(settings, options={**settings.options, name: scaled})
