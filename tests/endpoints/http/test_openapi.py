"""The document says what the server does, and each route once."""

from __future__ import annotations

import json
import re
from typing import Any

from starlette.routing import Route

from voice_server.endpoints.app import OPERATIONS
from voice_server.endpoints.http.openapi import openapi_document
from voice_server.endpoints.http.operations import routes_of
from voice_server.endpoints.http.requests import MAX_FILE_CHARS, MAX_TEXT_CHARS

DOCUMENT = openapi_document(OPERATIONS)


def schema(name: str) -> dict[str, Any]:
    found: dict[str, Any] = DOCUMENT["components"]["schemas"][name]
    return found


def body(path: str, kind: str) -> dict[str, Any]:
    found: dict[str, Any] = DOCUMENT["paths"][path]["post"]["requestBody"]["content"][kind]["schema"]
    return found


def test_every_route_is_described_and_nothing_else() -> None:
    routes = {route.path for route in routes_of(OPERATIONS) if isinstance(route, Route)}
    assert set(DOCUMENT["paths"]) == routes
    described = {(path, method) for path, methods in DOCUMENT["paths"].items() for method in methods}
    assert described == {(each.path, each.method.lower()) for each in OPERATIONS}


def test_no_two_operations_have_one_name() -> None:
    names = [each["operationId"] for methods in DOCUMENT["paths"].values() for each in methods.values()]
    assert len(names) == len(set(names))


def test_limits_and_defaults_are_those_of_the_types() -> None:
    fields = schema("TimedFields")
    assert fields["required"] == ["text"]
    assert fields["properties"]["text"]["maxLength"] == MAX_FILE_CHARS
    assert schema("StreamFields")["properties"]["text"]["maxLength"] == MAX_TEXT_CHARS
    speed = fields["properties"]["speed"]["anyOf"][0]["anyOf"][0]
    assert (speed["minimum"], speed["maximum"]) == (0.1, 3.0)
    assert fields["properties"]["format"]["default"] == "wav"
    assert schema("OpenAISpeechFields")["properties"]["response_format"]["default"] == "mp3"


def test_null_is_allowed_where_a_field_may_be_absent_and_not_in_forms() -> None:
    assert {"type": "null"} in schema("TimedFields")["properties"]["include_timestamps"]["anyOf"]
    assert "null" not in json.dumps(body("/tts/", "multipart/form-data"))
    assert "options" not in body("/tts/", "application/x-www-form-urlencoded")["properties"]


def test_the_fields_of_a_url_are_parameters() -> None:
    described = DOCUMENT["paths"]["/tts/stream"]["get"]
    parameters = {each["name"]: each for each in described["parameters"]}
    assert [name for name, each in parameters.items() if each["required"]] == ["text"]
    text = parameters["text"]["schema"]
    assert "maxLength" not in text
    assert "64 KiB" in text["description"]
    assert "requestBody" not in described
    assert not any(each["required"] for each in DOCUMENT["paths"]["/tts"]["get"]["parameters"])


def test_a_file_in_parts_is_described() -> None:
    responses = DOCUMENT["paths"]["/voices/{backend}/{voice}/preview"]["get"]["responses"]
    assert responses["206"]["content"].keys() == {"audio/wav"}
    assert "416" in responses
    assert "206" not in DOCUMENT["paths"]["/tts"]["post"]["responses"]


def test_errors_are_described_in_the_shape_of_their_route() -> None:
    def problem(path: str) -> str:
        answer = DOCUMENT["paths"][path]["post"]["responses"]["400"]
        reference: str = answer["content"]["application/json"]["schema"]["$ref"]
        return reference.rpartition("/")[2]

    assert problem("/tts") == "Problem"
    assert problem("/v1/audio/speech") == problem("/audio/speech") == "OpenAIError"


def test_every_reference_leads_somewhere() -> None:
    references = set(re.findall(r'"#/components/schemas/([^"]+)"', json.dumps(DOCUMENT)))
    assert references <= set(DOCUMENT["components"]["schemas"])
