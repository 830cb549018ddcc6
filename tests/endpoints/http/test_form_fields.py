"""Queries and forms are UTF-8, and what is none is refused with a sentence."""

from __future__ import annotations

import asyncio
from urllib.parse import quote

import pytest
from starlette.requests import Request

from voice_server.endpoints.http.form_fields import form_fields, query_fields
from voice_server.errors import RequestError

URL_ENCODED = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data; boundary=x"


def _request(media_type: str = "", query: bytes = b"") -> Request:
    headers = [(b"content-type", media_type.encode())]
    return Request({"type": "http", "method": "POST", "path": "/", "query_string": query, "headers": headers})


def _form(body: bytes, media_type: str) -> dict[str, str]:
    return asyncio.run(form_fields(_request(media_type), body))


def _part(name: bytes, content: bytes) -> bytes:
    return b'--x\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n--x--\r\n' % (name, content)


@pytest.mark.parametrize("text", ["Schöne Grüße", "Привет", "It’s fine", "😀 1+1=2; 100 %"])
def test_utf_8_is_read_as_it_is_and_percent_encoded(text: str) -> None:
    raw = text.replace("%", "%25").replace("+", "%2B").encode()
    encoded = "".join(f"%{byte:02X}" for byte in text.encode()).encode()
    for form in (b"text=" + raw, b"text=" + encoded):
        assert _form(form, URL_ENCODED) == {"text": text} == query_fields(_request(query=form))
        assert _form(form, "Application/X-WWW-Form-Urlencoded; charset=ISO-8859-1") == {"text": text}
    assert _form(_part(b"text", text.encode()), MULTIPART) == {"text": text}
    assert _form(_part(text.encode(), b"x"), MULTIPART + "; charset=UTF-8") == {text: "x"}


def test_a_plus_is_a_blank_an_empty_field_stays_and_the_last_of_a_name_counts() -> None:
    assert query_fields(_request(query=b"a=1&a=b+c&empty=")) == {"a": "b c", "empty": ""}


@pytest.mark.parametrize("encoded", [b"caf\xe9", b"caf%E9", b"%ED%A0%BD", b"%C3", b"\xc3"])
def test_bytes_that_are_no_utf_8_are_refused(encoded: bytes) -> None:
    for form in (b"text=" + encoded, encoded + b"=x"):
        with pytest.raises(RequestError, match="a form must be in UTF-8, and the byte 0x") as refused:
            _form(form, URL_ENCODED)
        assert refused.value.code == "not_utf8"
        with pytest.raises(RequestError, match="a query must be in UTF-8"):
            query_fields(_request(query=form))


@pytest.mark.parametrize("part", [_part(b"text", b"caf\xe9"), _part(b"caf\xe9", b"x")])
def test_a_form_in_parts_is_utf_8_too(part: bytes) -> None:
    with pytest.raises(RequestError, match="UTF-8"):
        _form(part, MULTIPART)


def test_a_form_in_parts_that_says_it_is_something_else_is_refused() -> None:
    with pytest.raises(RequestError, match="a form must be in UTF-8, not in iso-8859-1"):
        _form(_part(b"text", b"cafe"), MULTIPART + '; charset="ISO-8859-1"')


def test_there_are_only_so_many_fields() -> None:
    with pytest.raises(RequestError, match="at most 50 fields"):
        _form(b"a=1&" * 60, URL_ENCODED)


@pytest.mark.parametrize("offset", range(4))
def test_a_long_form_is_the_same_although_others_are_served_while_it_is_read(offset: int) -> None:
    text = "x" * offset + "ä€😀 +&=%" * 9000

    async def main() -> None:
        turns = 0

        async def count() -> None:
            nonlocal turns
            while True:
                turns += 1
                await asyncio.sleep(0)

        counting = asyncio.create_task(count())
        for body, media_type in (
            (f"text={quote(text)}".encode(), URL_ENCODED),
            (_part(b"text", text.encode()), MULTIPART),
        ):
            turns = 0
            assert await form_fields(_request(media_type), body) == {"text": text}
            assert turns >= len(body) // 20_000
        counting.cancel()

    asyncio.run(main())
