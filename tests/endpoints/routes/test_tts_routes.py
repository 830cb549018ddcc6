"""The routes of `/tts/` and `/tts`: fields as JSON, form or query; documents, files and streams."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from tests.arithmetic_pool import ArithmeticPool
from tests.core.speech.rendering import pcm_of
from tests.endpoints.serving import run, served

TEXT = "Hello, this is here. Two is here."
SOUND = pcm_of("Hello, this is here.") + pcm_of("Two is here.")


def test_a_document_holds_the_audio_and_every_word_with_its_time_and_place() -> None:
    async def main() -> None:
        async with served(ArithmeticPool(frame_s=0, marks=True)) as server, server.client() as client:
            answer = await client.post("/tts/", json={"text": TEXT, "voice": "bert", "speed": 1.5})
        assert answer.headers["Content-Type"] == "application/json"
        document = answer.json()
        audio = base64.b64decode(document["audio"])
        assert audio[:4] == b"RIFF"
        assert audio[44:] == SOUND
        assert int.from_bytes(audio[4:8], "little") == len(audio) - 8
        words = document["word_timestamps"]
        assert [word["word"] for word in words] == TEXT.split()
        assert [TEXT[slice(*word["chars"])] for word in words] == TEXT.split()
        assert [word["whitespace"] for word in words] == [" "] * 6 + [""]
        assert set(words[0]) == {"word", "start_time", "end_time", "phonemes", "whitespace", "chars"}
        times = [time for word in words for time in (word["start_time"], word["end_time"])]
        assert times == sorted(times)
        assert words[4]["start_time"] == pytest.approx(len("Hello, this is here.") * 0.02)
        expected = {"voice": "bert", "speed": 1.5, "text": TEXT, "audio_format": "wav", "sample_rate": 24000}
        assert expected.items() <= document.items()
        assert document["total_duration"] == pytest.approx(len(SOUND) / 48000, abs=0.001)
        assert document["times_source"] == "engine"

    run(main)


@pytest.mark.parametrize("kind", ["json", "data", "params"])
def test_json_a_form_and_a_query_are_understood_alike(kind: str) -> None:
    async def main() -> None:
        fields: dict[str, Any] = {"text": TEXT, "voice": "bert", "speed": 1.0, "include_timestamps": False}
        async with served() as server, server.client() as client:
            arguments: dict[str, Any] = {kind: fields}
            answer = await client.post("/tts/", **arguments)
        assert answer.status_code == 200, answer.text
        assert answer.headers["X-Voice"] == "bert"
        assert answer.headers["X-Speed"] == "1.0"
        assert answer.headers["X-Text-Length"] == str(len(TEXT))
        assert answer.headers["X-Include-Timestamps"] == "false"
        assert answer.content[:4] == b"RIFF"
        assert answer.content[44:] == SOUND

    run(main)


@pytest.mark.parametrize("path", ["/tts", "/tts/stream", "/synthesize-file"])
def test_a_text_in_a_url_is_spoken(path: str) -> None:
    async def main() -> None:
        async with served() as server, server.client() as client:
            answer = await client.get(path, params={"text": TEXT, "voice": "bert"})
            assert (answer.status_code, answer.headers["Content-Type"]) == (200, "audio/wav")
            assert answer.content[44:] == SOUND
            assert {segment.voice for segment in server.pool.rendered} == {"bert"}
            head = await client.head(path, params={"text": TEXT})
            assert (head.status_code, head.content) == (200, b"")
            refused = await client.get(path, params={"text": TEXT, "voice": "nobody"})
            assert (refused.status_code, refused.json()["code"]) == (400, "unknown_voice")
            empty = await client.get(path, params={"text": " "})
            assert (empty.status_code, empty.json()["code"]) == (400, "no_text")

    run(main)


def test_a_text_in_a_url_can_have_word_times_too() -> None:
    async def main() -> None:
        async with served(ArithmeticPool(frame_s=0, marks=True)) as server, server.client() as client:
            document = (await client.get("/tts/", params={"text": TEXT})).json()
            assert base64.b64decode(document["audio"])[44:] == SOUND
            fields = {"text": TEXT, "include_timestamps": "false"}
            assert (await client.get("/tts/", params=fields)).content[44:] == SOUND

    run(main)


@pytest.mark.parametrize("path", ["/tts", "/tts/"])
def test_without_a_text_the_interface_describes_itself(path: str) -> None:
    async def main() -> None:
        async with served() as server, server.client() as client:
            assert "POST /tts/stream" in (await client.get(path)).json()["endpoints"]
            assert (await client.get(path, params={"token": "x"})).status_code == 200
            assert not server.pool.rendered

    run(main)


@pytest.mark.parametrize(
    "path", ["/tts?text=One+is+here.", "/synthesize-file?text=Hi.", "/voices/one/bert/preview"]
)
def test_a_player_gets_the_part_of_a_file_that_it_asks_for(path: str) -> None:
    async def main() -> None:
        async with served() as server, server.client() as client:
            whole = await client.get(path)
            assert (whole.status_code, whole.headers["Accept-Ranges"]) == (200, "bytes")
            size = len(whole.content)
            for asked, start, stop in (
                ("0-", 0, size),
                ("50-", 50, size),
                ("50-59", 50, 60),
                ("-7", size - 7, size),
            ):
                part = await client.get(path, headers={"Range": f"bytes={asked}"})
                assert (part.status_code, part.headers["Content-Type"]) == (206, "audio/wav")
                assert part.headers["Content-Range"] == f"bytes {start}-{stop - 1}/{size}"
                assert int(part.headers["Content-Length"]) == stop - start
                assert part.content == whole.content[start:stop]
            behind = await client.get(path, headers={"Range": f"bytes={size}-"})
            assert (behind.status_code, behind.json()["code"]) == (416, "range")
            assert behind.headers["Content-Range"] == f"bytes */{size}"
            for headers in ({"Range": "bytes=0-1,3-4"}, {"Range": "bytes=0-1", "If-Range": '"x"'}):
                again = await client.get(path, headers=headers)
                assert (again.status_code, again.content) == (200, whole.content)
            head = await client.head(path, headers={"Range": "bytes=0-1"})
            assert (head.status_code, head.headers["Content-Length"]) == (200, str(size))

    run(main)


def test_a_range_is_nothing_to_a_request_that_is_no_get() -> None:
    async def main() -> None:
        async with served() as server, server.client() as client:
            answer = await client.post("/tts", json={"text": TEXT}, headers={"Range": "bytes=0-1"})
            assert (answer.status_code, answer.content[44:]) == (200, SOUND)

    run(main)


def test_a_form_with_parts_is_understood() -> None:
    async def main() -> None:
        parts = {"text": (None, TEXT), "format": (None, "pcm")}
        async with served() as server, server.client() as client:
            assert (await client.post("/tts/stream", files=parts)).content == SOUND

    run(main)


def test_a_whole_file_states_its_length_and_a_stream_cannot() -> None:
    async def main() -> None:
        async with served() as server, server.client() as client:
            whole = await client.post("/tts", json={"text": TEXT})
            stream = await client.post("/tts/stream", json={"text": TEXT})
        assert int(whole.headers["Content-Length"]) == len(whole.content) == 44 + len(SOUND)
        assert int.from_bytes(whole.content[40:44], "little") == len(SOUND)
        assert stream.content[40:44] == b"\xff" * 4
        assert stream.content[44:] == SOUND

    run(main)


def test_voices_can_be_named_by_number_alias_and_language() -> None:
    async def main() -> None:
        async with served() as server, server.client() as client:
            for voice, spoken in (
                (2, "bert"),
                ("2", "bert"),
                ("BERT", "bert"),
                ("de", "bert"),
                ("af_sky", "alba"),
            ):
                fields = {"text": "Hi.", "voice": voice, "include_timestamps": False}
                answer = await client.post("/tts/", json=fields)
                assert answer.headers["X-Voice"] == spoken, voice

    run(main)


@pytest.mark.parametrize(
    ("fields", "status", "code"),
    [
        ({}, 400, "missing_field"),
        ({"text": " \n"}, 400, "no_text"),
        ({"text": "Hi", "voice": "nobody"}, 400, "unknown_voice"),
        ({"text": "Hi", "voice": 3}, 400, "unknown_voice"),
        ({"text": "Hi", "language": "tlh"}, 400, "unknown_language"),
        ({"text": "Hi", "backend": "nine"}, 400, "unknown_backend"),
        ({"text": "Hi", "speed": 3.1}, 400, "invalid_field"),
        ({"text": "Hi", "speed": 0.1}, 400, "invalid_option"),
        ({"text": "Hi", "options": {"pitch": 3}}, 400, "unknown_option"),
        ({"text": "Hi", "format": "ogg"}, 400, "invalid_field"),
        ({"text": "Hi", "bit_rate": 64000}, 400, "invalid_bit_rate"),
        ({"text": "Hi", "include_timestamps": "perhaps"}, 400, "invalid_field"),
        ({"text": "x" * 200_001}, 413, "text_too_long"),
    ],
)
def test_a_wrong_request_gets_one_sentence_and_a_code(fields: dict[str, Any], status: int, code: str) -> None:
    async def main() -> None:
        async with served() as server, server.client() as client:
            answer = await client.post("/tts/", json=fields)
        assert (answer.status_code, answer.json()["code"]) == (status, code)
        assert set(answer.json()) == {"error", "code"}
        assert "\n" not in answer.json()["error"]
        assert len(answer.json()["error"]) < 300

    run(main)


def test_a_text_too_long_for_a_file_can_be_streamed() -> None:
    async def main() -> None:
        async with served(ArithmeticPool(frame_s=0, frames=1)) as server, server.client() as client:
            request = client.build_request(
                "POST", "/tts/stream", json={"text": "word " * 41_000, "format": "pcm"}
            )
            answer = await client.send(request, stream=True)
            assert answer.status_code == 200
            await answer.aclose()

    run(main)


def test_an_engine_without_speed_takes_a_speed_of_one_and_no_other() -> None:
    async def main() -> None:
        async with served(ArithmeticPool(frame_s=0, options=())) as server, server.client() as client:
            assert (await client.post("/tts", json={"text": "Hi.", "speed": 1})).status_code == 200
            answer = await client.post("/tts", json={"text": "Hi.", "speed": 1.5})
            assert (answer.status_code, answer.json()["code"]) == (400, "unknown_option")

    run(main)


def test_the_interface_describes_itself() -> None:
    async def main() -> None:
        async with served() as server, server.client() as client:
            for path in ("/tts/", "/tts"):
                described = (await client.get(path)).json()
                assert set(described) == {"service", "version", "endpoints", "parameters", "features"}

    run(main)
