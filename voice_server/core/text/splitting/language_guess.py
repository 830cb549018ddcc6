"""A quick guess of a sentence's language, by its script, or in Latin script by function words and letters.

It is good enough to choose the lists of abbreviations, and not meant for more. It depends on the text alone,
and falls back on the language of the sentence before, so that a short sentence does not change it.
"""

from __future__ import annotations

import re
from functools import cache
from unicodedata import normalize

from voice_server.core.text.splitting import abbreviations, word_lists

_SCRIPT_SAMPLE_CHARS = 40
"""Characters before the mark by which the script is told."""
_WORDS_LOOKED_UP = 25
"""Words before the mark that are looked up; the last one is not, as it may be an abbreviation."""
_MIN_SIGNS = 2
"""Signs of another language, in Latin script, that change the guess. A function word is one sign, a letter
that only this language has is two."""
_FALLBACK_SHARE = 3
"""If one word in three is a function word of the language before, no other language is considered."""

_PUNCTUATION = "().,;:\"'«»“”„"
"""Characters beside an abbreviation that are no part of it."""

_SCRIPT_BLOCKS: tuple[tuple[int, int, str], ...] = (
    (0x0370, 0x0400, "el"),
    (0x0400, 0x0530, "ru"),
    (0x0530, 0x0590, "hy"),
    (0x0590, 0x0600, "he"),
    (0x0600, 0x0780, "ar"),
    (0x0900, 0x0980, "hi"),
    (0x0980, 0x0A00, "bn"),
    (0x0A00, 0x0A80, "pa"),
    (0x0A80, 0x0B00, "gu"),
    (0x0B80, 0x0C00, "ta"),
    (0x0C00, 0x0C80, "te"),
    (0x0C80, 0x0D00, "kn"),
    (0x0D00, 0x0D80, "ml"),
    (0x0E00, 0x0E80, "th"),
    (0x1000, 0x10A0, "my"),
    (0x10A0, 0x1100, "ka"),
    (0x1200, 0x1380, "am"),
    (0x1780, 0x1800, "km"),
    (0x1F00, 0x2000, "el"),
    (0x3040, 0x3100, "ja"),
    (0x3400, 0xA000, "zh"),
    (0xAC00, 0xD7B0, "ko"),
)

_OTHER_SCRIPT = re.compile("[\u0370-\u1fff\u3040-\ud7af]")
_LATIN_BEYOND_ASCII = re.compile("[¡¿ß-öø-ɏ]")

_LETTERS_WITHIN_SCRIPT: tuple[tuple[str, str, str], ...] = (
    ("ru", "әғқңөұүһ", "kk"),
    ("ru", "ў", "be"),
    ("ru", "іїєґ", "uk"),
    ("ru", "ђјљњћџ", "sr"),
    ("ar", "ٹڈڑںے", "ur"),
    ("ar", "پچژگکی", "fa"),
    ("hi", "ळ", "mr"),
)
"""A script's default language, letters that it does not have, and the language that has them."""

_LATIN_LETTERS = {
    "de": "ß äöü",
    "es": "ñ¿¡ áéíóúü",
    "pt": "ãõ áâàçéêíóôú",
    "is": "ðþ áéíóúýæö",
    "pl": "łąęśź ćńóż",
    "cs": "řěů áčďéíňóšťúýž",
    "sk": "ľĺŕ áäčďéíňóôšťúýž",
    "hu": "őű áéíóöúü",
    "tr": "ğış çöüâ",
    "ro": "țșă âî",
    "fr": "œ àâæçéèêëîïôùûü",
    "it": " àèéìíòóùú",
    "nl": " éèëïöü",
    "sv": " åäöé",
    "da": " æøåé",
    "no": " æøåéòô",
    "fi": " äö",
    "et": " õäöüšž",
    "hr": "đ čćšž",
    "sl": " čšž",
}
"""The letters beyond ASCII of each language: first those that hardly any other has, then, behind the space,
the rest."""


def guess_language(text: str, fallback: str, min_signs: int = _MIN_SIGNS) -> str:
    """Return the two-letter code of the language that `text` seems to be in.

    In Latin script, another language than `fallback` needs `min_signs` signs, and more than `fallback` has.
    With 1, for the beginning of a text, abbreviations are signs too.
    """
    if not text.isascii():
        text = normalize("NFC", text)
    is_latin = text.isascii() or _OTHER_SCRIPT.search(text) is None
    script = None if is_latin else _main_script(text[-_SCRIPT_SAMPLE_CHARS:])
    if script is None:
        return _guess_latin(text, fallback, min_signs)
    lower = text.lower()
    for base, letters, language in _LETTERS_WITHIN_SCRIPT:
        if script == base and any(letter in lower for letter in letters):
            return language
    if script == "ru":
        return "bg" if _is_bulgarian(text) else _fallback_within(fallback, ("ru", "uk", "bg", "kk", "sr"))
    if script == "ar":
        return _fallback_within(fallback, ("ar", "fa", "ur"))
    return _fallback_within(fallback, ("hi", "mr")) if script == "hi" else script


def _fallback_within(fallback: str, family: tuple[str, ...]) -> str:
    return fallback if fallback in family else family[0]


def _main_script(sample: str) -> str | None:
    """The default language of the most frequent script but Latin, or None below a third of all letters."""
    table = _script_table()
    scripts = [table.get(ord(character) >> 4, "") for character in sample if character > "\u036f"]
    found = set(scripts) - {""}
    if not found:
        return None
    if "ja" in found and "zh" in found:
        scripts = ["ja" if script == "zh" else script for script in scripts]
        found.discard("zh")
    script = max(sorted(found), key=scripts.count)
    return script if 3 * scripts.count(script) > sum(map(str.isalpha, sample)) else None


def _is_bulgarian(text: str) -> bool:
    lower = text.lower()
    if "ы" in lower or "э" in lower:
        return False
    found = set(lower.split())
    return len(found & _function_words()["bg"]) > len(found & _function_words()["ru"])


def _guess_latin(text: str, fallback: str, min_signs: int) -> str:
    lower = text.lower()
    last_words = lower.split()[-_WORDS_LOOKED_UP:]
    words = set(last_words[:-1])
    has_own_letters = not text.isascii() and _LATIN_BEYOND_ASCII.search(lower) is not None
    if min_signs > 1 and not has_own_letters and words.isdisjoint(_words_of_others_alone(fallback)):
        return fallback
    fallback_signs = len(words & _function_words().get(fallback, frozenset()))
    if fallback_signs > _MIN_SIGNS and fallback_signs * _FALLBACK_SHARE >= len(words):
        return fallback
    languages_of_word = _languages_of_word()
    signs: dict[str, int] = {}
    for word in dict.fromkeys(last_words[:-1]):  # in order, which decides between equals
        if word in languages_of_word:
            for language in languages_of_word[word]:
                signs[language] = signs.get(language, 0) + 1
    if min_signs == 1:
        _count_abbreviations(signs, last_words)
    if has_own_letters:
        _count_letters(signs, lower)
    if not signs:
        return fallback
    language = max(signs, key=signs.__getitem__)
    is_clear = signs[language] >= min_signs and signs[language] > signs.get(fallback, 0)
    return language if is_clear else fallback


def _count_abbreviations(signs: dict[str, int], words: list[str]) -> None:
    """Count a sign for each language that lists one of the words as an abbreviation."""
    for word in words:
        for language in _languages_of_abbreviation().get(word.strip(_PUNCTUATION), ()):
            signs[language] = signs.get(language, 0) + 1


def _count_letters(signs: dict[str, int], lower: str) -> None:
    """Count a sign for each language that has all the letters beyond ASCII, and two more for its own ones."""
    found = set(_LATIN_BEYOND_ASCII.findall(lower))
    for language, letters in _LATIN_LETTERS.items():
        if found.issubset(letters):
            own = letters.partition(" ")[0]
            signs[language] = signs.get(language, 0) + 1 + _MIN_SIGNS * (not found.isdisjoint(own))


@cache
def _script_table() -> dict[int, str]:
    """The default language of a script, by the code point without its last four bits."""
    return {block: script for low, high, script in _SCRIPT_BLOCKS for block in range(low >> 4, high >> 4)}


@cache
def _function_words() -> dict[str, frozenset[str]]:
    return {
        language: frozenset((text + " " + word_lists.FUNCTION_WORDS.get(language, "")).split())
        for language, text in word_lists.STARTERS.items()
    }


@cache
def _languages_of_abbreviation() -> dict[str, list[str]]:
    """The languages in Latin script that list a word as an abbreviation, by word."""
    languages: dict[str, list[str]] = {}
    tables = (
        abbreviations.NEVER_ENDS,
        abbreviations.MAY_END,
        abbreviations.BEFORE_NUMBER,
        abbreviations.UNITS,
    )
    for language in _latin_languages():
        for word in {word for table in tables for word in table.get(language, "").lower().split()}:
            languages.setdefault(word, []).append(language)
    return languages


@cache
def _languages_of_word() -> dict[str, list[str]]:
    """The languages in Latin script that have a word as a function word, by word."""
    languages: dict[str, list[str]] = {}
    for language in _latin_languages():
        for word in _function_words()[language]:
            languages.setdefault(word, []).append(language)
    return languages


@cache
def _words_of_others_alone(language: str) -> frozenset[str]:
    """The words that are signs of another language in Latin script and none of this one."""
    return frozenset(word for word, known in _languages_of_word().items() if language not in known)


def _latin_languages() -> list[str]:
    return [language for language, known in _function_words().items() if min(known)[0] < "\u0370"]
