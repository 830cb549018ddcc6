"""A function of text that a plugin brought, as a stage of text: its result checked, its changes located."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from voice_server.core.speech.reading import ReadPart
from voice_server.core.speech.text_stages import TextStage, language_of
from voice_server.core.text.change_log import ChangeLog
from voice_server.core.text.rewording import reworded
from voice_server.errors import PluginFault
from voice_server.plugins.speech_context import SpeechContext

MOST_CHARS: Final = 10_000
"""What a plugin makes of a sentence is no longer than this."""

TextFunction = Callable[[str, SpeechContext], str | None]


def text_stage(name: str, origin: str, function: TextFunction) -> TextStage:
    """A stage that says what `function` returns. It raises PluginFault for what cannot be said."""

    def change(part: ReadPart, log: ChangeLog | None) -> list[ReadPart]:
        before, piece, settings = part.spoken.text, part.piece, part.settings
        language = language_of(piece, settings)
        context = SpeechContext(settings.backend, settings.voice, language, piece.text, settings.options)
        result = function(before, context)
        after = before if result is None else _checked(result).strip()
        if after == before:
            return [part]
        text, offsets = reworded(before, after)
        if log is not None:
            log.add_each(name, before, offsets.edits(text), part.spoken.offsets)
        spoken = replace(part.spoken, text=text, offsets=part.spoken.offsets.then(offsets))
        return [replace(part, spoken=spoken)] if text else []

    return TextStage(name, change, origin)


def _checked(result: object) -> str:
    if not isinstance(result, str):
        raise PluginFault(f"returned {type(result).__name__} and not str")
    if len(result) > MOST_CHARS:
        raise PluginFault(f"returned more than {MOST_CHARS} characters")
    try:
        result.encode()
    except UnicodeEncodeError as error:
        raise PluginFault(f"returned a text with half a character ({error.reason})") from None
    return str(result)
