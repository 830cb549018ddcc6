from __future__ import annotations

import pytest

from voice_server.core.text.splitting import abbreviations, word_lists

_TABLES = {
    "NEVER": abbreviations.NEVER_ENDS,
    "MAY": abbreviations.MAY_END,
    "NUMBER": abbreviations.BEFORE_NUMBER,
    "UNITS": abbreviations.UNITS,
    "STARTERS": word_lists.STARTERS,
    "SHORT_WORDS": word_lists.SHORT_WORDS,
}


@pytest.mark.parametrize("name", _TABLES)
def test_entries_stand_without_their_last_dot(name: str) -> None:
    for text in _TABLES[name].values():
        assert not [entry for entry in text.split() if entry.endswith(".")]


@pytest.mark.parametrize("name", ["NUMBER", "UNITS", "STARTERS"])
def test_entries_that_are_looked_up_in_lower_case_are_written_so(name: str) -> None:
    for text in _TABLES[name].values():
        assert text == text.lower()


@pytest.mark.parametrize("language", abbreviations.NEVER_ENDS)
def test_what_never_ends_a_sentence_is_not_said_to_end_one(language: str) -> None:
    may = set(abbreviations.MAY_END.get(language, "").split())
    assert not may & set(abbreviations.NEVER_ENDS[language].split())


def test_every_language_with_abbreviations_has_starters() -> None:
    without = {"bn", "ca", "gu", "lt", "lv", "ml", "mr", "ta", "te", "th", "vi"}
    assert abbreviations.NEVER_ENDS.keys() - word_lists.STARTERS.keys() == without
