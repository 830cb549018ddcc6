"""OpenAI's fields: a model is a backend, a voice a name or an object with its id."""

from __future__ import annotations

import msgspec
import pytest

from tests.arithmetic_pool import ArithmeticPool
from tests.endpoints.serving import run, served
from voice_server.endpoints.http.openai_fields import (
    MODEL_ALIASES,
    OpenAISpeechFields,
    VoiceReference,
    backend_of,
    model_names,
    refuse_long,
    resolve_openai,
)
from voice_server.endpoints.http.problems import NotFound, TooLong
from voice_server.endpoints.http.requests import MAX_FILE_CHARS


def test_a_model_is_a_backend_and_openais_models_are_the_default_one() -> None:
    async def main() -> None:
        async with served(ArithmeticPool(("one", "two"))) as server:
            assert model_names(server.service) == ["one", "two", *MODEL_ALIASES]
            assert backend_of(server.service, "two") == "two"
            for alias in (*MODEL_ALIASES, "tts-1-1106"):
                assert backend_of(server.service, alias) is None, "whatever is the default now"

    run(main)


def test_an_unknown_model_is_told_which_there_are() -> None:
    async def main() -> None:
        async with served() as server:
            with pytest.raises(NotFound, match="no model 'three'; there are one, tts-1,") as refusal:
                backend_of(server.service, "three")
            assert refusal.value.code == "model_not_found"

    run(main)


@pytest.mark.parametrize("voice", ["bert", VoiceReference("bert"), 2])
def test_a_voice_is_a_name_an_object_with_its_id_or_a_number(voice: str | int | VoiceReference) -> None:
    async def main() -> None:
        async with served() as server:
            speech = resolve_openai(server.service, OpenAISpeechFields(input="Hi.", voice=voice))
        assert speech.settings.voice == "bert"
        assert speech.encoding.format.name == "mp3"

    run(main)


@pytest.mark.parametrize(("speed", "is_taken"), [(0.25, True), (4.0, True), (0.24, False), (4.1, False)])
def test_the_speeds_are_openais(speed: float, *, is_taken: bool) -> None:
    body = msgspec.json.encode({"input": "Hi.", "speed": speed})
    if is_taken:
        assert msgspec.json.decode(body, type=OpenAISpeechFields).speed == speed
    else:
        with pytest.raises(msgspec.ValidationError, match="speed"):
            msgspec.json.decode(body, type=OpenAISpeechFields)


def test_a_whole_answer_has_a_longest_text() -> None:
    refuse_long(OpenAISpeechFields(input="x" * MAX_FILE_CHARS))
    with pytest.raises(TooLong, match=f"at most {MAX_FILE_CHARS} .* not {MAX_FILE_CHARS + 1}") as refusal:
        refuse_long(OpenAISpeechFields(input="x" * (MAX_FILE_CHARS + 1)))
    assert refusal.value.field == "input"
