from __future__ import annotations

import pytest

from voice_server.commands.shared.option_values import parse_option, parse_options
from voice_server.errors import ConfigError


@pytest.mark.parametrize(
    ("pair", "option"),
    [
        ("speed=1.2", ("speed", 1.2)),
        ("n=3", ("n", 3)),
        ("ssml=true", ("ssml", True)),
        ("style=calm", ("style", "calm")),
        ("x=null", ("x", "null")),
        ("x=[1]", ("x", "[1]")),
        ("x=a=b", ("x", "a=b")),
        ("x=", ("x", "")),
        ("x=NaN", ("x", "NaN")),  # which a request cannot hold as a number
        ("x=-Infinity", ("x", "-Infinity")),
    ],
)
def test_options_are_typed_by_how_they_look(pair: str, option: tuple[str, object]) -> None:
    got = parse_option(pair)
    assert got == option
    assert type(got[1]) is type(option[1])


@pytest.mark.parametrize("pair", ["speed", "=1", ""])
def test_an_option_without_a_name_or_value_is_an_error_with_an_example(pair: str) -> None:
    with pytest.raises(ConfigError, match="KEY=VALUE, for example speed"):
        parse_option(pair)


def test_of_two_values_for_an_option_the_last_one_counts() -> None:
    assert parse_options(["a=1", "b=x", "a=2"]) == {"a": 2, "b": "x"}
