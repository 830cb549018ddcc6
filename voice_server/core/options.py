"""Checks the options of a request against those that a backend supports, and fills in the defaults."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Final, cast

from voice_server.core.types import NORMALIZED_KINDS, NormalizedKind, Option, OptionValue
from voice_server.errors import RequestError, UnknownName

SEED = Option("seed", "integer", None, 0, 2**32 - 1, description="makes a sampling engine repeatable")
"""The option that every backend accepts, declared or not."""

OF_THE_VOICE: Final = "voice"
"""The choice of an option `language` that leaves it to the voice."""


def complete_options(
    supported: Sequence[Option],
    given: Mapping[str, object],
    defaults: Mapping[str, OptionValue] | None = None,
) -> dict[str, OptionValue]:
    """The options to render with: those given, else the configured ones, else the backend's own defaults.

    Raises UnknownName for an option that the backend does not have, and RequestError, which says what is
    allowed, for a value of the wrong type or out of range. An option with no value at all is left out.
    """
    by_name = {option.name: option for option in (SEED, *supported)}
    defaults = defaults or {}
    for name in given:
        if name not in by_name:
            raise UnknownName("option", name, by_name)
    complete: dict[str, OptionValue] = {}
    for option in by_name.values():
        value = given.get(option.name)
        if value is None:
            value = defaults.get(option.name, option.default)
        if value is not None:
            complete[option.name] = _CHECKS[option.kind](option, value)
    return complete


def normalize_of(text: str) -> bool | list[NormalizedKind]:
    """The option `normalize` as text has it: on, off, or kinds with commas between. Raises RequestError."""
    words = [word.strip().lower() for word in text.split(",")]
    if words in (["on"], ["true"]):
        return True
    if words in (["off"], ["false"]):
        return False
    if not NORMALIZED_KINDS.issuperset(words):
        kinds = ", ".join(sorted(NORMALIZED_KINDS))
        raise RequestError(
            f"normalize must be on, off or a list of these with commas between: {kinds}; not {text[:40]!r}",
            code="invalid_option",
        )
    return cast("list[NormalizedKind]", words)


def chosen_kinds(normalize: bool | Sequence[NormalizedKind]) -> frozenset[NormalizedKind]:
    """The kinds that the option `normalize` wants in words."""
    return NORMALIZED_KINDS if normalize is True else frozenset(normalize or ())


def _number(option: Option, value: object) -> OptionValue:
    if isinstance(value, bool) or not isinstance(value, int | float) or not _is_finite(value):
        raise _invalid_option(option, value)
    if option.minimum is not None and value < option.minimum:
        raise _invalid_option(option, value)
    if option.maximum is not None and value > option.maximum:
        raise _invalid_option(option, value)
    return value


def _is_finite(value: float) -> bool:
    try:
        return math.isfinite(value)
    except OverflowError:
        return False


def _integer(option: Option, value: object) -> OptionValue:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if not isinstance(value, int):
        raise _invalid_option(option, value)
    return _number(option, value)


def _boolean(option: Option, value: object) -> OptionValue:
    if not isinstance(value, bool):
        raise _invalid_option(option, value)
    return value


def _text(option: Option, value: object) -> OptionValue:
    if not isinstance(value, str):
        raise _invalid_option(option, value)
    return value


def _choice(option: Option, value: object) -> OptionValue:
    if not isinstance(value, str) or value not in option.choices:
        raise _invalid_option(option, value)
    return value


_CHECKS: dict[str, Callable[[Option, object], OptionValue]] = {
    "number": _number,
    "integer": _integer,
    "boolean": _boolean,
    "text": _text,
    "choice": _choice,
}


def _invalid_option(option: Option, value: object) -> RequestError:
    shortened = repr(value)[:40]
    return RequestError(
        f"option {option.name} must be {_allowed_values(option)}, not {shortened}", code="invalid_option"
    )


def _allowed_values(option: Option) -> str:
    if option.kind == "choice":
        return "one of " + ", ".join(option.choices)
    if option.kind == "boolean":
        return "true or false"
    if option.kind == "text":
        return "a text"
    noun = "a whole number" if option.kind == "integer" else "a number"
    if option.minimum is not None and option.maximum is not None:
        return f"{noun} from {option.minimum:g} to {option.maximum:g}"
    if option.minimum is not None:
        return f"{noun} of at least {option.minimum:g}"
    return noun if option.maximum is None else f"{noun} of at most {option.maximum:g}"
