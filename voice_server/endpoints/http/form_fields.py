"""The fields of a query or a form as text in UTF-8, whatever else Latin-1 would make of the same bytes.

Browsers percent-encode UTF-8 (URL Standard, "application/x-www-form-urlencoded parsing"); `curl -d` sends it
as it is. Both are read; bytes that are no UTF-8 are refused: with a letter dropped or replaced it would be a
text that nobody wrote.
"""

from __future__ import annotations

from typing import Final
from urllib.parse import parse_qsl

from starlette.requests import HTTPConnection, Request
from starlette.types import Message

from voice_server.errors import RequestError, TooMuch

_MAX_FIELDS: Final = 50


def query_fields(connection: HTTPConnection) -> dict[str, str]:
    """The fields of a URL's query, the last of those that share a name. Raises RequestError."""
    return _pairs(connection.scope.get("query_string", b""), "query")


async def form_fields(request: Request, body: bytes) -> dict[str, str]:
    """The fields of a form whose whole body was read; files in it are refused. Raises RequestError."""
    media_type, _, parameters = request.headers.get("content-type", "").partition(";")
    if media_type.strip().lower() != "multipart/form-data":
        return _pairs(body, "form")
    _decoded(body, "form")
    charset = _charset(parameters)
    if charset not in ("", "utf-8", "utf8"):
        raise RequestError(f"a form must be in UTF-8, not in {charset[:40]}", code="not_utf8")

    async def whole_body() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    read = Request(request.scope, whole_body)
    async with read.form(max_files=0, max_fields=_MAX_FIELDS, max_part_size=len(body)) as form:
        return {name: value for name, value in form.items() if isinstance(value, str)}


def _pairs(encoded: bytes, where: str) -> dict[str, str]:
    try:
        return dict(
            parse_qsl(
                _decoded(encoded, where), keep_blank_values=True, errors="strict", max_num_fields=_MAX_FIELDS
            )
        )
    except UnicodeDecodeError as error:
        raise _no_utf8(where, error) from None
    except ValueError:
        raise TooMuch(f"a {where} may have at most {_MAX_FIELDS} fields") from None


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
