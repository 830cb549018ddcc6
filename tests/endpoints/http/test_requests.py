"""Requests become Structs, or a sentence that names the field and what it may be."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any, Literal

import msgspec
import pytest
from starlette.requests import Request
from starlette.types import Message

from tests.virtual_time import run
from voice_server.endpoints.http.problems import TooLong, TooSlow, WrongField, WrongMediaType
from voice_server.endpoints.http.requests import MAX_BODY_BYTES, FileText, fields_from, read_any, read_json
from voice_server.errors import RequestError, TooMuch


class Inner(msgspec.Struct):
    id: str


class Book(msgspec.Struct):
    text: FileText


Few = Annotated[
    dict[Annotated[str, msgspec.Meta(min_length=1)], int],
    msgspec.Meta(max_length=2),
]


class Fields(msgspec.Struct, kw_only=True):
    text: Annotated[str, msgspec.Meta(min_length=1, max_length=5)]
    speed: Annotated[float, msgspec.Meta(ge=0.5, le=2)] | None = None
    count: Annotated[int, msgspec.Meta(ge=1)] = 1
    kind: Literal["a", "b"] = "a"
    deep: bool = True
    who: Inner | str | None = None
    options: dict[str, int] | None = None
    many: list[str] | None = None
    few: Few | None = None


def request(
    body: bytes = b"", media_type: str | None = None, query: str = "", length: int | None = None
) -> Request:
    headers = [] if media_type is None else [(b"content-type", media_type.encode())]
    if length is not None:
        headers.append((b"content-length", str(length).encode()))
    scope = {
        "type": "http",
        "method": "POST",
        "headers": headers,
        "query_string": query.encode(),
        "path": "/",
    }
    pieces = [body[at : at + 65536] for at in range(0, len(body), 65536)] or [b""]

    async def receive() -> Message:
        piece = pieces.pop(0)
        return {"type": "http.request", "body": piece, "more_body": bool(pieces)}

    return Request(scope, receive)


def read(*arguments: Any, **named: Any) -> Fields:
    found: list[Fields] = []

    async def main() -> None:
        found.append(await read_any(request(*arguments, **named), Fields))

    run(main())
    return found[0]


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({}, "text is missing; it must be a text of 1 to 5 characters"),
        ({"text": ""}, 'text must be a text of 1 to 5 characters, not ""'),
        ({"text": 7}, "text must be a text of 1 to 5 characters, not 7"),
        ({"text": "x" * 9}, 'text must be a text of 1 to 5 characters, not "xxxxxxxxx"'),
        ({"text": "x", "speed": 9}, "speed must be a number from 0.5 to 2, not 9"),
        ({"text": "x", "speed": "1"}, 'speed must be a number from 0.5 to 2, not "1"'),
        ({"text": "x", "speed": True}, "speed must be a number from 0.5 to 2, not true"),
        ({"text": "x", "count": 0}, "count must be a whole number of at least 1, not 0"),
        ({"text": "x", "kind": "c"}, 'kind must be one of a, b, not "c"'),
        ({"text": "x", "deep": 3}, "deep must be true or false, not 3"),
        (
            {"text": "x", "few": {"a": "b"}},
            'few must be an object of at most 2 names, each with a whole number, not {"a":"b"}',
        ),
        (
            {"text": "x", "few": {"": 1}},
            'few must be an object of at most 2 names, each with a whole number, not {"":1}',
        ),
        ({"text": "x", "who": {}}, "who must be an object with id or a text, not {}"),
        ({"text": "x", "who": {"id": 5}}, "who.id must be a text"),
        ({"text": "x", "options": {"a": "b"}}, 'options must be an object, not {"a":"b"}'),
        ({"text": "x", "many": [1]}, "many must be a list, not [1]"),
    ],
)
def test_what_is_wrong_is_named_with_what_is_allowed(given: dict[str, object], sentence: str) -> None:
    with pytest.raises(WrongField) as caught:
        fields_from(given, Fields)
    assert caught.value.message == sentence


def test_a_text_that_is_too_long_is_too_much_and_is_not_repeated() -> None:
    with pytest.raises(TooLong) as caught:
        fields_from({"text": "x" * 200_001}, Book)
    assert caught.value.message == "text must be a text of 1 to 200000 characters, not 200001"
    assert isinstance(caught.value, TooMuch)


def test_a_long_wrong_value_is_cut() -> None:
    with pytest.raises(WrongField) as caught:
        fields_from({"text": "x", "kind": "y" * 5000}, Fields)
    assert len(caught.value.message) < 120


@pytest.mark.parametrize("name", ["text", "speed", "count", "kind", "deep", "who", "options", "many"])
@pytest.mark.parametrize("levels", [4, 300, 500, 900])
@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}")])
def test_a_value_of_any_depth_is_refused_by_its_field(
    name: str, levels: int, opening: str, closing: str
) -> None:
    inner = f'{{"a":{opening * levels}0{closing * levels}}}' if name == "options" else ""
    value = inner or f"{opening * levels}0{closing * levels}"
    with pytest.raises(WrongField) as caught:
        read(f'{{"text":"x","{name}":{value}}}'.encode())
    assert caught.value.field == name
    assert caught.value.message.startswith(f"{name} must be ")
    assert opening in caught.value.message.partition(", not ")[2]
    assert len(caught.value.message) < 150


def test_null_is_absent_and_unknown_keys_are_ignored() -> None:
    fields = fields_from({"text": "x", "count": None, "kind": None, "stranger": [1]}, Fields)
    assert (fields.count, fields.kind) == (1, "a")


def test_a_whole_number_may_be_written_with_a_point() -> None:
    assert fields_from({"text": "x", "count": 4.0}, Fields).count == 4


def test_nul_and_lone_surrogates_do_not_get_in() -> None:
    assert fields_from({"text": "a\0b"}, Fields).text == "ab"
    assert read(rb'{"text":"a\u0000b\ud800"}').text == "ab\ufffd"
    assert read(rb'{"text":"\\ud80"}').text == r"\ud80"


def test_of_a_long_text_with_many_escapes_only_lone_surrogates_change() -> None:
    body = b'{"text":"' + rb"\n\ud83d \ud83d\ude00" * 5000 + b'"}'

    async def main() -> None:
        assert (await read_any(request(body), Book)).text == "\n\ufffd 😀" * 5000

    run(main())


def test_only_texts_may_be_long() -> None:
    for body in (b'{"text":"x","other":[%s0]}' % (b"0," * 40_000), b'{"text":"x"%s}' % (b',"a":1' * 20_000)):
        with pytest.raises(TooMuch, match="65536 bytes beside what stands in quotes"):
            read(body)
    assert read(b'{"text":"x","other":"%s"}' % (b"[]," * 1_000_000)).text == "x"


def test_a_wrong_value_is_shown_in_part_however_long_it_is() -> None:
    with pytest.raises(WrongField) as refused:
        read(b'{"text":{"a":["%s"]}}' % (b"x" * 1_000_000))
    assert refused.value.message.endswith('characters, not {"a":["' + "x" * 53 + "…")


def test_json_a_form_and_a_query_say_the_same() -> None:
    expected = Fields(text="Hi ä", speed=1.5, count=2, deep=False)
    multipart = b"".join(
        b'--x\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n' % pair
        for pair in ((b"text", "Hi ä".encode()), (b"speed", b"1.5"), (b"count", b"2"), (b"deep", b"false"))
    )
    form = b"text=Hi+%C3%A4&speed=1.5&count=2&deep=false"
    body = '{"text":"Hi ä","speed":1.5,"count":2,"deep":false}'.encode()
    assert read(body) == expected
    assert read(body, "application/json; charset=utf-8") == expected
    assert read(form, "application/x-www-form-urlencoded") == expected
    assert read(multipart + b"--x--\r\n", "multipart/form-data; boundary=x") == expected
    assert read(query=form.decode()) == expected
    assert read(b'{"text":"Hi \xc3\xa4"}', query="speed=1.5&count=2&deep=0&text=no") == expected


@pytest.mark.parametrize("body", [b"{", b"\xff", b"[" * 60_000, b'{"speed":NaN}', b""])
def test_what_is_not_json_is_refused(body: bytes) -> None:
    async def main() -> None:
        with pytest.raises(RequestError, match="the body is not JSON"):
            await read_json(request(body), Fields)

    run(main())


@pytest.mark.parametrize(
    ("text", "read_as"),
    [
        (rb"a\ud83d", "a\ufffd"),
        (rb"\ude00b", "\ufffdb"),
        (rb"\ud83d\ude00", "😀"),
        (rb"\uD83D\uDE00\ud83d", "😀\ufffd"),
    ],
)
def test_half_a_character_does_not_refuse_the_text(text: bytes, read_as: str) -> None:
    assert read(b'{"text":"' + text + b'"}').text == read_as


@pytest.mark.parametrize("body", [b"[]", b"3", b'"text"', b"null"])
def test_json_that_is_no_object_is_refused(body: bytes) -> None:
    with pytest.raises(RequestError, match="must be a JSON object"):
        read(body)


@pytest.mark.parametrize("media_type", ["text/plain", "audio/wav", "application/x-www-form-urlencoded"])
def test_a_route_that_takes_json_takes_nothing_else(media_type: str) -> None:
    async def main() -> None:
        with pytest.raises(WrongMediaType, match="application/json"):
            await read_json(request(b"{}", media_type), Fields)

    run(main())


def test_json_that_was_sent_as_a_form_is_told_so() -> None:
    with pytest.raises(WrongMediaType, match="looks like JSON"):
        read(b' {"text":"x"}', "application/x-www-form-urlencoded")


def test_other_kinds_of_bodies_are_refused() -> None:
    with pytest.raises(WrongMediaType, match="a form or a query"):
        read(b"x", "text/plain")


@pytest.mark.parametrize("length", [None, MAX_BODY_BYTES + 1])
def test_a_body_beyond_the_limit_is_not_read_to_its_end(length: int | None) -> None:
    async def main() -> None:
        large = request(b'"' + b"x" * (MAX_BODY_BYTES + 70_000), length=length)
        with pytest.raises(TooMuch, match="at most 8388608 bytes"):
            await read_json(large, Fields)
        assert await large.body()  # there is still something to read

    run(main())


def test_a_body_that_does_not_come_is_not_waited_for() -> None:
    async def silence() -> Message:
        await asyncio.sleep(3600)
        raise AssertionError

    async def main() -> None:
        scope = {"type": "http", "method": "POST", "headers": [], "query_string": b"", "path": "/"}
        with pytest.raises(TooSlow, match="within 30 s"):
            await read_json(Request(scope, silence), Fields)

    run(main())


class Kinds(msgspec.Struct, kw_only=True):
    which: bool | list[Literal["a", "b"]] | None = None


@pytest.mark.parametrize(
    ("text", "which"), [("true", True), ("0", False), ("a", ["a"]), ("a, b", ["a", "b"])]
)
def test_a_list_is_text_with_commas_in_a_query(text: str, which: object) -> None:
    assert fields_from({"which": text}, Kinds, as_text=True).which == which


def test_what_a_list_may_hold_is_said() -> None:
    with pytest.raises(WrongField, match=r'^which must be true or false or a list of a, b, not "a,c"$'):
        fields_from({"which": "a,c"}, Kinds, as_text=True)
    with pytest.raises(WrongField, match="which must be true or false or a list of a, b"):
        fields_from({"which": "a"}, Kinds)
