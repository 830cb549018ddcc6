"""A speaking route's fields become a text with settings and an encoding, or a sentence that refuses."""

from __future__ import annotations

from typing import Any

import pytest

from tests.arithmetic_pool import ArithmeticPool
from tests.endpoints.serving import run, served
from voice_server.endpoints.http.responses import ResolvedSpeech
from voice_server.endpoints.http.speech_fields import SpeechFields, resolve_fields
from voice_server.errors import BackendDown, RequestError, VoiceServerError


def resolved(pool: ArithmeticPool | None = None, **fields: Any) -> ResolvedSpeech:
    found: list[ResolvedSpeech] = []
    refused: list[VoiceServerError] = []

    async def main() -> None:
        async with served(pool) as server:
            try:
                found.append(resolve_fields(server.service, SpeechFields(**fields), "wav"))
            except VoiceServerError as error:
                refused.append(error)

    run(main)
    if refused:
        raise refused[0]
    return found[0]


def test_fields_that_are_left_out_mean_the_defaults() -> None:
    speech = resolved(text="Hi.")
    assert (speech.text, speech.settings.backend, speech.settings.voice) == ("Hi.", "one", "alba")
    assert (speech.encoding.format.name, speech.encoding.sample_rate_hz) == ("wav", 24_000)
    assert (speech.speed, speech.warnings) == (1.0, [])


def test_every_field_reaches_the_settings_or_the_encoding() -> None:
    pool = ArithmeticPool(("one", "two"))
    speech = resolved(pool, text="Hi.", backend="two", voice="bert", speed=1.5, sample_rate=8000)
    assert (speech.settings.backend, speech.settings.voice) == ("two", "bert")
    assert (speech.speed, speech.encoding.sample_rate_hz) == (1.5, 8000)


def test_speakers_and_ssml_are_part_of_how_a_text_is_spoken() -> None:
    speech = resolved(text="A: Hi.", speakers={"A": "bert"}, ssml=True)
    assert speech.settings.markup == "ssml"
    assert {name: each.voice for name, each in speech.settings.speakers.items()} == {"A": "bert"}
    assert resolved(text="Hi.", ssml=False).settings.markup == "strip"


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"text": " \n"}, "no_text"),
        ({"text": "Hi.", "bit_rate": 64_000}, "invalid_bit_rate"),
        ({"text": "Hi.", "backend": "nine"}, "unknown_backend"),
    ],
)
def test_what_cannot_be_met_is_refused_with_a_code(fields: dict[str, Any], code: str) -> None:
    with pytest.raises(RequestError) as refusal:
        resolved(**fields)
    assert refusal.value.code == code


def test_a_voice_that_is_another_s_name_is_replaced_and_the_client_is_warned() -> None:
    assert [each.code for each in resolved(text="Hi.", voice="alloy").warnings] == ["voice_substituted"]


def test_a_backend_that_is_down_cannot_be_asked() -> None:
    with pytest.raises(BackendDown):
        resolved(ArithmeticPool(down={"one"}), text="Hi.")
