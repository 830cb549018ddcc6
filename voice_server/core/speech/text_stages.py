"""The way from a sentence as typed to what is said of it, as a list of named stages.

Each takes a part of the sentence and gives what becomes of it, with offsets that lead back to what was typed.
Our own are here; those of plugins are of the same kind and stand in the same list.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from voice_server.core.speech.reading import ReadPart, read_parts
from voice_server.core.speech.speech_settings import SpeechSettings
from voice_server.core.text.change_log import ChangeLog
from voice_server.core.text.normalization.normalizer import normalized
from voice_server.core.text.offsets import Edit, OffsetMap, rewrite
from voice_server.core.text.pronunciation.phonemes import phoneme_places, without_phonemes
from voice_server.core.text.speakable.spoken_text import SpokenText, speakable
from voice_server.core.text.splitting.splitter import Piece
from voice_server.core.types import NormalizedKind, SpeechWarning

OWN_STAGE: Final = "voice-server"
"""Where a stage comes from that is no plugin's."""


@dataclass(frozen=True, slots=True)
class TextStage:
    """A step on the way: `change` gives the parts that one becomes, none where nothing of it is said.

    It tells a log, where it is given one, what it changed. `name` is unique among the stages; `origin` is the
    plugin that brought it.
    """

    name: str
    change: Callable[[ReadPart, ChangeLog | None], Sequence[ReadPart]]
    origin: str = OWN_STAGE


@dataclass(frozen=True, slots=True, eq=False)
class Preparation:
    """A sentence that is certain and goes through the stages elsewhere, and how it is to be spoken."""

    piece: Piece
    settings: SpeechSettings


def unchanged_part(piece: Piece, settings: SpeechSettings) -> ReadPart:
    """All of a piece, before the first stage."""
    return ReadPart(piece, SpokenText(piece.text, OffsetMap.identity(len(piece.text))), settings)


def staged(part: ReadPart, stages: Sequence[TextStage], log: ChangeLog | None = None) -> list[ReadPart]:
    """What becomes of a part through all of these stages."""
    parts = [part]
    for stage in stages:
        parts = [changed for each in parts for changed in stage.change(each, log_of(each, part, log))]
    return parts


def log_of(part: ReadPart, whole: ReadPart, log: ChangeLog | None) -> ChangeLog | None:
    """The log of a whole sentence, for whoever changes a part of it."""
    return None if log is None else log.within(part.piece.start - whole.piece.start)


def language_of(piece: Piece, settings: SpeechSettings) -> str:
    """The language in which a piece is spoken, as a BCP 47 tag."""
    return settings.spoken_language or settings.language or piece.language


def _without_markup(part: ReadPart, log: ChangeLog | None) -> list[ReadPart]:
    """The part without what only the eye needs."""
    settings = part.settings
    is_first_change = part.spoken.text is part.piece.text
    if log is not None and not is_first_change:
        log = log.within(0, part.spoken.offsets)
    spoken = speakable(
        part.spoken.text,
        markup="strip" if settings.markup == "strip" else "speak",
        known_tags=settings.known_tags,
        language=language_of(part.piece, settings),
        emoji=settings.emoji,
        citations=settings.citations,
        log=log,
    )
    if not spoken.text:
        return []
    warnings = part.warnings
    if spoken.dropped_tags:
        message = f"the backend {settings.backend} does not know {', '.join(spoken.dropped_tags)}"
        warnings = (*warnings, SpeechWarning("tag_dropped", message))
    if not is_first_change:
        spoken = SpokenText(spoken.text, part.spoken.offsets.then(spoken.offsets))
    return [ReadPart(part.piece, spoken, settings, warnings)]


def _pronounced(part: ReadPart, log: ChangeLog | None) -> list[ReadPart]:
    """The part with the words of the dictionary as its backend says them in its language."""
    settings, spoken = part.settings, part.spoken
    if settings.markup == "speak":
        return [part]
    edits = settings.dictionary.edits(
        spoken.text,
        language=settings.spoken_language or part.piece.language,
        backend=settings.backend,
        says_phonemes=settings.inline_phonemes,
    )
    if not edits:
        return [part]
    if log is not None:
        log.add_each("pronunciation", spoken.text, edits, spoken.offsets)
    return [_rewritten(part, *rewrite(spoken.text, edits))]


def _by_script(part: ReadPart, log: ChangeLog | None) -> list[ReadPart]:
    """The parts that one voice reads each, with the dictionary's words as another voice says them."""
    parts = read_parts(part.piece, part.spoken, part.settings)
    if part.warnings:
        parts[0] = replace(parts[0], warnings=parts[0].warnings + part.warnings)
    pronounced: list[ReadPart] = []
    for each in parts:
        is_own = each.settings is part.settings
        pronounced += [each] if is_own else _pronounced(each, log_of(each, part, log))
    return pronounced


def _with_read_phonemes(part: ReadPart, _log: ChangeLog | None) -> list[ReadPart]:
    """The part without phonemes where its backend reads none, and a warning of that."""
    spoken, backend = part.spoken, part.settings.backend
    if part.settings.inline_phonemes or not phoneme_places(spoken.text):
        return [part]
    message = f"{backend} reads no phonemes: words whose sound is given as IPA are said as written"
    warnings = (*part.warnings, SpeechWarning("phonemes_unread", message))
    return [replace(_rewritten(part, *without_phonemes(spoken.text)), warnings=warnings)]


def _normalized(part: ReadPart, log: ChangeLog | None) -> list[ReadPart]:
    """The part with numbers, signs and so on in words, as its settings want."""
    settings, spoken = part.settings, part.spoken
    if settings.markup == "speak" or not settings.normalized_kinds:
        return [part]
    language = settings.spoken_language or part.piece.language
    kept = phoneme_places(spoken.text)
    changes: list[tuple[NormalizedKind, Sequence[Edit]]] | None = None if log is None else []
    text, offsets = normalized(spoken.text, language, settings.normalized_kinds, kept, changes)
    if log is not None:
        for kind, edits in changes or ():
            log.add(kind, spoken.text, edits, spoken.offsets)
    return [part] if text == spoken.text else [_rewritten(part, text, offsets)]


def _rewritten(part: ReadPart, text: str, offsets: OffsetMap) -> ReadPart:
    """The part of which `text` is said, whose `offsets` lead to what was said before."""
    spoken = SpokenText(text, part.spoken.offsets.then(offsets), part.spoken.dropped_tags)
    return ReadPart(part.piece, spoken, part.settings, part.warnings)


TEXT_STAGES: Final[tuple[TextStage, ...]] = (
    TextStage("markup", _without_markup),
    TextStage("pronunciation", _pronounced),
    TextStage("scripts", _by_script),
    TextStage("phonemes", _with_read_phonemes),
    TextStage("normalization", _normalized),
)
"""Our own stages, in order."""
