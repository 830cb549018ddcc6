"""How an error looks in JSON: ours, OpenAI's, and that of each dialect, by the path."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec

_OPENAI_PATHS: Final = ("/v1", "/v1/", "/audio/")


class Problem(msgspec.Struct, kw_only=True):
    """What went wrong, in one sentence, and a word for programs."""

    error: str
    code: str


class OpenAIProblem(msgspec.Struct, kw_only=True):
    """What went wrong, as OpenAI's clients read it."""

    message: str
    type: str
    param: str | None
    code: str | None


class OpenAIError(msgspec.Struct, kw_only=True):
    """OpenAI's error object."""

    error: OpenAIProblem


class DeepgramProblem(msgspec.Struct, kw_only=True):
    """What went wrong, as Deepgram's clients read it. Source: Deepgram's documentation of errors."""

    err_code: str
    err_msg: str
    request_id: str


class CartesiaProblem(msgspec.Struct, kw_only=True):
    """What went wrong, as Cartesia's clients read it. Source: the error event of Cartesia's SDK."""

    title: str
    message: str
    error_code: str
    request_id: str
    status_code: int


class ElevenLabsDetail(msgspec.Struct, kw_only=True):
    """A word for programs, and a sentence."""

    status: str
    message: str


class ElevenLabsProblem(msgspec.Struct, kw_only=True):
    """What went wrong, as ElevenLabs' clients read it. Source: ElevenLabs' documentation of errors."""

    detail: ElevenLabsDetail


def is_openai(path: str) -> bool:
    """Whether a path is one of OpenAI's, whose clients read OpenAI's error object."""
    return path == "/v1" or path.startswith(_OPENAI_PATHS[1:])


def error_content(
    path: str, status: int, message: str, code: str, field: str | None = None
) -> dict[str, Any]:
    """The JSON of an error on a path."""
    if is_openai(path):
        return _openai(status, message, code, field)
    shape = _SHAPE_OF_DIALECT.get(_first_part(path), _ours)
    return shape(status, message, code)


def problem_type(path: str) -> type[msgspec.Struct]:
    """The Struct of what `error_content` returns for a path."""
    if is_openai(path):
        return OpenAIError
    return _PROBLEM_OF_DIALECT.get(_first_part(path), Problem)


def error_headers(path: str, message: str) -> dict[str, str]:
    """The header field in which the clients of a path's dialect look for the sentence, if there is one.

    Deepgram's read nothing else of a handshake that is refused.
    """
    name = _HEADER_OF_DIALECT.get(_first_part(path))
    return {} if name is None else {name: header_value(message).decode("latin-1")}


def header_value(value: str) -> bytes:
    """Return text as the value of a header: nothing in it can end the header."""
    return "".join(each if each.isprintable() else " " for each in value).encode("latin-1", "replace")


def _first_part(path: str) -> str:
    return path[1:].partition("/")[0]


def _ours(status: int, message: str, code: str) -> dict[str, Any]:
    del status
    return {"error": message, "code": code}


def _openai(status: int, message: str, code: str, field: str | None) -> dict[str, Any]:
    kind = (
        "authentication_error"
        if status == 401
        else "server_error"
        if status >= 500
        else "invalid_request_error"
    )
    return {"error": {"message": message, "type": kind, "param": field, "code": code}}


def _deepgram(status: int, message: str, code: str) -> dict[str, Any]:
    del status
    return {"err_code": code.upper(), "err_msg": message, "request_id": str(uuid.uuid4())}


def _cartesia(status: int, message: str, code: str) -> dict[str, Any]:
    title = code.replace("_", " ").capitalize()
    identity = {"error_code": code, "request_id": str(uuid.uuid4()), "status_code": status}
    return {"title": title, "message": message, **identity}


def _elevenlabs(status: int, message: str, code: str) -> dict[str, Any]:
    del status
    return {"detail": {"status": code, "message": message}}


_SHAPE_OF_DIALECT: Final[Mapping[str, Callable[[int, str, str], dict[str, Any]]]] = {
    "deepgram": _deepgram,
    "cartesia": _cartesia,
    "elevenlabs": _elevenlabs,
}
"""By the first part of the path, as the next two."""
_PROBLEM_OF_DIALECT: Final[Mapping[str, type[msgspec.Struct]]] = {
    "deepgram": DeepgramProblem,
    "cartesia": CartesiaProblem,
    "elevenlabs": ElevenLabsProblem,
}
_HEADER_OF_DIALECT: Final[Mapping[str, str]] = {"deepgram": "dg-error"}
