"""ElevenLabs' requests that speak."""

from __future__ import annotations

import base64
import io
import json
from typing import Any

import av
import pytest

from tests.arithmetic_pool import ArithmeticPool
from tests.core.speech.rendering import pcm_of
from tests.endpoints.serving import run, served

VOICE = "/v1/text-to-speech/hpp4J3VqNfWAUOO0d1Us"
BODY = {"text": "One two. Three.", "model_id": "eleven_turbo_v2_5", "voice_settings": {"stability": 0.5}}
PCM = {"output_format": "pcm_24000"}
SOUND = pcm_of("One two.") + pcm_of("Three.")


@pytest.mark.parametrize("path", [VOICE, VOICE + "/stream", "/elevenlabs" + VOICE])
def test_sound(path: str) -> None:
    async def main() -> None:
        async with served() as server, server.client() as client:
            answer = await client.post(path, json=BODY, params=PCM)
            assert (answer.content, answer.headers["content-type"]) == (SOUND, "audio/pcm")
            assert answer.headers["request-id"]

    run(main)


def test_mp3_is_what_who_asks_for_nothing_gets() -> None:
    async def main() -> None:
        async with served() as server, server.client() as client:
            answer = await client.post(VOICE, json=BODY)
            assert answer.headers["content-type"] == "audio/mpeg"
            with av.open(io.BytesIO(answer.content), "r") as container:
                codec = container.streams.audio[0].codec_context
                assert (codec.name, codec.sample_rate) == ("mp3float", 44_100)

    run(main)


def test_sound_with_the_times_of_its_characters() -> None:
    async def main() -> None:
        async with served(ArithmeticPool(frame_s=0, marks=True)) as server, server.client() as client:
            answer = await client.post(VOICE + "/with-timestamps", json=BODY, params=PCM)
            told = answer.json()
            assert base64.b64decode(told["audio_base64"]) == SOUND
            for name in ("alignment", "normalized_alignment"):
                assert "".join(told[name]["characters"]) == BODY["text"]
            starts = told["alignment"]["character_start_times_seconds"]
            assert starts[9] == pytest.approx(len(pcm_of("One two.")) / 48_000)
            assert len(starts) == len(told["alignment"]["character_end_times_seconds"])
            assert answer.headers["request-id"]

    run(main)


def test_a_stream_has_an_object_on_each_line_and_every_character_once() -> None:
    async def main() -> None:
        async with served(ArithmeticPool(frame_s=0, marks=True)) as server, server.client() as client:
            answer = await client.post(VOICE + "/stream/with-timestamps", json=BODY, params=PCM)
            lines = [json.loads(line) for line in answer.text.splitlines()]
            assert b"".join(base64.b64decode(each["audio_base64"]) for each in lines) == SOUND
            for name in ("alignment", "normalized_alignment"):
                shown = "".join("".join(each[name]["characters"]) for each in lines if each[name])
                assert shown == BODY["text"]

    run(main)


def test_short_mp3_with_times_is_whole() -> None:
    async def main() -> None:
        async with served(ArithmeticPool(frame_s=0, marks=True)) as server, server.client() as client:
            answer = await client.post(VOICE + "/stream/with-timestamps", json={"text": "a"})
            lines = [json.loads(line) for line in answer.text.splitlines()]
            assert any(each["audio_base64"] for each in lines)
            assert [each["alignment"]["characters"] for each in lines if each["alignment"]] == [["a"]]

    run(main)


@pytest.mark.parametrize("path", ["/v1/text-to-dialogue", "/v1/text-to-dialogue/stream"])
def test_a_dialogue_is_spoken_in_its_voices(path: str) -> None:
    async def main() -> None:
        async with served() as server, server.client() as client:
            inputs = [{"text": "One.", "voice_id": "alba"}, {"text": "Two.", "voice_id": "bert"}]
            answer = await client.post(path, json={"inputs": inputs}, params=PCM)
            assert answer.content == pcm_of("One.") + pcm_of("Two.")
            assert [each.voice for each in server.pool.rendered] == ["alba", "bert"]

    run(main)


@pytest.mark.parametrize(
    ("path", "body", "query", "status", "sentence"),
    [
        (VOICE, {"text": " "}, {}, "no_text", "text must have something in it"),
        (VOICE, {}, {}, "missing_field", "text is missing"),
        (
            VOICE,
            BODY,
            {"output_format": "flac"},
            "invalid_field",
            "output_format must be one of alaw_8000",
        ),
        (VOICE, {"text": "x" * 200_001}, {}, "text_too_long", "text must have at most 200000 characters"),
        ("/v1/text-to-dialogue", {"inputs": []}, {}, "invalid_field", "inputs must be"),
        (
            "/v1/text-to-dialogue/stream",
            {"inputs": [{"text": "x" * 1_000_000, "voice_id": "alba"}] * 3},
            {},
            "text_too_long",
            "inputs must have at most 2000000 characters",
        ),
        (
            "/v1/text-to-dialogue",
            {"inputs": [{"text": "One.", "voice_id": f"v{number}"} for number in range(11)]},
            {},
            "invalid_field",
            "inputs must have at most 10 voices, not 11",
        ),
    ],
)
def test_what_is_wrong_is_elevenlabs_error(
    path: str, body: dict[str, Any], query: dict[str, str], status: str, sentence: str
) -> None:
    async def main() -> None:
        async with served() as server, server.client() as client:
            answer = await client.post(path, json=body, params=query)
            assert answer.status_code in (400, 413, 422)
            detail = answer.json()["detail"]
            assert detail["message"].startswith(sentence), detail
            assert detail["status"] == status

    run(main)


@pytest.mark.parametrize("below", ["", "/stream", "/with-timestamps", "/stream/with-timestamps"])
def test_what_cannot_be_spoken_is_an_error_with_a_status(below: str) -> None:
    async def main() -> None:
        pool = ArithmeticPool(frame_s=0, failing={"One.": 0})
        async with served(pool) as server, server.client() as client:
            answer = await client.post(VOICE + below, json={"text": "One."})
            assert answer.status_code == 422
            assert answer.json()["detail"]["status"]

    run(main)
