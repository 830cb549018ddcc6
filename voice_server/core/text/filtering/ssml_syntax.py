"""The syntax of SSML in a text that grows: tags, entities, and what is left out.

Not all of XML: a text from a model or a template has slips, and half of a document is no document. So there
is no parser behind it, only patterns of bounded length; what fits none of them is text. Source: XML 1.0,
fifth edition, sections 2.4 to 2.8, 3.1 and 4.1. Entities that a document declares are never expanded.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass

from voice_server.core.text.splitting.mark_context import MoreTextNeeded

MAX_CONTENT_CHARS = 500
"""What is read as a whole, up to its closing tag, is no longer."""
_MAX_TAG_CHARS = 2000
_MAX_SKIPPED_CHARS = 5000

_NAME = r"[A-Za-z_][\w:.-]{0,63}+"
_VALUE = r"""(?:"[^"<]{0,1000}+"|'[^'<]{0,1000}+'|[^\s"'<>=/]{1,100}+)"""
_ATTRIBUTE = rf"\s{{1,100}}+{_NAME}\s{{0,20}}+=\s{{0,20}}+{_VALUE}"
_PARTIAL_ATTRIBUTE = (
    rf"\s{{1,100}}(?:{_NAME}\s{{0,20}}(?:=\s{{0,20}}(?:\"[^\"<]{{0,1000}}|'[^'<]{{0,1000}})?)?)?"
)
_find_attributes = re.compile(rf"({_NAME})\s{{0,20}}+=\s{{0,20}}+({_VALUE})").findall
_TAG = re.compile(
    rf"<(?P<slash>/?)(?P<name>{_NAME})(?P<attributes>(?:{_ATTRIBUTE})*+)\s{{0,100}}+(?P<empty>/?)>"
)
_PARTIAL_TAG = re.compile(rf"<(?:/?(?:{_NAME}(?:{_ATTRIBUTE})*(?:{_PARTIAL_ATTRIBUTE})?/?)?)?")
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{0,30});")
_PARTIAL_ENTITY = re.compile(r"&(?:#(?:[0-9]{0,7}|[xX][0-9A-Fa-f]{0,6})|[A-Za-z][A-Za-z0-9]{0,30})?")
_SKIPPED = (("<!--", "-->"), ("<?", "?>"), ("<!DOCTYPE", ">"), ("<![CDATA[", "]]>"))
_CDATA = "<![CDATA["
_DOCTYPE = re.compile(r"<!DOCTYPE[^\[>]{0,1000}+(?:\[[^\]]*+\]\s*+)?>", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class SsmlTag:
    """The tag of an element, which ends at `end`: one that opens, closes, or is `empty`, without content."""

    name: str
    attributes: Mapping[str, str]
    end: int
    is_closing: bool = False
    is_empty: bool = False


@dataclass(frozen=True, slots=True)
class Unspoken:
    """A comment and the like, which ends at `end`; `text` is what is spoken of it."""

    end: int
    text: tuple[int, int] | None = None
    is_doctype: bool = False


def ssml_tag_at(text: str, at: int, *, final: bool) -> SsmlTag | None:
    """The tag that begins at `at`, or None. Raises MoreTextNeeded while that is open."""
    match = _TAG.match(text, at)
    if match is None:
        is_open = not final and len(text) - at <= _MAX_TAG_CHARS
        if is_open and _PARTIAL_TAG.fullmatch(text, at):
            raise MoreTextNeeded
        return None
    attributes = {
        name.lower(): decoded(_unquoted(value)) for name, value in _find_attributes(match["attributes"])
    }
    is_closing = match["slash"] != ""
    return SsmlTag(match["name"].lower(), attributes, match.end(), is_closing, match["empty"] != "")


def unspoken_at(text: str, at: int, *, final: bool) -> Unspoken | None:
    """The comment, instruction, document type or CDATA section that begins at `at`, or None.

    Raises MoreTextNeeded while that is open.
    """
    beginning = text[at : at + len(_CDATA)].upper()
    for opening, closing in _SKIPPED:
        if not final and len(beginning) < len(opening) and opening.startswith(beginning):
            raise MoreTextNeeded
        if not beginning.startswith(opening):
            continue
        if opening == "<!DOCTYPE":
            match = _DOCTYPE.match(text, at, at + _MAX_SKIPPED_CHARS)
            end = -1 if match is None else match.end()
        else:
            found = text.find(closing, at + len(opening), at + _MAX_SKIPPED_CHARS)
            end = -1 if found < 0 else found + len(closing)
        if end < 0:
            if not final and len(text) - at < _MAX_SKIPPED_CHARS:
                raise MoreTextNeeded
            return None
        spoken = (at + len(opening), end - len(closing)) if opening == _CDATA else None
        return Unspoken(end, spoken, is_doctype=opening == "<!DOCTYPE")
    return None


def entity_at(text: str, at: int, *, final: bool) -> tuple[str, int] | None:
    """The character that an entity at `at` stands for, and where it ends; None where there is none.

    Raises MoreTextNeeded while that is open.
    """
    match = _ENTITY.match(text, at)
    if match is None:
        if not final and _PARTIAL_ENTITY.fullmatch(text, at):
            raise MoreTextNeeded
        return None
    character = decoded(match[0])
    return None if character == match[0] else (character, match.end())


def content_of(text: str, tag: SsmlTag, *, final: bool) -> tuple[int, int] | None:
    """Where the content of an element ends, and its closing tag, if it is short and nothing but text.

    Raises MoreTextNeeded while that is open.
    """
    most = tag.end + MAX_CONTENT_CHARS
    end = text.find("<", tag.end, most + 1)
    if end < 0:
        if not final and len(text) <= most:
            raise MoreTextNeeded
        return None
    closing = ssml_tag_at(text, end, final=final)
    if closing is None or not closing.is_closing or closing.name != tag.name:
        return None
    return end, closing.end


def decoded(text: str) -> str:
    """The text with every entity of XML and HTML in place of what stands for it."""
    return _ENTITY.sub(lambda match: html.unescape(match[0]), text) if "&" in text else text


def _unquoted(value: str) -> str:
    return value[1:-1] if value[0] in "\"'" else value
