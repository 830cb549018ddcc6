"""What a field may be is told in words, whoever asks."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
import pytest

from voice_server.core.types import NORMALIZED_KINDS
from voice_server.core.wire.client_messages import ClientMessage
from voice_server.core.wire.field_descriptions import allowed, complaint_about, fields_of, may_be_list


class Fields(msgspec.Struct):
    """One field of each type."""

    text: Annotated[str, msgspec.Meta(min_length=1, max_length=5)]
    short: Annotated[str, msgspec.Meta(max_length=5)] | None
    any_text: str
    ratio: Annotated[float, msgspec.Meta(ge=0.5, le=2)]
    count: Annotated[int, msgspec.Meta(ge=1)]
    whole: int
    described: Annotated[int, msgspec.Meta(ge=1, le=9, description="how many")] | None
    is_on: bool | Literal["a", "b"]
    kinds: list[Literal["a", "b"]]
    many: list[int]
    names: dict[str, int]
    few: Annotated[dict[str, int], msgspec.Meta(max_length=2)]


def test_every_type_is_told_with_its_range() -> None:
    assert {each.name: allowed(each.type) for each in fields_of(Fields)} == {
        "text": "a text of 1 to 5 characters",
        "short": "a text of at most 5 characters",
        "any_text": "a text",
        "ratio": "a number from 0.5 to 2",
        "count": "a whole number of at least 1",
        "whole": "a whole number",
        "described": "a whole number from 1 to 9",
        "is_on": "true or false or one of a, b",
        "kinds": "a list of a, b",
        "many": "a list",
        "names": "an object",
        "few": "an object of at most 2 names, each with a whole number",
    }


def test_lists_are_known_also_where_something_else_may_stand() -> None:
    assert [each.name for each in fields_of(Fields) if may_be_list(each.type)] == ["kinds", "many"]
    assert may_be_list(next(each.type for each in fields_of(ClientMessage) if each.name == "normalize"))


SPEAKERS = (
    "speakers must be an object of at most 32 names, each with a text of 1 to 400 characters "
    "or a whole number or an object with voice, backend, speed"
)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('{"markup": "foo"}', "markup must be one of speak, ssml, strip, not 'foo'"),
        ('{"format": {"frames": "foo"}}', "format.frames must be one of plain, tagged, not 'foo'"),
        ('{"format": 7}', "format must be an object with encoding, rate, frames"),
        ('{"token": 5}', "token must be a text"),
        ('{"voice": []}', "voice must be a text or a whole number"),
        ('{"turn": "' + "x" * 201 + '"}', "turn must be a text of at most 200 characters"),
        (
            '{"normalize": ["x"]}',
            "normalize must be true or false or a list of "
            + ", ".join(sorted(NORMALIZED_KINDS))
            + ", not 'x'",
        ),
        ('{"speakers": []}', SPEAKERS),
        ('{"speakers": {"": "x"}}', SPEAKERS),
        ('{"speakers": {"A": {"voise": "x"}}}', SPEAKERS),
        ('{"speakers": {"A": {"speed": "x"}}}', SPEAKERS),
        ("[1]", "a message must be one JSON object: Expected `object`, got `array`"),
    ],
)
def test_a_complaint_names_the_field_and_what_it_may_be(text: str, told: str) -> None:
    with pytest.raises(msgspec.ValidationError) as caught:
        msgspec.json.decode(text, type=ClientMessage)
    assert complaint_about(ClientMessage, caught.value) == told


def test_of_a_list_that_may_hold_a_few_words_all_are_told() -> None:
    with pytest.raises(msgspec.ValidationError) as caught:
        msgspec.json.decode('{"normalize": ["foo"]}', type=ClientMessage)
    told = complaint_about(ClientMessage, caught.value)
    assert told.startswith("normalize must be true or false or a list of abbreviations, addresses, ")
    assert told.endswith(", not 'foo'")
