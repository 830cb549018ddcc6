"""Citations: numbers in brackets, authors with years, links to sources. They are for the eye.

`[3]` behind a finished part of a sentence is a citation; behind a preposition, a verb or a sign it is a word
of the sentence, an interval or an index, and stays.
"""

from __future__ import annotations

import re
from typing import Literal

CitationPolicy = Literal["skip", "say"]

_DESTINATION = r"\((?:[^\s()]|\([^\s()]*+\))*+(?:[ \t]++\"[^\"\n]*+\")?+\)"
_NUMBERS = r"[1-9][0-9]{0,2}(?:[ ]?[,;–-][ ]?[1-9][0-9]{0,2}){0,9}"
_NAME = r"(?:[^\W\d_a-z][\w'’-]*+\.?|[vd](?:an|on|e[rn]?|os|a)(?=[ ][^\W\d_]))"
_NAMES = rf"{_NAME}(?:[ ]{_NAME}){{0,4}}"
_AND = r"(?:[ ](?:&|and|und|et|y|e|en|i|и|och|og)[ ])"
_AND_OTHERS = r"(?:,?[ ](?:et[ ]al\.?|u\.[ ]?a\.|и[ ]др\.|y[ ]cols?\.|i[ ]in\.|e[ ]col\.|等))"
_YEAR = r"(?:(?:1[5-9]|20)[0-9]{2}[a-z]?|n\.d\.)"
_PAGE = r"(?:,[ ](?:pp?|S|с|s)\.[ ]?[0-9]+(?:[–-][0-9]+)?)"
_SEE = r"(?:(?:see|cf\.|e\.g\.,?|vgl\.|siehe|voir|véase|zie|см\.)[ ](?:also[ ])?)"
_ENTRY = (
    rf"{_SEE}?{_NAMES}(?:,[ ]{_NAMES}){{0,5}}(?:,?{_AND}{_NAMES})?{_AND_OTHERS}?,?[ ]"
    rf"{_YEAR}(?:,[ ]{_YEAR}){{0,4}}{_PAGE}?"
)
CITATION = rf"""
      (?P<linked_number>\[\[?\^?[0-9]{{1,3}}\]?\]{_DESTINATION}|\[\[[0-9]{{1,3}}\]{_DESTINATION}\])
    | (?P<numbers>\[{_NUMBERS}\](?:[ ]?\[{_NUMBERS}\]){{0,9}}+)
    | (?P<authors>\({_ENTRY}(?:;[ ]{_ENTRY}){{0,9}}\))
    | (?P<linked_source>\(\[(?P<source>[^\[\]\n]{{1,60}})\]{_DESTINATION}
        (?:[,;][ ]\[[^\[\]\n]{{1,60}}\]{_DESTINATION}){{0,9}}\))
"""
"""What may be a citation, as the source of a verbose pattern; `is_citation` decides."""

_STRONG_SIGN = re.compile(
    rf"&|;|[0-9][a-z]\b|n\.d\.|[0-9],[ ]\w+\.[ ]?[0-9]|{_AND_OTHERS}|{_NAME}{_AND}{_NAME}", re.VERBOSE
)
_SOURCE_NAME = re.compile(
    r"[0-9]{1,3}|(?:[\w-]+\.)+[a-z]{2,}|(?:source|sources|quelle|fuente|fonte|bron|źródło|источник|出典|来源|स्रोत|المصدر)",
    re.IGNORECASE,
)
_WORDS_BEFORE_NUMBERS = (
    "in by see from to of with is are at on as and or than returns return gives print prints"
    " contains equals be the a range interval array list vector index page step between like also"
    " figure table chapter section von siehe nach aus mit bei ist sind und oder auf zu zum zur im der"
    " die das bereich intervall liste seite schritt dans par voir de à avec est sont et ou sur le la"
    " les intervalle en por véase con es son y o el los las intervalo da do di nel nella è sono e il"
    " lo em no na van met zie naar op het een w z przez jest są i lub в из от с на и или см"
)
"""Words that what stands in brackets belongs to: prepositions, verbs, names of things with a number."""
_NEEDS_AN_OBJECT = frozenset(_WORDS_BEFORE_NUMBERS.split())
_SIGNS_BEFORE_INTERVAL = frozenset("=∈:(+*/<>,→{[-−")
_MARKS_BEFORE_CITATION = frozenset('.,;:!?"”’»)%。，、！？）」』*_~>]')
_WINDOW = 200
"""How many characters beside a number in brackets tell whether it is a citation."""
_CLOSED_EMPHASIS = re.compile(r"(?<=[^\s*_])[*_]{1,3}\Z")
_LAST_WORD = re.compile(r"[^\W_]+\Z")
_REFERENCE = re.compile(
    r"(?:[ \t]*+(?:\[[0-9]{1,3}\]|[0-9]{1,3}[.)]|[-*•]))?[ \t]*+<?(?:https?://|doi:|www\.)\S++>?[ \t\r]*+"
)
_LABEL = re.compile(r"(?:[ \t]*+(?:\[[0-9]{1,3}\]|[0-9]{1,3}[.)]))")


def is_reference_line(text: str, start: int, end: int) -> bool:
    """Whether a line is an entry of a list of sources that has only an address."""
    return _REFERENCE.fullmatch(text, start, end) is not None and _LABEL.match(text, start, end) is not None


def is_citation(match: re.Match[str]) -> bool:
    """Whether a match of `CITATION` is one, where it stands in its sentence."""
    if match["linked_number"]:
        return not match.string[max(0, match.start() - 1) : match.start()].isalnum() or "[[" in match[0]
    if match["authors"]:
        return _STRONG_SIGN.search(match["authors"]) is not None
    if match["linked_source"]:
        return "://" in match[0] and _SOURCE_NAME.fullmatch(match["source"].strip()) is not None
    return _are_note_numbers(match.string, match.start(), match.end())


def _are_note_numbers(text: str, start: int, end: int) -> bool:
    before, after = text[start - 1 : start] if start else "", text[end : end + 1]
    if after and (after in "=([+*/" or (after == "." and text[end + 1 : end + 2].isalnum())):
        return False
    nearby = text[max(0, start - _WINDOW) : start]
    line = nearby[nearby.rfind("\n") + 1 :]
    if not line.strip():
        return after == " " and text[end + 1 : end + 2].isalpha()  # the number of a reference
    if before.isspace():
        so_far = _CLOSED_EMPHASIS.sub("", line.rstrip())
        word = _LAST_WORD.search(so_far[-24:])
        return so_far[-1] not in _SIGNS_BEFORE_INTERVAL and not (word and word[0].lower() in _NEEDS_AN_OBJECT)
    if before in _MARKS_BEFORE_CITATION:
        return True
    word = _LAST_WORD.search(line[-24:])
    if word is None or not (word[0].isalpha() and (len(word[0]) >= 3 or before >= "\u2e80")):
        return False
    is_indexed_elsewhere = (nearby + text[start : end + _WINDOW]).count(f"{word[0]}[") > 1
    return not is_indexed_elsewhere and (not after or not after.isalnum())
