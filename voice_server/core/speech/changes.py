"""What will be said of a text, sentence by sentence, and which rule made what of which characters.

It runs what an utterance runs, with a log: `voice-server split --spoken`, the page and `POST /tts/spoken` ask
for it, and no speech does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from voice_server.core.speech.incoming_text import IncomingText
from voice_server.core.speech.reading import ReadPart
from voice_server.core.speech.speech_settings import SpeechSettings
from voice_server.core.speech.text_stages import TEXT_STAGES, Preparation, staged, unchanged_part
from voice_server.core.text.change_log import ChangeLog, NamedEdit
from voice_server.core.text.filtering.phrases import CODE_PHRASES, SOURCES_PHRASES
from voice_server.core.text.offsets import OffsetMap
from voice_server.core.text.splitting.splitter import Piece

LEFT_OUT: Final = "not for the ear"
"""The rule that leaves out thoughts, calls of tools and special tokens."""


@dataclass(frozen=True, slots=True)
class Change:
    """What the rule `rule` made of the typed characters [start, end), `written`; "" left them out."""

    rule: str
    start: int
    end: int
    written: str
    said: str


@dataclass(frozen=True, slots=True)
class SpokenSentence:
    """A sentence, where it was typed, what engines are given of it ("" for nothing), and why."""

    piece: Piece
    start: int
    end: int
    spoken: str
    changes: tuple[Change, ...]


def spoken_sentences(tokens: Iterable[str], settings: SpeechSettings) -> Iterator[SpokenSentence]:
    """Yield the sentences of a text that comes in tokens, each when its end is certain."""
    for preparation, text in preparations(tokens, settings):
        log = ChangeLog()
        part = unchanged_part(preparation.piece, preparation.settings)
        yield spoken_sentence(preparation.piece, staged(part, TEXT_STAGES, log), log, text)


def preparations(
    tokens: Iterable[str], settings: SpeechSettings
) -> Iterator[tuple[Preparation, IncomingText]]:
    """Yield the sentences of a text before the first stage, and the text of which they are."""
    text = IncomingText(settings)
    for token in tokens:
        for piece in text.push(token, 0.0):
            yield Preparation(piece, text.settings_of(piece)), text
    for piece in text.finish():
        yield Preparation(piece, text.settings_of(piece)), text


def spoken_sentence(
    piece: Piece, parts: Iterable[ReadPart], log: ChangeLog, text: IncomingText
) -> SpokenSentence:
    """The sentence of a piece of a text, of which the stages made these parts and told this log."""
    (start, end), way_back = text.typed_place(piece)
    typed = text.typed_between(start, end)
    found = log.edits
    if way_back is not None:
        found = [
            *_of_filter(piece, way_back, is_ssml=text.settings_of(piece).markup == "ssml"),
            *(_as_typed(edit, way_back) for edit in found),
        ]
    changes = [
        Change(
            edit.rule, start + edit.start, start + edit.end, typed[edit.start : edit.end], _trimmed(edit.said)
        )
        for edit in sorted(found, key=lambda edit: edit.start)
    ]
    told = dict.fromkeys(each for each in changes if each.written.strip() or each.said.strip())
    return SpokenSentence(piece, start, end, " ".join(part.spoken.text for part in parts), tuple(told))


def _trimmed(said: str) -> str:
    """What is said, without the spaces that part it from its neighbours; a space where it is nothing else."""
    return said.strip() or (said[:1] and " ")


def _of_filter(piece: Piece, way_back: OffsetMap, *, is_ssml: bool) -> Iterator[NamedEdit]:
    """What the filter in front of the splitter did."""
    for edit in way_back.edits(piece.text):
        said = edit.replacement
        rule = "SSML" if is_ssml else _filter_rule(said.strip())
        yield NamedEdit(rule, edit.start, edit.end, said)


def _filter_rule(said: str) -> str:
    """What the filter does that says this in place of what was typed."""
    if not said:
        return LEFT_OUT
    if said == "$$":
        return "formula"
    if said in SOURCES_PHRASES:
        return "citation"
    return "code" if said in CODE_PHRASES else "table"


def _as_typed(edit: NamedEdit, way_back: OffsetMap) -> NamedEdit:
    """A change of a filtered text, with offsets into what was typed."""
    return NamedEdit(edit.rule, *way_back.to_source(edit.start, edit.end), edit.said)
