"""`/v1/audio/captioned`: words with their times beside the audio, whole, as lines, and as subtitles."""

from __future__ import annotations

import base64
import json

from tests.arithmetic_pool import ArithmeticPool
from tests.core.speech.rendering import pcm_of
from tests.endpoints.serving import run, served

TEXT = "One is here. Two is here."
SOUND = pcm_of("One is here.") + pcm_of("Two is here.")


def test_a_document_holds_audio_and_words() -> None:
    async def main() -> None:
        async with served(ArithmeticPool(frame_s=0, marks=True)) as server, server.client() as client:
            answer = await client.post("/v1/audio/captioned", json={"input": TEXT, "response_format": "pcm"})
        document = answer.json()
        assert base64.b64decode(document["audio"]) == SOUND
        assert [word["word"] for word in document["timestamps"]] == TEXT.split()
        assert document["times_source"] == "engine"
        assert document["warnings"] == []

    run(main)


def test_lines_bring_the_words_of_a_sentence_before_its_sound() -> None:
    async def main() -> None:
        body = {"input": TEXT, "response_format": "pcm", "stream": True, "voice": "nova"}
        async with served(ArithmeticPool(frame_s=0.002, marks=True)) as server, server.client() as client:
            answer = await client.post("/v1/audio/captioned", json=body)
        assert answer.headers["Content-Type"] == "application/x-ndjson"
        lines = [json.loads(line) for line in answer.text.splitlines()]
        assert lines[0]["type"] == "words"
        assert lines[-1]["type"] == "done"
        assert [each["code"] for each in lines[-1]["warnings"]] == ["voice_substituted"]
        audio = [base64.b64decode(line["audio"]) for line in lines if line["type"] == "audio"]
        assert b"".join(audio) == SOUND
        words = [word for line in lines if line["type"] == "words" for word in line["timestamps"]]
        assert [TEXT[slice(*word["chars"])] for word in words] == TEXT.split()
        second = next(at for at, line in enumerate(lines) if "Two" in str(line.get("timestamps")))
        heard = b"".join(
            base64.b64decode(line["audio"]) for line in lines[:second] if line["type"] == "audio"
        )
        assert heard == pcm_of("One is here.")

    run(main)


def test_subtitles_come_as_subrip_and_as_webvtt() -> None:
    async def main() -> None:
        async with served(ArithmeticPool(frame_s=0, marks=True)) as server, server.client() as client:
            srt = await client.post("/v1/audio/captioned", json={"input": TEXT, "captions": "srt"})
            vtt = await client.post("/v1/audio/captioned", json={"input": TEXT, "captions": "vtt"})
        assert srt.headers["Content-Type"] == "application/x-subrip; charset=utf-8"
        assert srt.text.splitlines()[:3] == ["1", "00:00:00,000 --> 00:00:00,240", "One is here."]
        assert vtt.headers["Content-Type"] == "text/vtt; charset=utf-8"
        assert vtt.text.startswith("WEBVTT\n\n00:00:00.000 --> ")

    run(main)


def test_a_text_without_sound_is_refused_in_every_shape() -> None:
    async def main() -> None:
        async with served() as server, server.client() as client:
            for more in ({}, {"stream": True}, {"captions": "srt"}):
                answer = await client.post("/v1/audio/captioned", json={"input": "***", **more})
                assert (answer.status_code, answer.json()["error"]["code"]) == (400, "nothing_to_speak")

    run(main)


def test_a_book_is_captioned_as_lines_only() -> None:
    async def main() -> None:
        async with served() as server, server.client() as client:
            for more in ({}, {"captions": "srt", "stream": True}):
                answer = await client.post("/v1/audio/captioned", json={"input": "x" * 200_001, **more})
                assert (answer.status_code, answer.json()["error"]["code"]) == (413, "text_too_long")

    run(main)


def test_an_engine_that_gives_no_times_gets_estimates_that_are_called_so() -> None:
    async def main() -> None:
        async with served() as server, server.client() as client:
            answer = await client.post("/v1/audio/captioned", json={"input": TEXT, "response_format": "pcm"})
            srt = await client.post("/v1/audio/captioned", json={"input": TEXT, "captions": "srt"})
        document = answer.json()
        assert document["times_source"] == "estimate"
        assert [word["word"] for word in document["timestamps"]] == ["One", "is", "here", "Two", "is", "here"]
        assert document["timestamps"][3]["start_time"] == 0.24
        assert document["timestamps"][-1]["end_time"] <= document["duration"]
        assert "One is here." in srt.text.splitlines()

    run(main)
