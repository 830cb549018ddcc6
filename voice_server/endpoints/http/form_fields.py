"""The fields of a query or a form as text in UTF-8, whatever else Latin-1 would make of the same bytes.

Browsers percent-encode UTF-8 (URL Standard, "application/x-www-form-urlencoded parsing"); `curl -d` sends it
as it is. Both are read; bytes that are no UTF-8 are refused: with a letter dropped or replaced it would be a
text that nobody wrote.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Final
from urllib.parse import unquote_to_bytes

from starlette.requests import HTTPConnection, Request
from starlette.types import Message

from voice_server.errors import RequestError, TooMuch

_MAX_FIELDS: Final = 50
_MOST_PARAMETERS_CHARS: Final = 500
_SLICE_BYTES: Final = 16 * 1024
"""How much of a form is read before others are served: a megabyte that is percent-encoded takes 100 ms."""


def query_fields(connection: HTTPConnection) -> dict[str, str]:
    """The fields of a URL's query, the last of those that share a name. Raises RequestError."""
    fields = _split(connection.scope.get("query_string", b""), "query")
    return {
        _decoded(b"".join(_unquoted(name)), "query"): _decoded(b"".join(_unquoted(value)), "query")
        for name, value in fields
    }


async def form_fields(request: Request, body: bytes) -> dict[str, str]:
    """The fields of a form whose whole body was read; files in it are refused. Raises RequestError."""
    media_type, _, parameters = request.headers.get("content-type", "").partition(";")
    if media_type.strip().lower() != "multipart/form-data":
        return {
            await _read_in_slices(name): await _read_in_slices(value) for name, value in _split(body, "form")
        }
    if len(parameters) > _MOST_PARAMETERS_CHARS:
        raise RequestError(
            f"the parameters of Content-Type have at most {_MOST_PARAMETERS_CHARS} characters",
            code="invalid_request",
        )
    _decoded(body, "form")
    charset = _charset(parameters)
    if charset not in ("", "utf-8", "utf8"):
        raise RequestError(f"a form must be in UTF-8, not in {charset[:40]}", code="not_utf8")

    starts = iter(range(0, len(body), _SLICE_BYTES))

    async def next_slice() -> Message:
        await asyncio.sleep(0)
        start = next(starts, len(body))
        end = start + _SLICE_BYTES
        return {"type": "http.request", "body": body[start:end], "more_body": end < len(body)}

    read = Request(request.scope, next_slice)
    async with read.form(max_files=0, max_fields=_MAX_FIELDS, max_part_size=len(body)) as form:
        return {name: value for name, value in form.items() if isinstance(value, str)}


def _split(encoded: bytes, where: str) -> list[tuple[bytes, bytes]]:
    """Names and values as they were sent. Raises RequestError."""
    parts = encoded.split(b"&", _MAX_FIELDS)
    if len(parts) > _MAX_FIELDS:
        raise TooMuch(f"a {where} may have at most {_MAX_FIELDS} fields")
    fields = (field.partition(b"=") for field in parts if field)
    return [(name, value) for name, _, value in fields]


def _unquoted(encoded: bytes) -> Iterator[bytes]:
    """The bytes that are meant, a slice at a time; no percent sign is parted from its digits."""
    start = 0
    while start < len(encoded):
        end = start + _SLICE_BYTES
        if end < len(encoded) and (percent := encoded.rfind(b"%", end - 2, end)) >= 0:
            end = percent
        yield unquote_to_bytes(encoded[start:end].replace(b"+", b" "))
        start = end


async def _read_in_slices(encoded: bytes) -> str:
    pieces = []
    for piece in _unquoted(encoded):
        pieces.append(piece)
        await asyncio.sleep(0)
    text = _decoded(b"".join(pieces), "form")
    await asyncio.sleep(0)
    return text


def _decoded(encoded: bytes, where: str) -> str:
    try:
        return encoded.decode()
    except UnicodeDecodeError as error:
        raise _no_utf8(where, error) from None


def _no_utf8(where: str, error: UnicodeDecodeError) -> RequestError:
    wrong = f"{error.object[error.start]:#04x}"
    return RequestError(f"a {where} must be in UTF-8, and the byte {wrong} is none", code="not_utf8")


def _charset(parameters: str) -> str:
    for parameter in parameters.lower().split(";"):
        name, _, value = parameter.partition("=")
        if name.strip() == "charset":
            return value.strip().strip('"')
    return ""
