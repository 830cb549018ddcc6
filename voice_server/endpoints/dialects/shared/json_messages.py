"""The JSON messages of a dialect, read as Structs with a sentence for what is wrong."""

from __future__ import annotations

from typing import Any, Generic, TypeVar

import msgspec
from msgspec import inspect

from voice_server.core.wire.field_descriptions import complaint_about
from voice_server.core.wire.half_characters import without_halves
from voice_server.endpoints.websocket.server_messages import Message
from voice_server.errors import RequestError

_Kind = TypeVar("_Kind")
_SHOWN_CHARS = 40


class JsonMessages(Generic[_Kind]):
    """Reads messages of one kind: a Struct, or a union of tagged ones; unknown keys are ignored."""

    def __init__(self, kind: Any) -> None:
        self._kind = kind
        self._decode = msgspec.json.Decoder(kind).decode

    def read(self, message: Message) -> _Kind:
        """One message. Raises RequestError with code wrong_kind, invalid_json or invalid_message."""
        if isinstance(message, bytes):
            raise RequestError("messages to this address are JSON text, not binary", code="wrong_kind")
        try:
            read: _Kind = self._decode(without_halves(message))
        except msgspec.ValidationError as error:
            raise RequestError(self._complaint(error), code="invalid_message") from None
        except (msgspec.DecodeError, RecursionError, UnicodeError) as error:
            why = "nested too deeply" if isinstance(error, RecursionError) else error
            raise RequestError(f"a message must be one JSON object: {why}", code="invalid_json") from None
        return read

    def _complaint(self, error: msgspec.ValidationError) -> str:
        what, _, where = str(error).partition(" - at ")
        tags = self._tags()
        if tags and where == f"`$.{tags[0]}`":
            given = what.partition("Invalid value ")[2][:_SHOWN_CHARS]
            return f"{tags[0]} must be one of {', '.join(tags[1])}" + (f", not {given}" if given else "")
        return complaint_about(self._kind, error)

    def _tags(self) -> tuple[str, list[str]] | None:
        """The key that tells messages apart, and its values."""
        found = inspect.type_info(self._kind)
        kinds = found.types if isinstance(found, inspect.UnionType) else (found,)
        tagged = [each for each in kinds if isinstance(each, inspect.StructType) and each.tag_field]
        return (str(tagged[0].tag_field), [str(each.tag) for each in tagged]) if tagged else None
