"""`text-to-dialogue/multi-stream-input`, with messages as LiveKit's and Pipecat's services write them."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from tests.arithmetic_pool import ArithmeticPool
from tests.core.speech.rendering import pcm_of
from tests.endpoints.serving import Received, converse, run, served

PATH = "/v1/text-to-dialogue/multi-stream-input?output_format=pcm_24000&sync_alignment=true"


def begin(*voices: str, context: str = "c") -> dict[str, Any]:
    return {"context_id": context, "voices": voices or ("alba",), "voice_settings": {"stability": 0.5}}


def said(text: str, voice: str = "alba", *, context: str = "c", **more: Any) -> dict[str, Any]:
    return {"context_id": context, "inputs": [{"text": text, "voice_id": voice}], **more}


END = [{"context_id": "c", "flush": True}, {"context_id": "c", "close_context": True}]
CLOSE = {"close_socket": True}


def sound(received: Received) -> bytes:
    return b"".join(base64.b64decode(each["audio"]) for each in received.json if each.get("audio"))


@pytest.mark.parametrize("path", [PATH, "/elevenlabs" + PATH])
def test_texts_are_joined_as_they_came_and_the_end_is_told(path: str) -> None:
    async def main() -> None:
        async with served() as server, server.connect(path) as socket:
            keep_alive = {"context_id": "c", "keep_alive": True}
            texts = (said("One t"), keep_alive, said("wo. "), said("Three. ", flush=True))
            received = await converse(socket, begin(), *texts, *END, CLOSE)
            assert sound(received) == pcm_of("One two.") + pcm_of("Three.")
            assert received.json[-1] == {"is_final": True, "context_id": "c"}
            assert received.close_code == 1000

    run(main)


def test_each_text_has_its_voice() -> None:
    async def main() -> None:
        async with served() as server, server.connect(PATH) as socket:
            texts = (said("One "), said("two ", "bert"), said("three"))
            await converse(socket, begin("alba", "bert"), *texts, *END, CLOSE)
            spoken = [(each.text.strip(), each.voice) for each in server.pool.rendered]
            assert spoken == [("One", "alba"), ("two", "bert"), ("three", "alba")]

    run(main)


def test_a_new_turn_begins_a_new_unit() -> None:
    async def main() -> None:
        async with served() as server, server.connect(PATH) as socket:
            new = {"context_id": "c", "inputs": [{"text": "two", "voice_id": "alba", "new_turn": True}]}
            await converse(socket, begin(), said("One and "), new, *END, CLOSE)
            assert [each.text.strip() for each in server.pool.rendered] == ["One and", "two"]

    run(main)


def test_a_close_without_a_flush_is_a_barge_in() -> None:
    async def main() -> None:
        async with served(ArithmeticPool(frame_s=5)) as server, server.connect(PATH) as socket:
            received = await converse(socket, begin(), said("One. "), END[1], CLOSE)
            assert received.json == [{"is_final": True, "context_id": "c"}]

    run(main)


def test_times_have_snake_case_and_begin_anew_in_each_message() -> None:
    async def main() -> None:
        pool = ArithmeticPool(frame_s=0, marks=True)
        async with served(pool) as server, server.connect(PATH) as socket:
            received = await converse(socket, begin(), said("One two. Three. "), *END, CLOSE)
            runs = [each["alignment"] for each in received.json if each.get("alignment")]
            assert [each["char_start_times_ms"][0] for each in runs] == [0] * len(runs)

    run(main)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"inputs": []}, "a message must have a context_id"),
        (said("One.", context="x"), "the first message of a context must have voices"),
        ({"context_id": "x", "voices": []}, "voices must be a list"),
        ({"context_id": "x", "inputs": [{"text": "One."}]}, "inputs must be"),
        (
            begin("alba", context="x") | said("One.", "bert", context="x"),
            "voice_id must be one of the context's",
        ),
    ],
)
def test_what_is_wrong_is_an_error(wrong: dict[str, Any], sentence: str) -> None:
    async def main() -> None:
        async with served() as server, server.connect(PATH) as socket:
            await socket.send('{"context_id":"never","keep_alive":true}')
            await socket.send(json.dumps(wrong))
            error = json.loads(await socket.recv())
            assert error["message"].startswith(sentence), error["message"]
            received = await converse(socket, begin(), said("One."), *END, CLOSE)
            assert sound(received) == pcm_of("One.")

    run(main)
