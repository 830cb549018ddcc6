"""The cheap client, against a scripted server."""

from __future__ import annotations

import asyncio
import base64
import json

import pytest
from websockets.asyncio.server import ServerConnection, serve

from voice_server.commands.benchmark.minimal_json_socket import JSON_DIALECTS, MinimalJsonSocket

FLUSHED = '{"type":"Flushed","sequence_id":0}'


def told(
    *answers: str | bytes, name: str = "deepgram", ends: bool = False
) -> tuple[list[object], list[int], str | None]:
    """What a server got, the sound that its client heard, and how its connection ended."""
    dialect = JSON_DIALECTS[name]
    received: list[object] = []
    heard: list[int] = []

    async def script(connection: ServerConnection) -> None:
        async for message in connection:
            received.append(json.loads(message))
            if received[-1] == dialect.end:
                for answer in answers:
                    await connection.send(answer)
                if ends:
                    return

    async def main() -> str | None:
        async with asyncio.timeout(10), serve(script, "127.0.0.1", 0, compression=None) as server:
            port = server.sockets[0].getsockname()[1]
            client = await MinimalJsonSocket.open(f"ws://127.0.0.1:{port}/", dialect)
            client.on_audio = heard.append
            client.send(b"".join(dialect.encode(["One", " two."])))
            ended = await client.closed
            client.abort()
            client.send(b"nothing more")
            return ended

    ended = asyncio.run(main())
    return received, heard, ended


def test_a_text_is_streamed_and_its_sound_counted() -> None:
    received, heard, ended = told('{"type":"Metadata"}', bytes(4000), bytes(2000), FLUSHED)
    assert received == [
        {"type": "Speak", "text": "One"},
        {"type": "Speak", "text": " two."},
        {"type": "Flush"},
    ]
    assert (heard, ended) == ([4000, 2000], None)


@pytest.mark.parametrize(
    ("name", "kind", "key"), [("cartesia", "chunk", "data"), ("livekit", "output_audio", "audio")]
)
@pytest.mark.parametrize("n_bytes", [2, 4, 6])
def test_sound_in_a_message_is_counted_too(name: str, kind: str, key: str, n_bytes: int) -> None:
    sound = base64.b64encode(bytes(n_bytes)).decode()
    messages = (f'{{"type":"{kind}","n":1,"{key}":"{sound}","more":""}}', '{"type":"done","n":1}')
    _, heard, ended = told(*messages, name=name)
    assert (heard, ended) == ([n_bytes], None)


def test_a_dialect_without_types_of_messages_is_measured_too() -> None:
    sound = base64.b64encode(bytes(6)).decode()
    messages = (f'{{"audio":"{sound}","isFinal":null}}', '{"audio":null,"isFinal":true}')
    received, heard, ended = told(*messages, name="elevenlabs")
    assert received == [{"text": " "}, {"text": "One"}, {"text": " two."}, {"text": ""}]
    assert (heard, ended) == ([6], None)
    message = '{"message":"No.","error":"no_text","code":1008}'
    assert told(message, name="elevenlabs")[2] == f"the server sent an error: {message}"


def test_a_dialect_says_first_how_it_is_spoken() -> None:
    received, heard, ended = told(bytes(8), '{"type":"session.done"}', name="vllm")
    assert [each["type"] for each in received if isinstance(each, dict)] == [
        "session.config",
        "input.text",
        "input.text",
        "input.done",
    ]
    assert (heard, ended) == ([8], None)


@pytest.mark.parametrize("kind", ["Warning", "Error"])
def test_an_error_and_an_early_end_are_how_it_ended(kind: str) -> None:
    message = f'{{"type":"{kind}","code":"X"}}'
    assert told(message, FLUSHED)[2] == f"the server sent an error: {message}"
    assert told(ends=True)[2] == "the server closed a connection before the end of its answer"


def test_the_address_is_on_the_same_host_with_the_same_token() -> None:
    url = "ws://box:8000/stream-tokens"
    assert JSON_DIALECTS["deepgram"].address_of(url, {}) == "ws://box:8000/deepgram/v1/speak"
    flux = JSON_DIALECTS["deepgram-flux"].address_of(url + "?token=c", {})
    assert flux == "ws://box:8000/deepgram/v2/speak?model=flux-alexis-en&token=c"
