"""The words of each language, by the two letters of its tag."""

from __future__ import annotations

from collections.abc import Mapping

from voice_server.core.text.normalization.languages import (
    arabic,
    chinese,
    dutch,
    english,
    french,
    german,
    hindi,
    italian,
    japanese,
    polish,
    portuguese,
    russian,
    spanish,
)
from voice_server.core.text.normalization.languages.language_words import LanguageWords

WORDS: Mapping[str, LanguageWords] = {
    "ar": arabic.WORDS,
    "de": german.WORDS,
    "en": english.WORDS,
    "es": spanish.WORDS,
    "fr": french.WORDS,
    "hi": hindi.WORDS,
    "it": italian.WORDS,
    "ja": japanese.WORDS,
    "nl": dutch.WORDS,
    "pl": polish.WORDS,
    "pt": portuguese.WORDS,
    "ru": russian.WORDS,
    "zh": chinese.WORDS,
}
"""The languages that are normalized; engines read the digits of others as they can."""
