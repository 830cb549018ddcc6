"""Tags and entities are found however the text is cut; what is none of them is text."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import pytest

from voice_server.core.text.filtering.ssml_syntax import (
    SsmlTag,
    content_of,
    entity_at,
    ssml_tag_at,
    unspoken_at,
)
from voice_server.core.text.splitting.mark_context import MoreTextNeeded

_Found = TypeVar("_Found")


def read(reader: Callable[..., _Found], text: str) -> _Found:
    """What stands at the beginning of a text that comes character by character."""
    for end in range(1, len(text)):
        try:
            return reader(text[:end], 0, final=False)
        except MoreTextNeeded:
            continue
    return reader(text, 0, final=True)


@pytest.mark.parametrize(
    ("text", "name", "attributes"),
    [
        ("<p>", "p", {}),
        (
            "<Say-As interpret-as='date'  format = \"mdy\" >",
            "say-as",
            {"interpret-as": "date", "format": "mdy"},
        ),
        ("<break time=1s/>", "break", {"time": "1s"}),
        ("<amazon:effect\nname='a &gt; &quot;b&quot;'>", "amazon:effect", {"name": 'a > "b"'}),
        ("<voice xml:lang='de'>", "voice", {"xml:lang": "de"}),
        ("<x a=''>", "x", {"a": ""}),
    ],
)
def test_a_tag_has_a_name_and_attributes(text: str, name: str, attributes: dict[str, str]) -> None:
    is_empty = text.endswith("/>")
    expected = SsmlTag(name, attributes, len(text), is_empty=is_empty)
    assert read(ssml_tag_at, text + " <b>") == ssml_tag_at(text, 0, final=False) == expected


def test_a_closing_tag_says_so() -> None:
    assert read(ssml_tag_at, "</p >x") == SsmlTag("p", {}, 5, is_closing=True)


@pytest.mark.parametrize(
    "text",
    ["< p>", "<5", "<", "<p", "<p <b>", "<p a=>", "<p a='x", "<p a='<'>", "<>", "</>", "<" + "x" * 70 + ">"],
)
def test_what_is_no_tag_is_none(text: str) -> None:
    assert read(ssml_tag_at, text) is ssml_tag_at(text, 0, final=True) is None


def test_a_tag_that_goes_on_for_too_long_is_none() -> None:
    text = "<p " + "a='" + "x" * 900 + "' b='" + "x" * 900 + "' c='" + "x" * 900
    assert read(ssml_tag_at, text + "'>") is None or len(text) < 2000
    assert ssml_tag_at(text, 0, final=False) is None


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("<!-- a > b -->", ""),
        ('<?xml version="1.0"?>', ""),
        ('<!DOCTYPE speak PUBLIC "x" "y">', ""),
        ('<!doctype speak [ <!ENTITY a "b"> ]>', ""),
        ("<![CDATA[a < b & c]]>", "a < b & c"),
    ],
)
def test_comments_and_the_like_are_left_out(text: str, spoken: str) -> None:
    found = read(unspoken_at, text + " x")
    assert found is not None
    assert found.end == len(text)
    assert (text[slice(*found.text)] if found.text else "") == spoken
    assert found.is_doctype == text.upper().startswith("<!DOCTYPE")


@pytest.mark.parametrize(
    "text",
    [
        "<!-- a",
        "<!x>",
        "<?",
        "<![CDATA[ a",
        "<!DOCTYPE [ <",
        "<p>",
        "<",
        "<!DOCTYPE a < b",
        "<!-- " + "x" * 5000,
    ],
)
def test_what_never_ends_is_none_of_them(text: str) -> None:
    assert read(unspoken_at, text) is None


@pytest.mark.parametrize(
    ("text", "character"),
    [
        ("&amp;", "&"),
        ("&lt;", "<"),
        ("&#65;", "A"),
        ("&#x1F600;", "😀"),
        ("&eacute;", "é"),
        ("&nbsp;", "\u00a0"),
    ],
)
def test_an_entity_is_a_character(text: str, character: str) -> None:
    assert read(entity_at, text + "x") == (character, len(text))


@pytest.mark.parametrize(
    "text", ["&", "& x", "&foo;", "&amp", "&;", "&#;", "&#xZZ;", "&#12345678;", "&" + "a" * 40 + ";"]
)
def test_what_is_no_entity_is_none(text: str) -> None:
    assert read(entity_at, text) is entity_at(text, 0, final=True) is None


def content(text: str, at: int, *, final: bool) -> str | None:
    tag = ssml_tag_at(text, at, final=final)
    assert tag is not None
    found = content_of(text, tag, final=final)
    return None if found is None else text[tag.end : found[0]] + "|" + text[found[1] :]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("<sub>W3C</sub >.", "W3C|."),
        ("<sub></sub>", "|"),
        ("<sub>a<b/>c</sub>", None),
        ("<sub>a</sup>", None),
        ("<sub>a < b</sub>", None),
        ("<sub>never", None),
        ("<sub>" + "x" * 501 + "</sub>", None),
        ("<sub>" + "x" * 500 + "</sub>", "x" * 500 + "|"),
    ],
)
def test_short_content_is_read_as_a_whole(text: str, found: str | None) -> None:
    assert content(text, 0, final=True) == found
    for end in range(5, len(text)):
        try:
            early = content(text[:end], 0, final=False)
        except MoreTextNeeded:
            continue
        assert early == (found and found[: found.index("|") + 1])
