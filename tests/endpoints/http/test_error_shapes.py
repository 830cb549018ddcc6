"""How an error looks on which path."""

from __future__ import annotations

import msgspec
import pytest

from voice_server.endpoints.http.error_shapes import (
    error_content,
    error_headers,
    header_value,
    is_openai,
    problem_type,
)


@pytest.mark.parametrize(
    ("path", "expected"),
    [("/v1", True), ("/v1/x", True), ("/audio/speech", True), ("/v10", False), ("/tts", False), ("/", False)],
)
def test_openais_object_is_for_openais_addresses(path: str, expected: bool) -> None:
    assert is_openai(path) is expected


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("/tts", {"error": "No.", "code": "no_text"}),
        (
            "/v1/audio/speech",
            {
                "error": {
                    "message": "No.",
                    "type": "invalid_request_error",
                    "param": "input",
                    "code": "no_text",
                }
            },
        ),
    ],
)
def test_an_error_has_the_form_of_its_path(path: str, content: dict[str, object]) -> None:
    assert error_content(path, 400, "No.", "no_text", "input") == content


def test_an_error_on_a_deepgram_path_is_as_their_clients_read_it() -> None:
    content = error_content("/deepgram/v1/speak", 400, "No.", "no_text")
    assert (content["err_code"], content["err_msg"]) == ("NO_TEXT", "No.")
    assert content["request_id"]


def test_the_sentence_stands_in_a_header_where_a_dialects_clients_look_for_it() -> None:
    assert error_headers("/deepgram/v1/speak", "No “such”\nvoice.") == {"dg-error": "No ?such? voice."}
    assert error_headers("/tts", "No.") == {}


def test_nothing_can_be_put_behind_the_end_of_a_header() -> None:
    assert header_value("a\r\nb\0c") == b"a  b c"
    assert header_value("ä€") == b"\xe4?"


@pytest.mark.parametrize(
    "path", ["/tts", "/v1/audio/speech", "/deepgram/v1/speak", "/cartesia/tts/bytes", "/elevenlabs/v1/user"]
)
def test_an_error_is_what_the_description_of_its_path_says(path: str) -> None:
    content = error_content(path, 400, "No.", "no_text", "input")
    assert msgspec.to_builtins(msgspec.convert(content, problem_type(path))) == content


def test_an_error_on_an_elevenlabs_path_is_as_their_clients_read_it() -> None:
    content = error_content("/elevenlabs/v1/user", 400, "No.", "no_text")
    assert content == {"detail": {"status": "no_text", "message": "No."}}
