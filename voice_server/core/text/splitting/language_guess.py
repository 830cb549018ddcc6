"""A cheap guess of a sentence's language: its script, else its function words.

Good enough to choose abbreviation lists, not more. The guess depends on the text alone and falls back on the
language of the sentence before, so that a short sentence does not flip it.
"""

from __future__ import annotations

import re
from functools import cache

from voice_server.core.text.splitting import abbreviations, word_lists

_SAMPLE = 40
"""Characters before the mark that the script is read from."""
_WORDS = 25
"""Words before the mark that are looked up, but for the last, which may be an abbreviation."""
_ENOUGH = 2
"""Function words that a Latin language must show to change the guess; its own letters are worth as much."""
_PLENTY = 3
"""When every third word is one of the language before, no other is looked at."""

_AROUND = "().,;:\"'«»“”„"
"""What may stand around an abbreviation."""

_BLOCKS: tuple[tuple[int, int, str], ...] = (
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
_BEYOND_ASCII = re.compile("[¡¿ß-öø-ɏ]")

_TELLING: tuple[tuple[str, str, str], ...] = (
    ("ru", "әғқңөұүһ", "kk"),
    ("ru", "іїєґ", "uk"),
    ("ru", "ђјљњћџ", "sr"),
    ("ar", "ٹڈڑںے", "ur"),
    ("ar", "پچژگک", "fa"),
    ("hi", "ळ", "mr"),
)
"""Letters that tell a language from its script's first one."""

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
"""Letters that hardly any other of the Latin languages here has, and the rest of those beyond ASCII."""


def guess(text: str, fallback: str, enough: int = _ENOUGH) -> str:
    """The two-letter code of the language that `text` seems to be in.

    A Latin language must show `enough` signs, and more of them than `fallback`. Where one is enough, because
    a text has only begun, the abbreviations in it count too.
    """
    is_latin = text.isascii() or _OTHER_SCRIPT.search(text) is None
    script = None if is_latin else _script(text[-_SAMPLE:])
    if script is None:
        return _latin(text, fallback, enough)
    for base, letters, language in _TELLING:
        if script == base and any(letter in text for letter in letters):
            return language
    if script == "ru":
        return "bg" if _is_bulgarian(text) else _keep(fallback, ("ru", "uk", "bg", "kk", "sr"))
    if script == "ar":
        return _keep(fallback, ("ar", "fa", "ur"))
    return _keep(fallback, ("hi", "mr")) if script == "hi" else script


def _keep(fallback: str, family: tuple[str, ...]) -> str:
    return fallback if fallback in family else family[0]


def _script(sample: str) -> str | None:
    """The script that is not Latin and has most letters, if it has more than a third of them."""
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
    return len(found & _stop_words()["bg"]) > len(found & _stop_words()["ru"])


def _latin(text: str, fallback: str, enough: int) -> str:
    lower = text.lower()
    last = lower.split()[-_WORDS:]
    found = dict.fromkeys(last[:-1])
    kept = sum(map(_stop_words().get(fallback, frozenset()).__contains__, found))
    if kept > _ENOUGH and kept * _PLENTY >= len(found):
        return fallback
    telling = _latin_words()
    counts: dict[str, int] = {}
    for word in found:
        if word in telling:
            for language in telling[word]:
                counts[language] = counts.get(language, 0) + 1
    if enough == 1:
        _count_abbreviations(counts, last)
    if not text.isascii():
        _count_letters(counts, lower)
    if not counts:
        return fallback
    language = max(counts, key=counts.__getitem__)
    is_clear = counts[language] >= enough and counts[language] > counts.get(fallback, 0)
    return language if is_clear else fallback


def _count_abbreviations(counts: dict[str, int], found: list[str]) -> None:
    """One for each language that lists a word, the last one too: all that a text's first words may show."""
    for word in found:
        for language in _abbreviated().get(word.strip(_AROUND), ()):
            counts[language] = counts.get(language, 0) + 1


def _count_letters(counts: dict[str, int], lower: str) -> None:
    """One for each language that has all the letters beyond ASCII, and more for one of its own."""
    found = set(_BEYOND_ASCII.findall(lower))
    for language, letters in _LATIN_LETTERS.items() if found else ():
        if found.issubset(letters):
            own = letters.partition(" ")[0]
            counts[language] = counts.get(language, 0) + 1 + _ENOUGH * (not found.isdisjoint(own))


@cache
def _script_table() -> dict[int, str]:
    """The script of every sixteen characters of Unicode that belong to one."""
    return {block: script for low, high, script in _BLOCKS for block in range(low >> 4, high >> 4)}


@cache
def _stop_words() -> dict[str, frozenset[str]]:
    return {
        language: frozenset((text + " " + word_lists.COMMON.get(language, "")).split())
        for language, text in word_lists.STARTERS.items()
    }


@cache
def _abbreviated() -> dict[str, list[str]]:
    """The languages in Latin letters that list a word as an abbreviation."""
    languages: dict[str, list[str]] = {}
    tables = (abbreviations.NEVER, abbreviations.MAY, abbreviations.NUMBER, abbreviations.UNITS)
    for language in _latin_languages():
        for word in {word for table in tables for word in table.get(language, "").lower().split()}:
            languages.setdefault(word, []).append(language)
    return languages


@cache
def _latin_words() -> dict[str, list[str]]:
    """The languages in Latin letters that each telling word belongs to."""
    languages: dict[str, list[str]] = {}
    for language in _latin_languages():
        for word in _stop_words()[language]:
            languages.setdefault(word, []).append(language)
    return languages


def _latin_languages() -> list[str]:
    return [language for language, known in _stop_words().items() if min(known)[0] < "\u0370"]
