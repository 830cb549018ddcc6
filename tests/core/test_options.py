"""Options are complete and in range, or refused with a sentence that says what is allowed."""

import math

import pytest

from voice_server.core.options import chosen_kinds, complete_options, normalize_of
from voice_server.core.types import NORMALIZED_KINDS, Option
from voice_server.errors import RequestError, UnknownName

UNDERSTOOD = (
    Option("speed", "number", 1.0, 0.5, 2.0),
    Option("steps", "integer", None, 1),
    Option("gain", "number", 0.0, None, 6.0),
    Option("any", "number", 0.0),
    Option("ssml", "boolean", default=False),
    Option("style", "choice", "calm", choices=("calm", "lively")),
    Option("accent", "text"),
)


def test_what_is_not_given_comes_from_the_configuration_then_from_the_backend() -> None:
    complete = complete_options(UNDERSTOOD, {"speed": 2}, {"style": "lively", "speed": 0.5})
    assert complete == {"speed": 2, "gain": 0.0, "any": 0.0, "ssml": False, "style": "lively"}


def test_texts_choices_and_switches_are_taken_as_they_are() -> None:
    given = {"accent": "Scottish", "style": "lively", "ssml": True}
    assert given.items() <= complete_options(UNDERSTOOD, given).items()


def test_null_means_not_given() -> None:
    assert complete_options(UNDERSTOOD, {"speed": None}, {"speed": 0.5})["speed"] == 0.5


def test_every_backend_takes_a_seed() -> None:
    assert complete_options((), {"seed": 7}) == {"seed": 7}


def test_a_whole_number_may_be_written_with_a_point() -> None:
    assert complete_options(UNDERSTOOD, {"steps": 3.0})["steps"] == 3


def test_an_unknown_option_is_refused_with_those_there_are() -> None:
    with pytest.raises(UnknownName, match=r"unknown option 'sped'; did you mean speed.*accent, any"):
        complete_options(UNDERSTOOD, {"sped": 1})


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("speed", 2.5, "a number from 0.5 to 2"),
        ("speed", 0.1, "a number from 0.5 to 2"),
        ("speed", math.nan, "a number from 0.5 to 2"),
        ("speed", math.inf, "a number from 0.5 to 2"),
        ("speed", 10**400, "a number from 0.5 to 2"),
        ("speed", True, "a number from 0.5 to 2"),
        ("speed", "1", "a number from 0.5 to 2"),
        ("steps", 0, "a whole number of at least 1"),
        ("steps", 1.5, "a whole number of at least 1"),
        ("gain", 7, "a number of at most 6"),
        ("any", "x", "a number"),
        ("steps", "3", "a whole number of at least 1"),
        ("ssml", "yes", "true or false"),
        ("style", "sad", "one of calm, lively"),
        ("style", 1, "one of calm, lively"),
        ("accent", 1, "a text"),
    ],
)
def test_a_wrong_value_is_refused_with_what_is_allowed(name: str, value: object, allowed: str) -> None:
    with pytest.raises(RequestError) as caught:
        complete_options(UNDERSTOOD, {name: value})
    assert caught.value.message.startswith(f"option {name} must be {allowed}, not ")
    assert caught.value.code == "invalid_option"


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("on", NORMALIZED_KINDS),
        ("True", NORMALIZED_KINDS),
        ("off", frozenset()),
        ("false", frozenset()),
        ("dates", {"dates"}),
        ("numbers, Amounts", {"numbers", "amounts"}),
    ],
)
def test_normalize_is_on_off_or_a_list_of_kinds(text: str, kinds: frozenset[str]) -> None:
    assert chosen_kinds(normalize_of(text)) == kinds


@pytest.mark.parametrize("text", ["", "date", "on,dates", "dates,,times"])
def test_what_normalize_cannot_be_is_refused_with_what_it_can(text: str) -> None:
    with pytest.raises(
        RequestError, match=r"on, off or a list of these .*: abbreviations, addresses, amounts"
    ):
        normalize_of(text)
