"""`stream-input`, with messages as ElevenLabs' SDK writes them."""

from __future__ import annotations

import base64
import io
import json
from typing import Any

import av
import pytest
import websockets

from tests.arithmetic_pool import ArithmeticPool
from tests.core.speech.rendering import pcm_of
from tests.endpoints.serving import Received, converse, run, served

PATH = (
    "/v1/text-to-speech/hpp4J3VqNfWAUOO0d1Us/stream-input?model_id=eleven_turbo_v2_5&output_format=pcm_24000"
)
BEGIN = {
    "text": " ",
    "try_trigger_generation": True,
    "voice_settings": None,
    "generation_config": {"chunk_length_schedule": [50]},
}
END = {"text": ""}


def text(words: str, **more: Any) -> dict[str, Any]:
    return {"text": words, "try_trigger_generation": True, **more}


def sound(received: Received) -> bytes:
    return b"".join(base64.b64decode(each["audio"]) for each in received.json if each.get("audio"))


@pytest.mark.parametrize("path", [PATH, "/elevenlabs" + PATH, PATH.replace("?", "/?")])
def test_texts_are_one_stream_and_the_end_closes(path: str) -> None:
    async def main() -> None:
        async with served() as server, server.connect(path) as socket:
            received = await converse(socket, BEGIN, text("One t"), text("wo. "), text("Three. "), END)
            assert sound(received) == pcm_of("One two.") + pcm_of("Three.")
            assert received.json[-1] == {"audio": None, "isFinal": True}
            assert received.close_code == 1000

    run(main)


def test_mp3_is_one_stream_whatever_the_messages() -> None:
    async def main() -> None:
        path = PATH.replace("pcm_24000", "mp3_22050_32")
        async with served() as server, server.connect(path) as socket:
            received = await converse(socket, BEGIN, text("One two. "), text("Three. ", flush=True), END)
            with av.open(io.BytesIO(sound(received)), "r") as container:
                samples = sum(frame.samples for frame in container.decode(audio=0))
            wanted = len(pcm_of("One two.") + pcm_of("Three.")) / 48_000
            assert abs(samples / 22_050 - wanted) < 0.12

    run(main)


def test_a_flush_speaks_what_came_and_the_socket_stays() -> None:
    async def main() -> None:
        async with served() as server, server.connect(PATH) as socket:
            for message in (BEGIN, text("One and ", flush=True)):
                await socket.send(json.dumps(message))
            first = json.loads(await socket.recv())
            assert first["audio"]
            received = await converse(socket, {"text": "", "flush": True}, text("two "), END)
            assert [each.text.strip() for each in server.pool.rendered] == ["One and", "two"]
            assert base64.b64decode(first["audio"]) + sound(received) == pcm_of("One and") + pcm_of("two")

    run(main)


def test_with_auto_mode_each_text_is_complete_in_itself() -> None:
    async def main() -> None:
        async with served() as server, server.connect(PATH + "&auto_mode=true") as socket:
            received = await converse(socket, BEGIN, text("One and"), text("two."), END)
            assert sound(received) == pcm_of("One and") + pcm_of("two.")

    run(main)


def test_without_any_text_there_is_an_end() -> None:
    async def main() -> None:
        async with served() as server, server.connect(PATH) as socket:
            received = await converse(socket, BEGIN, END)
            assert (received.json, received.close_code) == ([{"audio": None, "isFinal": True}], 1000)

    run(main)


def test_character_times_are_sent_and_with_ssml_tags_are_obeyed() -> None:
    async def main() -> None:
        path = PATH + "&sync_alignment=true&enable_ssml_parsing=true"
        async with served(ArithmeticPool(frame_s=0, marks=True)) as server, server.connect(path) as socket:
            received = await converse(socket, BEGIN, text('One <break time="1s"/> two. '), END)
            shown = "".join(
                c for each in received.json for c in (each.get("alignment") or {"chars": ""})["chars"]
            )
            assert shown.split()[0] == "One"
            assert len(sound(received)) > 48_000

    run(main)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ("{", "a message must be one JSON object"),
        (b"\x00", "messages to this address are JSON text"),
        ({}, "a message must be one JSON object"),
        ({"text": 1}, "text must be a text"),
        (
            {"text": " ", "voice_settings": {"speed": 9}},
            "voice_settings.speed must be a number from 0.25 to 4",
        ),
    ],
)
def test_what_is_wrong_is_an_error_and_what_came_before_is_spoken(wrong: Any, sentence: str) -> None:
    async def main() -> None:
        async with served() as server, server.connect(PATH) as socket:
            received = await converse(socket, BEGIN, text("One. "), wrong)
            (error,) = (each for each in received.json if "error" in each)
            assert error["message"].startswith(sentence)
            assert (error["code"], received.close_code) == (1008, 1008)
            assert sound(received) == pcm_of("One.")
            assert received.json[-1]["isFinal"]

    run(main)


def test_nothing_may_follow_the_end() -> None:
    async def main() -> None:
        pool = ArithmeticPool(frame_s=0.05)
        async with served(pool) as server, server.connect(PATH) as socket:
            received = await converse(socket, BEGIN, text("One. "), END, text("Two."))
            assert [each["error"] for each in received.json if "error" in each] == ["invalid_message"]
            assert sound(received) == pcm_of("One.")

    run(main)


def test_a_client_that_sends_no_more_hears_what_came_and_is_told() -> None:
    async def main() -> None:
        path = PATH + "&inactivity_timeout=1"
        async with served() as server, server.connect(path) as socket:
            received = await converse(socket, BEGIN, text("One and"))
            assert sound(received) == pcm_of("One and")
            assert [each["error"] for each in received.json if "error" in each] == ["idle"]
            assert received.close_code == 1008

    run(main)


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("output_format=flac", "output_format must be one of alaw_8000"),
        ("inactivity_timeout=999", "inactivity_timeout must be a whole number from 1 to 180"),
    ],
)
def test_a_handshake_that_asks_for_what_there_is_not_is_refused(query: str, sentence: str) -> None:
    async def main() -> None:
        async with served() as server:
            with pytest.raises(websockets.InvalidStatus) as caught:
                async with server.connect(f"/v1/text-to-speech/x/stream-input?{query}"):
                    pass
            answer = caught.value.response
            assert answer.status_code == 400
            assert json.loads(answer.body or b"")["detail"]["message"].startswith(sentence)

    run(main)
