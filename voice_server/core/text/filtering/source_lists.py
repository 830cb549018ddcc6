"""Lists of sources at the end of an answer: a heading that says so, and entries that look like sources.

Both are asked for: "Sources of vitamin C" is a subject, and below "References" may stand advice on how to get
some. Only the first entry has to look like a source; what goes on in the same list belongs to it.
"""

from __future__ import annotations

import re
from typing import Final

import regex

from voice_server.core.text.splitting.mark_context import MoreTextNeeded

_HEADINGS: Final = (
    "sources(?: (?:used|cited|consulted))?|sources (?:and|&) (?:references|further reading)"
    "|source list|references|works cited|bibliography|citations|list of references"
    "|quellen|quellenangaben|quellenverzeichnis|literatur|literaturverzeichnis|referenzen|einzelnachweise"
    "|références|bibliographie|fuentes|referencias|bibliografía|referencias bibliográficas"
    "|fonti|riferimenti|bibliografia|riferimenti bibliografici|fontes|referências|referências bibliográficas"
    "|bronnen|bronvermelding|referenties|literatuur|źródła|przypisy|literatura|zdroje|reference|källor|kaynaklar|kaynakça"
    "|источники|литература|список литературы|использованные источники|ссылки|джерела|література"
    "|出典|参考文献|参考資料|情報源|来源|资料来源|出处|参考资料|來源|資料來源|參考文獻|參考資料|출처|참고문헌"
    "|स्रोत|संदर्भ|सन्दर्भ|المصادر|المراجع"
)
_LINK = r"(?:\[[^\[\]\n]{1,200}+\]\([^()\s]{1,500}+\)|<?https?://[^\s,;<>]{1,500}+>?)"
_LINE = (
    rf"(?:\#{{1,6}}[ \t]{{1,4}}+)?(?:[📚🔗📖]\ufe0f?[ \t])?"
    rf"(?P<mark>\*\*|__|\*|_)?(?:{_HEADINGS})[ \t]?[:：]?(?(mark)(?P=mark))"
    rf"[ \t]?[:：]?(?:[ \t]{{1,4}}+{_LINK}(?:[ \t]?[,;·|][ \t]?{_LINK}){{0,8}}+[.,]?)?[ \t\r]{{0,8}}+"
)
_HEADING: Final = regex.compile(rf"{_LINE}\n", regex.IGNORECASE)
_LAST_HEADING: Final = regex.compile(rf"{_LINE}(?:\n|\Z)", regex.IGNORECASE)
_MARKER = re.compile(r"[ \t>]*+(?P<mark>\[\^?\d{1,3}\]:?|\(?\d{1,3}[.)]|[-*+•–])[ \t]++")
_ADDRESS = re.compile(r"https?://|\bdoi:|\bdoi\.org/|\bwww\.|\]\(\S")
_YEAR = r"(?:1[5-9]|20)\d\d[a-z]?"
_AUTHOR_AND_YEAR = re.compile(
    rf"[*_“\"]{{0,3}}[^\W\d_a-z].{{0,300}}?[(（](?:{_YEAR}|n\.\ ?d\.)[^()（）]{{0,20}}[)）]", re.DOTALL
)
_SIGN = re.compile(
    r"\b[^\W\d_a-z]\.|\bet al|&|[*_][^*_]{4,}[*_]|\bpp?\.\s?\d|\d\s?\(\d{1,4}\)|\bvol\."
    r"|\b(?:Press|Journal|Verlag|Springer|Elsevier)\b"
)
"""What entries have and sentences hardly: initials, an ampersand, a title in italics, pages, a volume."""


def heading_end(text: str, at: int, *, final: bool) -> int | None:
    """The end of a line at `at` that is the heading of a list of sources, or such a list of links.

    None for another line; raises MoreTextNeeded while that is open.
    """
    match = _LAST_HEADING.match(text, at) if final else _HEADING.match(text, at, partial=True)
    if match is None:
        return None
    if match.partial:
        raise MoreTextNeeded
    return int(match.end())


def has_links(heading: str) -> bool:
    """Whether the sources stand in the line of the heading itself."""
    return _ADDRESS.search(heading) is not None


def is_source(line: str) -> bool:
    """Whether a line is an entry of a list of sources by itself: an address, or an author and a year."""
    marker = _MARKER.match(line)
    body = line[marker.end() :] if marker else line.lstrip()
    if _ADDRESS.search(body):
        return True
    return _AUTHOR_AND_YEAR.match(body) is not None and _SIGN.search(body) is not None


def goes_on(line: str, first: str) -> bool:
    """Whether a line is a further entry of the list that began with the entry `first`."""
    return is_source(line) or (
        _kind_of_marker(line) != "" and _kind_of_marker(line) == _kind_of_marker(first)
    )


def _kind_of_marker(line: str) -> str:
    marker = _MARKER.match(line)
    return "" if marker is None else re.sub(r"\d+", "1", marker["mark"])
