"""The schemas that models see and the checks of their arguments are made from the same Structs."""

from __future__ import annotations

from typing import Any

import jsonschema_rs
import pytest

from voice_server.endpoints.dialects.mcp.tool_arguments import (
    TOOLS,
    SpeakArguments,
    ToolDescription,
    arguments_of,
)
from voice_server.errors import VoiceServerError

GIVEN: list[dict[str, Any]] = [
    {},
    {"text": "Hi."},
    {"text": ""},
    {"text": 3},
    {"text": "Hi.", "voice": "alba", "language": "en", "speed": 1.5, "interrupt": True, "wait": True},
    {"text": "Hi.", "speed": 9},
    {"text": "Hi.", "speed": "fast"},
    {"text": "Hi.", "wait": 1},
    {"text": "Hi.", "file": ""},
    {"text": "Hi.", "file": "x.mp3"},
    {"text": "Hi.", "volume": 3},
    {"everything": True},
    {"everything": "yes"},
    {"language": "de", "backend": "one"},
    {"language": 5},
]


def is_taken(tool: ToolDescription, given: dict[str, Any]) -> bool:
    try:
        arguments_of(tool.arguments, given)
    except VoiceServerError:
        return False
    return True


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.name)
@pytest.mark.parametrize("given", GIVEN, ids=str)
def test_what_fits_the_schema_is_taken_and_nothing_else(tool: ToolDescription, given: dict[str, Any]) -> None:
    assert is_taken(tool, given) == jsonschema_rs.is_valid(tool.input_schema, given)


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.name)
def test_every_argument_is_described_and_none_may_be_null(tool: ToolDescription) -> None:
    schema = tool.input_schema
    assert set(schema["properties"]) == set(tool.arguments.__struct_fields__)
    assert "null" not in str(schema)
    assert all(len(each["description"]) > 10 for each in schema["properties"].values())
    assert len(tool.description) > 10


def test_no_arguments_are_as_good_as_an_empty_object() -> None:
    assert arguments_of(TOOLS[1].arguments, None) == arguments_of(TOOLS[1].arguments, {})


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({}, "text is missing; it must be a text of 1 to 200000 characters"),
        ({"text": "Hi.", "speed": 9}, "speed must be a number from 0.1 to 3, not 9"),
        ({"text": "Hi.", "wait": "yes"}, 'wait must be true or false, not "yes"'),
        ({"text": "Hi.", "voces": "x"}, "unknown argument 'voces'; did you mean voice; there are 7: file, "),
    ],
)
def test_a_wrong_argument_says_what_is_allowed(given: dict[str, Any], sentence: str) -> None:
    with pytest.raises(VoiceServerError) as caught:
        arguments_of(SpeakArguments, given)
    assert caught.value.message.startswith(sentence)
