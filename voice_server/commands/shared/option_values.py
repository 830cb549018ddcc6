"""Options of a backend as they are typed: KEY=VALUE."""

from __future__ import annotations

import json
from collections.abc import Iterable

from voice_server.core.types import OptionValue
from voice_server.errors import ConfigError


def parse_options(pairs: Iterable[str]) -> dict[str, OptionValue]:
    """Return `key=value` pairs as options: numbers, true and false as such, anything else as text."""
    return dict(parse_option(pair) for pair in pairs)


def _no_json(constant: str) -> float:
    raise ValueError(constant)  # NaN and Infinity, which a request cannot hold: text, which is refused


def parse_option(pair: str) -> tuple[str, OptionValue]:
    """Return one `key=value`. Raises ConfigError."""
    key, equals, value = pair.partition("=")
    if not key or not equals:
        raise ConfigError(f"an option is given as KEY=VALUE, for example speed=1.2, not {pair!r}")
    try:
        parsed = json.loads(value, parse_constant=_no_json)
    except ValueError:
        parsed = value
    return key, parsed if isinstance(parsed, bool | int | float | str) else value
