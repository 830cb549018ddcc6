"""How text is spoken for which a tag asks for another voice, language or rate than the request.

Laws: what cannot be done is a warning, and the rest of the style holds; nothing is an error, since the text
comes from a model.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from math import log2
from operator import add, mul
from typing import Final, Protocol

from voice_server.core.speech.speech_settings import SpeechSettings
from voice_server.core.text.directives import Style
from voice_server.core.types import Option, SpeechWarning
from voice_server.errors import VoiceServerError

_PITCH_OF_OCTAVE: Final = 50
"""An option `pitch` goes from 0 to 100, where 50 is the voice's own; espeak-ng's table doubles it at 100."""

Found = tuple[SpeechSettings, list[SpeechWarning]]


class VoiceFinder(Protocol):
    """Finds the settings for another voice."""

    def __call__(self, settings: SpeechSettings, voice: str) -> Found:
        """`settings` with that voice, perhaps of another backend. Raises RequestError or BackendDown."""


LikeFinder = Callable[[SpeechSettings, str], SpeechSettings | None]
"""Finds the settings with a voice of a language, or of a gender; None where there is none."""


@dataclass(frozen=True, slots=True)
class VoiceFinders:
    """Who knows what voices there are; `options_of` gives the options that a backend understands."""

    by_name: VoiceFinder
    by_language: LikeFinder
    by_gender: LikeFinder
    options_of: Callable[[str], Sequence[Option]]


def styled(settings: SpeechSettings, style: Style, find: VoiceFinders) -> Found:
    """`settings` with all of a style that can be done, and a warning for what cannot."""
    warnings: list[SpeechWarning] = []
    if style.voice is not None:
        try:
            settings, warnings = find.by_name(settings, style.voice)
        except VoiceServerError as error:
            warnings.append(_kept(settings, error.message))
    for finder, wanted, what in (
        (find.by_language, style.language, "speaks"),
        (find.by_gender, style.gender, "of this language is"),
    ):
        if wanted is not None:
            found = finder(settings, wanted)
            if found is None:
                warnings.append(_kept(settings, f"no voice {what} {wanted}"))
            else:
                settings = found
    for name, factor in (("speed", style.rate), ("volume", style.volume)):
        if factor != 1.0:
            settings = _changed(settings, name, partial(mul, factor), find, warnings)
    if style.pitch != 1.0:
        octaves = log2(style.pitch)
        settings = _changed(settings, "pitch", partial(add, octaves * _PITCH_OF_OCTAVE), find, warnings)
    return settings, warnings


def _kept(settings: SpeechSettings, why: str) -> SpeechWarning:
    return SpeechWarning("voice_kept", f"{why}; {settings.voice} of {settings.backend} goes on")


def _changed(
    settings: SpeechSettings,
    name: str,
    change: Callable[[float], float],
    find: VoiceFinders,
    warnings: list[SpeechWarning],
) -> SpeechSettings:
    """The settings with a number among the options changed, as far as the backend allows."""
    understood = find.options_of(settings.backend)
    option = next((each for each in understood if each.name == name and not each.ignored), None)
    value = settings.options.get(name)
    if option is None or not isinstance(value, int | float):
        sentence = f"{settings.backend} cannot change the {name}; what asks for that has no effect"
        warnings.append(SpeechWarning("style_ignored", sentence))
        return settings
    wanted = nearest = change(value)
    if option.minimum is not None:
        nearest = max(nearest, option.minimum)
    if option.maximum is not None:
        nearest = min(nearest, option.maximum)
    if nearest != wanted:
        sentence = f"{name} {wanted:g} is not in the range of {settings.backend}; it is {nearest:g}"
        warnings.append(SpeechWarning("value_clamped", sentence))
    return replace(settings, options={**settings.options, name: nearest})
