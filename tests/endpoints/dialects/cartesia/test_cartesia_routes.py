"""Cartesia's routes."""

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

RAW = {"container": "raw", "encoding": "pcm_s16le", "sample_rate": 24_000}
VERSION = {"Cartesia-Version": "2025-04-16"}


def body(**more: Any) -> dict[str, Any]:
    return {
        "model_id": "sonic-3",
        "transcript": "One two. Three.",
        "voice": {"id": "x"},
        "output_format": RAW,
    } | more


@pytest.mark.parametrize("path", ["/tts/bytes", "/cartesia/tts/bytes"])
def test_bytes_are_the_sound(path: str) -> None:
    async def main() -> None:
        async with served() as server, server.client() as client:
            answer = await client.post(path, json=body())
            assert answer.content == pcm_of("One two.") + pcm_of("Three.")

    run(main)


@pytest.mark.parametrize("encoding", ["pcm_s16le", "pcm_f32le", "pcm_mulaw", "pcm_alaw"])
def test_a_wav_file_of_each_encoding(encoding: str) -> None:
    async def main() -> None:
        async with served() as server, server.client() as client:
            output = {"container": "wav", "encoding": encoding, "sample_rate": 16_000}
            answer = await client.post("/tts/bytes", json=body(output_format=output))
            with av.open(io.BytesIO(answer.content), "r") as container:
                assert container.streams.audio[0].codec_context.name == encoding
                samples = sum(frame.samples for frame in container.decode(audio=0))
            wanted = len(pcm_of("One two.") + pcm_of("Three.")) / 48_000
            assert abs(samples / 16_000 - wanted) < 0.01

    run(main)


def test_events_are_sound_and_times_and_an_end() -> None:
    async def main() -> None:
        async with served(ArithmeticPool(marks=True)) as server, server.client() as client:
            answer = await client.post("/tts/sse", json=body(add_timestamps=True, context_id="c"))
            lines = [line for line in answer.text.split("\n\n") if line]
            events = [json.loads(line.removeprefix("data: ")) for line in lines]
            sound = b"".join(base64.b64decode(each["data"]) for each in events if each["type"] == "chunk")
            assert sound == pcm_of("One two.") + pcm_of("Three.")
            words = [each["word_timestamps"]["words"] for each in events if each["type"] == "timestamps"]
            assert words == [["One", "two."], ["Three."]]
            assert (events[-1]["type"], {each["context_id"] for each in events}) == ("done", {"c"})

    run(main)


@pytest.mark.parametrize(
    ("path", "wrong", "sentence"),
    [
        ("/tts/bytes", body(transcript=" "), "transcript must have something in it"),
        (
            "/tts/bytes",
            body(output_format={"container": "flac"}),
            "output_format.container must be one of mp3, raw, wav, not 'flac'",
        ),
        ("/tts/sse", body(output_format={"container": "mp3"}), "container must be raw"),
    ],
)
def test_what_is_wrong_is_cartesia_s_error(path: str, wrong: dict[str, Any], sentence: str) -> None:
    async def main() -> None:
        async with served() as server, server.client() as client:
            answer = await client.post(path, json=wrong)
            assert answer.status_code == 400
            assert sentence in answer.json()["message"]
            assert answer.json()["error_code"]

    run(main)


def test_voices_are_cartesia_s_list_where_the_header_says_so() -> None:
    async def main() -> None:
        async with served() as server, server.client() as client:
            page = (await client.get("/voices", headers=VERSION, params={"limit": 1})).json()
            assert ([each["id"] for each in page["data"]], page["has_more"]) == (["alba"], True)
            query = {"starting_after": page["next_page"]}
            rest = (await client.get("/cartesia/voices", params=query)).json()
            assert ([each["language"] for each in rest["data"]], rest["has_more"]) == (["de"], False)
            assert (await client.get("/cartesia/voices", params={"q": "BER"})).json()["data"] == rest["data"]
            assert (await client.get("/cartesia/voices/bert")).json() == rest["data"][0]
            assert (await client.get("/cartesia/voices/nobody")).status_code == 404
            assert "voices" in (await client.get("/voices")).json()
            assert (await client.get("/cartesia/")).json()["ok"]

    run(main)
