"""What a client sent, as the Struct of its route: from JSON, a form, or the query, with the same checks.

A Struct is the only place where a route's fields, types, ranges and defaults are written down; errors and the
OpenAPI document are made from it. Null means absent, unknown keys are ignored, text is cleaned of NUL. A body
is read up to a limit and no further.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Annotated, Final, TypeVar

import msgspec
from starlette.requests import Request

from voice_server.core.speech.speech_settings import MAX_LANGUAGE_CHARS, MAX_VOICE_CHARS
from voice_server.core.wire.field_descriptions import allowed, complaint_about, fields_of, may_be_list
from voice_server.core.wire.half_characters import replace_halves
from voice_server.endpoints.http.form_fields import form_fields, query_fields
from voice_server.endpoints.http.json_frame import JsonFrame
from voice_server.endpoints.http.problems import TooLong, TooSlow, WrongField, WrongMediaType
from voice_server.errors import RequestError, TooMuch

MAX_BODY_BYTES: Final = 8 * 1024 * 1024
MAX_TEXT_CHARS: Final = 2_000_000
MAX_FILE_CHARS: Final = 200_000
"""The longest text that is spoken into one whole file; longer ones are streamed."""

_BODY_S = 30.0
_SLICE_BYTES = 16 * 1024
_SHOWN_CHARS = 60
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
_Fields = TypeVar("_Fields", bound=msgspec.Struct)

LongText = Annotated[
    str, msgspec.Meta(min_length=1, max_length=MAX_TEXT_CHARS, description="The text to speak.")
]
FileText = Annotated[
    str, msgspec.Meta(min_length=1, max_length=MAX_FILE_CHARS, description="The text to speak.")
]
VoiceName = (
    Annotated[
        str,
        msgspec.Meta(
            max_length=MAX_VOICE_CHARS, description="A voice by name, alias, language or weighted mix."
        ),
    ]
    | Annotated[int, msgspec.Meta(ge=1, description="A voice by its number in the list.")]
)
Language = Annotated[
    str, msgspec.Meta(max_length=MAX_LANGUAGE_CHARS, description="A language tag such as en-us.")
]


class NoFields(msgspec.Struct, frozen=True):
    """An action without fields."""


async def read_json(request: Request, kind: type[_Fields]) -> _Fields:
    """The JSON body of a request. Raises RequestError; TooMuch for one that is too large."""
    return fields_from(_object(await read_json_value(request)), kind)


async def read_any(request: Request, kind: type[_Fields]) -> _Fields:
    """The query, a JSON body or a form of a request; the body wins where both name a field."""
    query: dict[str, object] = dict(query_fields(request))
    found = media_type(request)
    if found in _FORMS:
        return fields_from(query | await _form(request), kind, as_text=True)
    if found not in ("", "application/json"):
        raise WrongMediaType(
            f"send the fields as application/json, a form or a query, not as {found[:80]}", code="media_type"
        )
    body = await _body(request, JsonFrame().feed)
    given = _object(await _decoded(body)) if body else {}
    return fields_from(query | given, kind, as_text=bool(query))


def media_type(request: Request) -> str:
    """The media type of the body, in lower case and without parameters; "" where none is named."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def fields_from(given: object, kind: type[_Fields], *, as_text: bool = False) -> _Fields:
    """Return `given` as a Struct; with `as_text`, numbers, booleans and lists are read from text.

    Raises WrongField with a sentence that names the field and what it may be.
    """
    if not isinstance(given, Mapping):
        raise RequestError("the body must be a JSON object with the fields of this route")
    present = {name: _clean(value) for name, value in given.items() if value is not None}
    lists = [name for name in _list_fields(kind) if name in present] if as_text else []
    try:
        read = present | {name: _listed(present[name]) for name in lists}
        fields = msgspec.convert(read, kind, strict=not as_text)
    except msgspec.ValidationError as error:
        raise _refusal(error, present, kind) from None
    for name in present:
        if as_text and getattr(fields, name, name) is None:  # msgspec reads the text "null" as null
            raise _refusal(msgspec.ValidationError(f" - at `$.{name}`"), present, kind)
    return fields


async def _body(request: Request, check: Callable[[bytes], None] = lambda _piece: None) -> bytes:
    """The body; `check` is called with its pieces."""
    try:
        async with asyncio.timeout(_BODY_S):
            return await _whole_body(request, check)
    except TimeoutError:
        raise TooSlow(f"a body must be there within {_BODY_S:g} s") from None


async def _whole_body(request: Request, check: Callable[[bytes], None]) -> bytes:
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced) > MAX_BODY_BYTES:
        raise _too_large()
    pieces, size = [], 0
    async for piece in request.stream():
        size += len(piece)
        if size > MAX_BODY_BYTES:
            raise _too_large()
        check(piece)
        pieces.append(piece)
    await asyncio.sleep(0)  # to put a long body together takes milliseconds, and so does what follows
    body = b"".join(pieces)
    await asyncio.sleep(0)
    return body


def _too_large() -> TooMuch:
    return TooMuch(f"a body may have at most {MAX_BODY_BYTES} bytes", code="body_too_large")


async def read_json_value(request: Request) -> object:
    """Any JSON value from the body of a request. Raises RequestError."""
    found = media_type(request)
    if found not in ("", "application/json"):
        raise WrongMediaType(f"send the body as application/json, not {found[:80]}", code="media_type")
    return await _decoded(await _body(request, JsonFrame().feed))


async def _decoded(body: bytes) -> object:
    """The value of a JSON body. Raises RequestError for what is not JSON."""
    try:
        try:
            return msgspec.json.decode(body)
        except msgspec.DecodeError:
            return msgspec.json.decode(await _without_halves(body))
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        shown = "nested too deeply" if isinstance(error, RecursionError) else str(error)[:120]
        raise RequestError(f"the body is not JSON: {shown}", code="invalid_json") from None
    finally:
        await asyncio.sleep(0)


async def _without_halves(body: bytes) -> bytes:
    """The same JSON text without halves of characters; others are served in between."""
    replaced, at = bytearray(body), 0
    while at < len(replaced):
        at = replace_halves(replaced, at, at + _SLICE_BYTES)
        await asyncio.sleep(0)
    return bytes(replaced)


def _object(found: object) -> dict[str, object]:
    if not isinstance(found, dict):
        raise RequestError("the body must be a JSON object with the fields of this route")
    return found


async def _form(request: Request) -> dict[str, object]:
    body = await _body(request)
    if body.lstrip()[:1] == b"{":
        raise WrongMediaType("this body looks like JSON: send it with Content-Type: application/json")
    fields = await form_fields(request, body)
    await asyncio.sleep(0)
    return dict(fields)


@cache
def _list_fields(kind: type[msgspec.Struct]) -> tuple[str, ...]:
    """The fields that may be a list, which text has with commas between."""
    return tuple(each.encode_name for each in fields_of(kind) if may_be_list(each.type))


def _listed(value: object) -> object:
    """A text as a list, unless it is what a field may be beside that."""
    is_list = isinstance(value, str) and value.lower() not in ("true", "false", "1", "0", "")
    return [word.strip() for word in str(value).split(",")] if is_list else value


def _clean(value: object) -> object:
    """Text without NUL, which no engine can take and C libraries end at; 42.0 as the whole number it is."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value.replace("\0", "") if isinstance(value, str) else value


# ---------------------------------------------------------------------- refusals

_AT = re.compile(r" - at `(?:key` in `)?\$\.?([^`.\[]*)(.*)`$")
_MISSING = re.compile(r"missing required field `([^`]+)`")


def _refusal(
    error: msgspec.ValidationError, given: Mapping[str, object], kind: type[msgspec.Struct]
) -> RequestError:
    complaint = str(error)
    fields = {each.encode_name: each.type for each in fields_of(kind)}
    at = _AT.search(complaint)
    name = at.group(1) if at else ""
    missing = _MISSING.search(complaint)
    if missing is not None and not name:
        name = missing.group(1)
        return WrongField(
            name, f"{name} is missing; it must be {allowed(fields[name])}", code="missing_field"
        )
    if name not in fields:
        return RequestError("the fields of this request are not as they must be; /docs shows them")
    if at is not None and at.group(2).startswith("."):
        return WrongField(name, complaint_about(kind, error), code="invalid_field")
    value = given[name]
    sentence = f"{name} must be {allowed(fields[name])}"
    if isinstance(value, str) and "of length <=" in complaint and len(value) > MAX_FILE_CHARS:
        return TooLong(name, f"{sentence}, not {len(value)}")
    return WrongField(name, f"{sentence}, not {_shown(value)}", code="invalid_field")


def _shown(value: object) -> str:
    text = f"{value:g}" if isinstance(value, float) else msgspec.json.encode(_beginning(value)).decode()
    return text if len(text) <= _SHOWN_CHARS else text[:_SHOWN_CHARS] + "…"


def _beginning(value: object, levels: int = _SHOWN_CHARS) -> object:
    """At least as much of a value as is shown of it: a long or deep one would take long to write."""
    if isinstance(value, str):
        return value[: _SHOWN_CHARS + 1]
    if isinstance(value, list):
        return [_beginning(each, levels - 1) for each in value[:_SHOWN_CHARS]] if levels else []
    if isinstance(value, dict):
        inner = value.items() if levels else ()
        return {name[: _SHOWN_CHARS + 1]: _beginning(each, levels - 1) for name, each in inner}
    return value
