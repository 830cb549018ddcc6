"""OpenAI's interface as its clients use it: requests, events, models and errors."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from tests.arithmetic_pool import ArithmeticPool
from tests.core.speech.rendering import pcm_of
from tests.endpoints.serving import run, served
from voice_server.voices.known_voices import KNOWN_VOICES

INPUT = "One is here. Two is here."
SOUND = pcm_of("One is here.") + pcm_of("Two is here.")
OPENAI_VOICES = sorted(name for name, speaker in KNOWN_VOICES.items() if speaker.language is None)


@pytest.mark.parametrize("path", ["/v1/audio/speech", "/audio/speech"])
def test_speech_is_mp3_unless_said_otherwise(path: str) -> None:
    async def main() -> None:
        async with served() as server, server.client() as client:
            answer = await client.post(path, json={"model": "tts-1", "input": INPUT, "voice": "alloy"})
        assert answer.headers["Content-Type"] == "audio/mpeg"
        assert answer.content[:2] == b"\xff\xf3"

    run(main)


def test_openai_has_thirteen_voices() -> None:
    assert len(OPENAI_VOICES) == 13


@pytest.mark.parametrize("voice", OPENAI_VOICES)
def test_every_voice_of_openai_speaks(voice: str) -> None:
    async def main() -> None:
        async with served() as server, server.client() as client:
            for given in (voice, {"id": voice}):
                body = {"model": "gpt-4o-mini-tts", "input": INPUT, "voice": given, "response_format": "pcm"}
                answer = await client.post("/v1/audio/speech", json=body)
                assert answer.content == SOUND

    run(main)


def test_unknown_keys_are_ignored_and_instructions_accepted() -> None:
    async def main() -> None:
        body: dict[str, Any] = {
            "model": "tts-1-hd",
            "input": INPUT,
            "voice": "nova",
            "response_format": "pcm",
            "speed": 1,
            "instructions": "Whisper.",
            "lang_code": "a",
            "volume_multiplier": 1.0,
            "return_download_link": False,
            "normalization_options": {"normalize": True},
            "stream": False,
        }
        async with served() as server, server.client() as client:
            answer = await client.post("/v1/audio/speech", json=body, headers={"Authorization": "Bearer x"})
        assert answer.content == SOUND
        assert answer.headers["Content-Length"] == str(len(SOUND))

    run(main)


def test_events_carry_the_audio_and_end_with_the_usage() -> None:
    async def main() -> None:
        body = {
            "model": "tts-1",
            "input": INPUT,
            "voice": "nova",
            "response_format": "pcm",
            "stream_format": "sse",
        }
        async with served() as server, server.client() as client:
            answer = await client.post("/v1/audio/speech", json=body)
        assert answer.headers["Content-Type"] == "text/event-stream"
        lines = answer.text.split("\n\n")
        assert lines.pop() == ""
        events = [json.loads(line.removeprefix("data: ")) for line in lines]
        assert {event["type"] for event in events[:-1]} == {"speech.audio.delta"}
        assert b"".join(base64.b64decode(event["audio"]) for event in events[:-1]) == SOUND
        assert events[-1]["type"] == "speech.audio.done"
        usage = events[-1]["usage"]
        assert usage["total_tokens"] == usage["input_tokens"] + usage["output_tokens"] > 0

    run(main)


@pytest.mark.parametrize(
    ("body", "status", "param", "code"),
    [
        ({"model": "tts-1"}, 400, "input", "missing_field"),
        ({"input": ""}, 400, "input", "invalid_field"),
        ({"input": "Hi", "voice": "nobody"}, 400, "voice", "unknown_voice"),
        ({"input": "Hi", "voice": {"name": "x"}}, 400, "voice", "invalid_field"),
        ({"input": "Hi", "speed": 4.5}, 400, "speed", "invalid_field"),
        ({"input": "Hi", "response_format": "ogg"}, 400, "response_format", "invalid_field"),
        ({"input": "Hi", "stream_format": "x"}, 400, "stream_format", "invalid_field"),
        ({"input": "Hi", "model": "gpt-5"}, 404, None, "model_not_found"),
        ({"input": "x" * 2_000_001}, 413, "input", "text_too_long"),
        ({"input": "x" * 200_001, "stream": False}, 413, "input", "text_too_long"),
    ],
)
def test_errors_are_openais_objects(body: dict[str, Any], status: int, param: str | None, code: str) -> None:
    async def main() -> None:
        async with served() as server, server.client() as client:
            answer = await client.post("/v1/audio/speech", json=body)
        assert answer.status_code == status
        error = answer.json()["error"]
        assert set(error) == {"message", "type", "param", "code"}
        assert (error["type"], error["param"], error["code"]) == ("invalid_request_error", param, code)

    run(main)


def test_other_refusals_on_these_routes_are_openais_objects_too() -> None:
    async def main() -> None:
        async with served(token="secret") as server, server.client() as client:
            answer = await client.post("/v1/audio/speech", json={"input": "Hi"})
            assert answer.status_code == 401
            assert answer.json()["error"]["type"] == "authentication_error"
        async with served(ArithmeticPool(down={"one"})) as server, server.client() as client:
            for path in ("/v1/nothing", "/audio/nothing"):
                assert (await client.get(path)).json()["error"]["code"] == "not_found"
            assert (await client.get("/v1/audio/speech")).json()["error"]["code"] == "method_not_allowed"
            answer = await client.post("/v1/audio/speech", json={"input": "Hi"})
            assert (answer.status_code, answer.json()["error"]["type"]) == (503, "server_error")
            answer = await client.post(
                "/v1/audio/speech", content="x", headers={"Content-Type": "text/plain"}
            )
            assert answer.status_code == 415

    run(main)


def test_models_are_the_backends_and_openais_names() -> None:
    async def main() -> None:
        names = ["one", "two", "tts-1", "tts-1-hd", "gpt-4o-mini-tts"]
        async with served(ArithmeticPool(("one", "two"))) as server, server.client() as client:
            models = (await client.get("/v1/models")).json()
            assert models["object"] == "list"
            assert [model["id"] for model in models["data"]] == names
            assert {"id", "object", "created", "owned_by"} == set(models["data"][0])
            for name in (*names, "gpt-4o-mini-tts-2025-12-15"):
                assert (await client.get(f"/v1/models/{name}")).json()["id"] == name
            assert (await client.get("/v1/models/x")).status_code == 404
            listed = {"models": [{"id": name} for name in names]}
            assert (await client.get("/v1/audio/models")).json() == listed
            assert (await client.get("/v1")).status_code == (await client.get("/v1/")).status_code == 200

    run(main)


def test_a_model_is_the_backend_that_speaks() -> None:
    async def main() -> None:
        async with served(ArithmeticPool(("one", "two"), frame_s=0)) as server, server.client() as client:
            for model in ("two", "tts-1"):
                await client.post("/v1/audio/speech", json={"model": model, "input": "Hi."})
            assert [segment.backend for segment in server.pool.rendered] == ["two", "one"]

    run(main)
