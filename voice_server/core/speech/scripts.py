"""Which parts of a text are in a script that a voice cannot read; scripts have their ISO 15924 codes.

A voice reads the scripts that its language is written in, unless its backend says otherwise, and every voice
reads Latin script, digits and marks: engines do, if with an accent. Kana, both kinds, are "Hrkt".
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import lru_cache

from voice_server.core.text.splitting.language_guess import guess_language
from voice_server.core.types import ANY_LANGUAGE, ANY_SCRIPT

# Code, name in messages, languages written in it (the first is meant where nothing tells), ranges.
_TABLE = """
Grek|Greek|el grc|370-3ff 1f00-1fff
Cyrl|Cyrillic|ru uk bg sr mk be kk ky tt ba cv nog bs uz tk mn tg|400-52f 1c80-1c8f 2de0-2dff a640-a69f
Armn|Armenian|hy hyw|530-58f
Hebr|Hebrew|he yi|590-5ff
Arab|Arabic|ar fa ur sd ug ku ps|600-6ff 750-77f 870-8ff
Deva|Devanagari|hi mr ne kok sa|900-97f
Beng|Bengali|bn as bpy|980-9ff
Guru|Gurmukhi|pa|a00-a7f
Gujr|Gujarati|gu|a80-aff
Orya|Odia|or|b00-b7f
Taml|Tamil|ta|b80-bff
Telu|Telugu|te|c00-c7f
Knda|Kannada|kn|c80-cff
Mlym|Malayalam|ml|d00-d7f
Sinh|Sinhala|si|d80-dff
Thai|Thai|th|e00-e7f
Laoo|Lao|lo|e80-eff
Tibt|Tibetan|bo dz|f00-fff
Mymr|Burmese|my shn|1000-109f
Geor|Georgian|ka|10a0-10ff 1c90-1cbf
Hang|Korean|ko|1100-11ff 3130-318f ac00-d7ff
Ethi|Ethiopic|am ti|1200-139f
Cher|Cherokee|chr|13a0-13ff ab70-abbf
Khmr|Khmer|km|1780-17ff
Mong|Mongolian|mn|1800-18af
Hrkt|Japanese|ja|3040-30ff 31f0-31ff
Hani|Chinese|zh cmn yue hak ja wuu nan|2e80-2fdf 3005-3007 3400-4dbf 4e00-9fff f900-faff 20000-323af
"""
_ROWS = [row.split("|") for row in _TABLE.split("\n") if row]
_NAMES = {code: name for code, name, _, _ in _ROWS}
_LANGUAGES = {code: languages.split() for code, _, languages, _ in _ROWS}
_BLOCKS = sorted(
    (int(first, 16), int(last, 16), code)
    for code, _, _, ranges in _ROWS
    for first, last in (block.split("-") for block in ranges.split())
)
_STARTS = [first for first, _, _ in _BLOCKS]
_MAY_BE_UNREAD = re.compile(
    "[\u0370-\u1dff\u2c80-\ua71f\ua800-\uab2f\uab70-\ud7ff\uf900-\ufaff\U00010000-\U0001efff\U00020000-\U000323af]"
)
_OTHER = "Zzzz"
"""Every script that is not in the table (ISO 15924 for an uncoded one)."""
_JAPANESE = frozenset({"Hani", "Hrkt"})
"""The scripts of one language, which one voice has to read together."""
_SYLLABLES = frozenset({"Hani", "Hrkt", "Hang"})
_LETTERS_OF_SYLLABLE = 3
_LEAST_GREEK_LETTERS = 3
"""Fewer are the names of variables and angles, which every engine knows."""
_OPENING = re.compile(r"[(\[{“„«‹「『（【《〈¿¡\"'‘]+\Z")


@dataclass(frozen=True, slots=True)
class UnreadRun:
    """A part [start, end) of a text in `scripts` that a voice does not all read, and its likely language."""

    start: int
    end: int
    scripts: frozenset[str]
    language: str


def languages_of_scripts(scripts: frozenset[str]) -> list[str]:
    """The languages that are written in one of `scripts`, the likeliest first."""
    return _LANGUAGES.get("Hrkt" if "Hrkt" in scripts else min(scripts), [ANY_LANGUAGE])


def names_of_scripts(scripts: frozenset[str]) -> str:
    """What people call these scripts, for a message."""
    return " and ".join(sorted(_NAMES.get(code, "an uncommon") for code in scripts))


@lru_cache(maxsize=512)
def scripts_of_language(tag: str) -> frozenset[str]:
    """The scripts that a BCP 47 language is written in, without Latin; all, where the tag does not tell."""
    language, *subtags = tag.lower().split("-")
    if language in ("", ANY_LANGUAGE):
        return frozenset({ANY_SCRIPT})
    if "latn" in subtags:
        return frozenset()
    return frozenset(code for code, languages in _LANGUAGES.items() if language in languages)


def unread_runs(text: str, reads: frozenset[str], *, language: str | None, guessed: str) -> list[UnreadRun]:
    """Return the parts of `text` that a voice which reads `reads` does not, in order.

    `language` is what the client said of the text, `guessed` what the splitter took it for. Where most of the
    text is in one foreign script, that is all of it: who reads it reads the few Latin words as well.
    """
    if ANY_SCRIPT in reads or _MAY_BE_UNREAD.search(text) is None:
        return []
    letters = [(at, _script_of(character)) for at, character in enumerate(text) if _has_script(character)]
    found = {script for _, script in letters if script}
    unread = found - reads
    if unread & _JAPANESE and "Hrkt" in found:
        unread |= found & _JAPANESE
    runs = [run for run in _grouped(letters, unread) if _is_unread(run, reads)]
    if not runs:
        return []
    scripts = frozenset(script for run in runs for _, script in run)
    if 2 * sum(map(_weight, runs)) > _weight(letters) and (len(scripts) == 1 or scripts <= _JAPANESE):
        return [UnreadRun(0, len(text), scripts, _language_of(text, scripts, language, guessed))]
    places = [at for at, _ in letters]
    return [_placed(text, run, places, language, guessed) for run in runs]


_Letters = list[tuple[int, str]]


def _grouped(letters: _Letters, unread: set[str]) -> list[_Letters]:
    """The letters in unread scripts, those together that no other letter and no other language parts."""
    groups: list[_Letters] = []
    script_before = ""
    for at, script in letters:
        if script in unread:
            if groups and (script == script_before or {script, script_before} <= _JAPANESE):
                groups[-1].append((at, script))
            else:
                groups.append([(at, script)])
        script_before = script if script in unread else ""
    return groups


def _weight(letters: _Letters) -> int:
    """How much text the letters are: an ideograph or a syllable is as much as several letters."""
    return sum(_LETTERS_OF_SYLLABLE if script in _SYLLABLES else 1 for _, script in letters)


def _is_unread(run: _Letters, reads: frozenset[str]) -> bool:
    if run[0][1] == "Grek" and len(run) < _LEAST_GREEK_LETTERS:
        return False
    return any(script not in reads for _, script in run)


def _placed(text: str, run: _Letters, places: list[int], language: str | None, guessed: str) -> UnreadRun:
    """A run with the marks round it: what opens before it, and all but what opens behind it."""
    first, last = run[0][0], run[-1][0]
    before = places[index - 1] + 1 if (index := bisect_right(places, first) - 1) else 0
    behind = places[index] if (index := bisect_right(places, last)) < len(places) else len(text)
    start = _without_opening(text, before, first) if before else 0
    end = _without_opening(text, last + 1, behind) if behind < len(text) else behind
    scripts = frozenset(script for _, script in run)
    return UnreadRun(start, end, scripts, _language_of(text[start:end], scripts, language, guessed))


def _without_opening(text: str, start: int, end: int) -> int:
    """Where in the marks text[start:end] between two letters those begin that belong to the second."""
    opening = _OPENING.search(text, start, end)
    return opening.start() if opening else end


def _language_of(text: str, scripts: frozenset[str], language: str | None, guessed: str) -> str:
    for candidate in (language, guessed, guess_language(text, guessed)):
        if candidate and scripts <= scripts_of_language(candidate):
            return candidate
    return languages_of_scripts(scripts)[0]


@lru_cache(maxsize=8192)
def _script_of(character: str) -> str:
    """The code of a letter's script; empty for Latin and for what all scripts share."""
    code_point = ord(character)
    index = bisect_right(_STARTS, code_point) - 1
    if index >= 0 and code_point <= _BLOCKS[index][1]:
        return _BLOCKS[index][2]
    return _OTHER if _MAY_BE_UNREAD.match(character) else ""


def _has_script(character: str) -> bool:
    """Whether a character is a letter, or a digit of a script that has its own."""
    return character.isalpha() or (character.isdecimal() and not character.isascii())
