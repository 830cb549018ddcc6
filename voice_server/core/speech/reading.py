"""Who reads a sentence: the voice that was chosen, and others for parts in scripts that it cannot read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from voice_server.core.speech.scripts import UnreadRun, languages_of_scripts, names_of_scripts, unread_runs
from voice_server.core.speech.speech_settings import SpeechSettings
from voice_server.core.text.pronunciation.phonemes import phoneme_places
from voice_server.core.text.speakable.spoken_text import SpokenText
from voice_server.core.text.speakable.symbols import has_speech
from voice_server.core.text.splitting.splitter import Piece
from voice_server.core.types import ANY_SCRIPT, Span, SpeechWarning


@dataclass(frozen=True, slots=True)
class ReadPart:
    """A part of a sentence that one voice reads, as typed and as spoken, and what a client should know."""

    piece: Piece
    spoken: SpokenText
    settings: SpeechSettings
    warnings: tuple[SpeechWarning, ...] = ()


def read_parts(piece: Piece, spoken: SpokenText, settings: SpeechSettings) -> list[ReadPart]:
    """Return the parts of a sentence in order, each with the settings of who reads it."""
    readable = _without_notation(spoken.text)
    runs = unread_runs(readable, settings.reads, language=settings.language, guessed=piece.language)
    if not runs:
        return [ReadPart(piece, spoken, settings)]
    readers = [(run, _reader(run, settings)) for run in runs]
    warnings = tuple(warning for run, reader in readers for warning in _warnings(run, settings, reader))
    cuts = [(run.start, run.end, reader) for run, reader in readers if reader is not None]
    spans = [
        (start, end, reader or settings)
        for start, end, reader in _all_spans(cuts, len(spoken.text))
        if has_speech(spoken.text[start:end])
    ]
    if len(spans) == 1:
        return [ReadPart(piece, spoken, spans[0][2], warnings)]
    typed_from = [0, *(spoken.offsets.to_source(start, start + 1)[0] for start, _, _ in spans[1:])]
    parts = [
        _part(piece, spoken, (start, end), (typed, typed_until), voice)
        for (start, end, voice), typed, typed_until in zip(
            spans, typed_from, [*typed_from[1:], len(piece.text)], strict=True
        )
    ]
    parts[0] = replace(parts[0], warnings=warnings)
    return parts


def _without_notation(text: str) -> str:
    """The text with letters that any voice reads in place of words that are said by their phonemes."""
    for start, end in phoneme_places(text):
        text = text[:start] + "x" * (end - start) + text[end:]
    return text


def _reader(run: UnreadRun, settings: SpeechSettings) -> SpeechSettings | None:
    """The settings of who reads a run, all of it, some of it, or in another language of its script.

    None where the voice reads it as well as it can.
    """
    if settings.script == "keep" or settings.find_reader is None or settings.options.get("ssml"):
        return None
    reader = settings.find_reader(settings, run.scripts, run.language)
    if reader is not None or run.scripts & settings.reads:
        return reader
    wanted = [(frozenset({script}), run.language) for script in sorted(run.scripts)]
    wanted += [(run.scripts, language) for language in languages_of_scripts(run.scripts)]
    found = (settings.find_reader(settings, scripts, language) for scripts, language in wanted)
    return next((reader for reader in found if reader is not None), None)


def _warnings(
    run: UnreadRun, settings: SpeechSettings, reader: SpeechSettings | None
) -> Iterator[SpeechWarning]:
    """What a client should know of a run: which voice reads it in place of its own, and what nobody reads."""
    if reader is not None and (reader.backend, reader.voice) != (settings.backend, settings.voice):
        sentence = f"{_cannot_read(run, settings)}; {reader.voice} of {reader.backend} speaks in its place"
        yield SpeechWarning("script_switched", sentence)
    voice = reader or settings
    if not (ANY_SCRIPT in voice.reads or run.scripts <= voice.reads):
        yield SpeechWarning("script_unread", _cannot_read(run, voice))


def _cannot_read(run: UnreadRun, settings: SpeechSettings) -> str:
    return f"{settings.voice} cannot read {names_of_scripts(run.scripts - settings.reads)} script"


def _all_spans(
    cuts: list[tuple[int, int, SpeechSettings]], length: int
) -> Iterator[tuple[int, int, SpeechSettings | None]]:
    """The spans that others read, and those between them."""
    at = 0
    for start, end, reader in cuts:
        if at < start:
            yield at, start, None
        yield start, end, reader
        at = end
    if at < length:
        yield at, length, None


def _part(piece: Piece, spoken: SpokenText, span: Span, typed: Span, settings: SpeechSettings) -> ReadPart:
    """The part `span` of what is spoken of a piece, for which `typed` of its text was typed."""
    start, end = _stripped(spoken.text, *span)
    first, last = _stripped(piece.text, *typed)
    part = piece._replace(text=piece.text[first:last], start=piece.start + first, end=piece.start + last)
    offsets = spoken.offsets.part(start, end, (first, last))
    return ReadPart(part, SpokenText(spoken.text[start:end], offsets), settings)


def _stripped(text: str, start: int, end: int) -> Span:
    """The span without the white space at its ends."""
    part = text[start:end]
    return start + len(part) - len(part.lstrip()), start + len(part.rstrip())
