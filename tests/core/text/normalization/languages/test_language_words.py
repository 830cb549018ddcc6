from __future__ import annotations

import re
import string

import pytest

from voice_server.core.text.normalization.languages import WORDS
from voice_server.core.text.normalization.languages.language_words import LanguageWords

PATTERNS = {
    "percent_pattern": {"number", "percent"},
    "mixed": {"whole", "fraction"},
    "date": {"day", "month", "year"},
    "money": {"amount", "cents"},
}


@pytest.mark.parametrize("words", WORDS.values(), ids=list(WORDS))
def test_every_pattern_has_its_places(words: LanguageWords) -> None:
    for name, places in PATTERNS.items():
        found = {place for _, place, _, _ in string.Formatter().parse(getattr(words, name)) if place}
        assert found == places


@pytest.mark.parametrize("words", WORDS.values(), ids=list(WORDS))
def test_every_pattern_of_words_compiles(words: LanguageWords) -> None:
    sources = (words.year_context, words.hour_words, words.counted_in_roman, words.regnal_names)
    for source in (*sources, *words.bare_currencies.values()):
        re.compile(source)
