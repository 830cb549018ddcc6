"""What the fields of a message or request may be, in words, from the types that they are decoded to."""

from __future__ import annotations

import re
from typing import Any

import msgspec
from msgspec import inspect

_SHOWN_CHARS = 40
_INDEX = re.compile(r"\[[^\]]*\]")


def fields_of(kind: type[msgspec.Struct]) -> tuple[inspect.Field, ...]:
    """The fields of a Struct with their types."""
    described = inspect.type_info(kind)
    assert isinstance(described, inspect.StructType)
    return described.fields


def complaint_about(kind: Any, error: msgspec.ValidationError) -> str:
    """Turn msgspec's complaint into a sentence that names the field and what it may be.

    `kind` is the Struct, or the union of Structs, that was to be decoded.
    """
    what, _, where = str(error).partition(" - at ")
    found: inspect.Type = inspect.type_info(kind)
    names = []
    for name in _INDEX.sub("", where.strip("`")).split(".")[1:]:
        inside = next(
            (
                each.type
                for inner in _alternatives(found)
                if isinstance(inner, inspect.StructType | inspect.DataclassType)
                for each in inner.fields
                if each.encode_name == name
            ),
            None,
        )
        if inside is None:
            break  # it is the value of a name that a client chose
        found = inside
        names.append(name)
    if not names:
        return f"a message must be one JSON object: {what}"
    value = what.partition("Invalid enum value ")[2]
    return f"{'.'.join(names)} must be {allowed(found)}" + (f", not {value[:_SHOWN_CHARS]}" if value else "")


def _alternatives(field: inspect.Type) -> list[inspect.Type]:
    if isinstance(field, inspect.Metadata):
        return _alternatives(field.type)
    if isinstance(field, inspect.UnionType):
        found = [each for inner in field.types for each in _alternatives(inner)]
        return [each for each in found if not isinstance(each, inspect.NoneType)]
    return [field]


def may_be_list(field: inspect.Type) -> bool:
    """Whether a list is among what a field may be."""
    return any(isinstance(each, inspect.ListType) for each in _alternatives(field))


def allowed(field: inspect.Type) -> str:
    """What a field may be, in words."""
    return " or ".join(dict.fromkeys(_allowed(each) for each in _alternatives(field)))


def _allowed(kind: inspect.Type) -> str:
    if isinstance(kind, inspect.LiteralType):
        return "one of " + ", ".join(map(str, kind.values))
    if isinstance(kind, inspect.StrType):
        return _allowed_text(kind)
    if isinstance(kind, inspect.FloatType | inspect.IntType):
        return _allowed_number(kind)
    if isinstance(kind, inspect.BoolType):
        return "true or false"
    return _allowed_list(kind) if isinstance(kind, inspect.ListType) else _allowed_object(kind)


def _allowed_object(kind: inspect.Type) -> str:
    if isinstance(kind, inspect.StructType | inspect.DataclassType):
        names = ", ".join(each.encode_name for each in kind.fields)
        return f"an object with {names}"
    if isinstance(kind, inspect.DictType) and kind.max_length is not None:
        return f"an object of at most {kind.max_length} names, each with {allowed(kind.value_type)}"
    return "an object"


def _allowed_list(kind: inspect.ListType) -> str:
    item = kind.item_type
    return (
        f"a list of {', '.join(map(str, item.values))}" if isinstance(item, inspect.LiteralType) else "a list"
    )


def _allowed_number(kind: inspect.FloatType | inspect.IntType) -> str:
    noun = "a number" if isinstance(kind, inspect.FloatType) else "a whole number"
    if kind.ge is not None and kind.le is not None:
        return f"{noun} from {kind.ge:g} to {kind.le:g}"
    return noun if kind.ge is None else f"{noun} of at least {kind.ge:g}"


def _allowed_text(kind: inspect.StrType) -> str:
    if kind.min_length and kind.max_length:
        return f"a text of {kind.min_length} to {kind.max_length} characters"
    return "a text" if kind.max_length is None else f"a text of at most {kind.max_length} characters"
