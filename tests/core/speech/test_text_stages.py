"""The stages of text stand in one list, and each may be left out, moved, or have another one beside it."""

from __future__ import annotations

from dataclasses import replace

from tests.core.speech.rendering import SETTINGS
from voice_server.core.speech.reading import ReadPart
from voice_server.core.speech.speech_settings import SpeechSettings
from voice_server.core.speech.text_stages import (
    OWN_STAGE,
    TEXT_STAGES,
    TextStage,
    language_of,
    staged,
    unchanged_part,
)
from voice_server.core.text.change_log import ChangeLog, NamedEdit
from voice_server.core.text.rewording import reworded
from voice_server.core.text.speakable.spoken_text import SpokenText
from voice_server.core.text.splitting.splitter import Piece
from voice_server.core.types import NORMALIZED_KINDS

NORMALIZING = replace(SETTINGS, normalized_kinds=NORMALIZED_KINDS, spoken_language="en")


def part_of(text: str, settings: SpeechSettings = SETTINGS) -> ReadPart:
    return unchanged_part(Piece(text, 0, len(text), "", "en"), settings)


def said(text: str, *stages: TextStage, settings: SpeechSettings = NORMALIZING) -> list[str]:
    return [part.spoken.text for part in staged(part_of(text, settings), stages)]


def replacing(old: str, new: str) -> TextStage:
    def change(part: ReadPart, _log: ChangeLog | None) -> list[ReadPart]:
        text, offsets = reworded(part.spoken.text, part.spoken.text.replace(old, new))
        return [replace(part, spoken=SpokenText(text, part.spoken.offsets.then(offsets)))]

    return TextStage("replacing", change, "somebody")


MARKUP, _, SCRIPTS, _, NORMALIZATION = TEXT_STAGES


def test_our_own_stages_have_names_and_an_origin() -> None:
    assert [stage.name for stage in TEXT_STAGES] == [
        *("markup", "pronunciation", "scripts", "phonemes", "normalization")
    ]
    assert {stage.origin for stage in TEXT_STAGES} == {OWN_STAGE}


def test_stages_follow_each_other_and_one_that_is_left_out_does_nothing() -> None:
    assert said("**3** nodes", *TEXT_STAGES) == ["three nodes"]
    assert said("**3** nodes", MARKUP) == ["3 nodes"]
    assert said("**3** nodes", SCRIPTS, NORMALIZATION) == ["**three** nodes"]
    assert said("**3** nodes") == ["**3** nodes"]
    assert said("---", *TEXT_STAGES) == []


def test_a_stage_of_somebody_else_may_stand_anywhere_and_offsets_lead_through_it() -> None:
    typed = "Say *k8s* 3 times."
    for at in range(len(TEXT_STAGES) + 1):
        stages = [*TEXT_STAGES[:at], replacing("k8s", "kubernetes"), *TEXT_STAGES[at:]]
        (part,) = staged(part_of(typed, NORMALIZING), stages)
        assert part.spoken.text == "Say kubernetes three times."
        start, end = part.spoken.offsets.to_source(4, 14)
        assert typed[start:end] == "k8s"
        start, end = part.spoken.offsets.to_source(15, 20)
        assert typed[start:end] == "3"


def test_a_warning_of_one_stage_is_kept_through_the_others() -> None:
    (part,) = staged(part_of("Ha [laugh] ha."), TEXT_STAGES)
    assert [warning.code for warning in part.warnings] == ["tag_dropped"]


def test_every_part_of_a_sentence_goes_through_the_later_stages() -> None:
    def reader(settings: SpeechSettings, scripts: frozenset[str], language: str) -> SpeechSettings:
        return replace(settings, voice=language, reads=scripts)

    settings = replace(NORMALIZING, reads=frozenset(), find_reader=reader)
    assert said("Say all of 你好 to 3 others", *TEXT_STAGES, settings=settings) == [
        "Say all of",
        "你好",
        "to three others",
    ]


def test_a_piece_is_spoken_in_the_voice_s_language_else_in_its_own() -> None:
    piece = Piece("Ja.", 0, 3, "", "de")
    assert language_of(piece, SETTINGS) == "de"
    assert language_of(piece, replace(SETTINGS, language="nl")) == "nl"
    assert language_of(piece, replace(SETTINGS, language="nl", spoken_language="fr")) == "fr"


def test_a_log_is_told_where_the_parts_of_a_sentence_were_changed() -> None:
    def reader(settings: SpeechSettings, scripts: frozenset[str], language: str) -> SpeechSettings:
        return replace(settings, voice=language, reads=scripts)

    settings = replace(NORMALIZING, reads=frozenset(), find_reader=reader)
    typed = "Say **all** of 你好 to 3 others"
    log = ChangeLog()
    staged(part_of(typed, settings), TEXT_STAGES, log)
    assert {edit.rule: typed[edit.start : edit.end] for edit in log.edits}["numbers"] == "3"
    assert NamedEdit("numbers", 21, 22, "three") in log.edits


def test_a_log_leads_through_a_stage_before_ours_to_what_was_typed() -> None:
    typed = "Say k8s and *so*."
    log = ChangeLog()
    staged(part_of(typed), [replacing("k8s", "kubernetes"), *TEXT_STAGES], log)
    assert log.edits == [NamedEdit("emphasis", 12, 13, ""), NamedEdit("emphasis", 15, 16, "")]
