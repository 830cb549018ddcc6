"""`/v1/speak` and `/v2/speak` as requests."""

from __future__ import annotations

import io
from typing import Any

import av
import pytest

from tests.core.speech.rendering import pcm_of
from tests.endpoints.serving import run, served

TEXT = "One two three four."
PCM = pcm_of(TEXT)


async def speak(path: str, text: object = TEXT, **query: Any) -> Any:
    async with served() as server, server.client() as client:
        return await client.post(path, params=query, json={"text": text})


@pytest.mark.parametrize("path", ["/v1/speak", "/deepgram/v1/speak", "/v2/speak", "/deepgram/v2/speak"])
def test_without_more_it_is_mp3_of_24_khz(path: str) -> None:
    async def main() -> None:
        answer = await speak(path, model="flux-alexis-en")
        assert (answer.status_code, answer.headers["content-type"]) == (200, "audio/mpeg")
        with av.open(io.BytesIO(answer.content), "r") as file:
            assert file.streams.audio[0].sample_rate == 24_000

    run(main)


@pytest.mark.parametrize(
    ("query", "muxer", "codec", "rate"),
    [
        ({"encoding": "linear16"}, "wav", "pcm_s16le", 24_000),
        ({"container": "wav"}, "wav", "pcm_s16le", 24_000),
        ({"container": "ogg"}, "ogg", "opus", 48_000),
        ({"container": "none"}, "mp3", "mp3float", 24_000),
        ({"encoding": "mulaw"}, "wav", "pcm_mulaw", 8000),
        ({"encoding": "alaw", "sample_rate": 16_000}, "wav", "pcm_alaw", 16_000),
        ({"encoding": "opus"}, "ogg", "opus", 48_000),
        ({"encoding": "opus", "container": "none"}, "ogg", "opus", 48_000),
        ({"encoding": "mp3", "bit_rate": 48_000}, "mp3", "mp3float", 24_000),
        ({"encoding": "aac"}, "aac", "aac", 24_000),
        ({"encoding": "flac"}, "flac", "flac", 24_000),
        ({"encoding": "linear16", "container": "wav", "sample_rate": 48_000}, "wav", "pcm_s16le", 48_000),
    ],
)
def test_an_encoding_comes_in_its_container(query: dict[str, Any], muxer: str, codec: str, rate: int) -> None:
    async def main() -> None:
        answer = await speak("/v1/speak", **query)
        assert answer.status_code == 200
        with av.open(io.BytesIO(answer.content), "r") as file:
            stream = file.streams.audio[0]
            assert (file.format.name, stream.codec_context.name, stream.sample_rate) == (muxer, codec, rate)

    run(main)


@pytest.mark.parametrize(("encoding", "n_bytes"), [("linear16", len(PCM)), ("mulaw", len(PCM) // 6)])
def test_bare_samples_are_nothing_else(encoding: str, n_bytes: int) -> None:
    async def main() -> None:
        answer = await speak("/v1/speak", encoding=encoding, container="none")
        assert abs(len(answer.content) - n_bytes) <= 2
        if encoding == "linear16":
            assert answer.content == PCM

    run(main)


def test_the_headers_say_what_deepgrams_say() -> None:
    async def main() -> None:
        answer = await speak("/v1/speak", model="aura-2-thalia-en", tag="a", mip_opt_out="true")
        assert answer.headers["dg-model-name"] == "aura-2-thalia-en"
        assert answer.headers["dg-char-count"] == str(len(TEXT))
        assert len(answer.headers["dg-request-id"]) == len(answer.headers["dg-model-uuid"]) == 36
        again = await speak("/v1/speak")
        assert again.headers["dg-model-name"] == "alba"
        assert again.headers["dg-model-uuid"] == answer.headers["dg-model-uuid"]
        assert again.headers["dg-request-id"] != answer.headers["dg-request-id"]

    run(main)


@pytest.mark.parametrize(
    ("path", "query", "sentence"),
    [
        ("/v1/speak", {"encoding": "mp3", "container": "wav"}, "container must be none for mp3, not wav"),
        (
            "/v1/speak",
            {"encoding": "linear16", "container": "ogg"},
            "container must be wav or none for linear16, not ogg",
        ),
        ("/v1/speak", {"encoding": "vorbis"}, "encoding must be one of"),
        ("/v1/speak", {"sample_rate": 11_025}, "sample_rate must be one of"),
        ("/v1/speak", {"encoding": "linear16", "bit_rate": 48_000}, "bit_rate must be left out for pcm"),
        ("/v1/speak", {"speed": 1.6}, "speed must be a number from 0.7 to 1.5"),
        (
            "/v1/speak",
            {"callback": "http://a/b"},
            "callback must be left out: this server sends the sound as",
        ),
        ("/v2/speak", {}, "model is missing"),
        ("/v2/speak", {"model": "a", "speed": 1.6}, "speed must be a number from 0.5 to 1.5, not 1.6"),
        ("/v2/speak", {"model": "a", "speed": 1.01}, "speed must be a multiple of 0.05, not 1.01"),
        ("/v2/speak", {"model": "a", "expressivity": 3}, "expressivity must be"),
    ],
)
def test_what_cannot_be_is_refused_in_deepgrams_form(path: str, query: dict[str, Any], sentence: str) -> None:
    async def main() -> None:
        answer = await speak(path, **query)
        assert answer.status_code == 400
        told = answer.json()
        assert sentence in told["err_msg"]
        assert set(told) == {"err_code", "err_msg", "request_id"}
        assert answer.headers["dg-error"] == told["err_msg"]

    run(main)


@pytest.mark.parametrize(
    ("text", "sentence"), [("", "text"), (" ", "beside white space"), (3, "text must be")]
)
def test_a_text_that_is_none_is_refused(text: object, sentence: str) -> None:
    async def main() -> None:
        answer = await speak("/v1/speak", text)
        assert answer.status_code == 400
        assert sentence in answer.json()["err_msg"]

    run(main)


def test_a_body_that_is_no_json_is_refused() -> None:
    async def main() -> None:
        async with served() as server, server.client() as client:
            for body, kind, status in (("[", "application/json", 400), ("hello", "text/plain", 415)):
                answer = await client.post("/v1/speak", content=body, headers={"content-type": kind})
                assert answer.status_code == status
                assert answer.json()["err_msg"]

    run(main)


def test_a_speed_is_taken() -> None:
    async def main() -> None:
        async with served() as server, server.client() as client:
            await client.post("/v2/speak?model=alba&speed=1.35", json={"text": TEXT})
            assert server.pool.rendered[0].options["speed"] == 1.35

    run(main)
