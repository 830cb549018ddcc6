from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from websockets.asyncio.server import ServerConnection, serve

from voice_server.commands.benchmark.minimal_websocket import MinimalWebSocket, text_frame
from voice_server.errors import VoiceServerError

Act = Callable[[MinimalWebSocket], Awaitable[None]]


def converse(
    script: Callable[[ServerConnection], Awaitable[None]], act: Act
) -> tuple[list[str], list[int], int]:
    """What a client receives of a script: texts, sizes of audio, the close code."""
    texts: list[str] = []
    sizes: list[int] = []

    async def main() -> int:
        async with serve(script, "127.0.0.1", 0, compression=None) as server:
            port = server.sockets[0].getsockname()[1]
            socket = await MinimalWebSocket.open(f"ws://127.0.0.1:{port}/stream-tokens?v=2")
            socket.on_text, socket.on_audio = texts.append, sizes.append
            await act(socket)
            return await socket.closed

    return texts, sizes, asyncio.run(main())


async def nothing(_socket: MinimalWebSocket) -> None:
    pass


@pytest.mark.parametrize("length", [1, 125, 126, 65_535, 65_536, 100_000])
def test_messages_of_every_size_arrive_in_both_directions(length: int) -> None:
    received: list[object] = []

    async def script(connection: ServerConnection) -> None:
        received.append(await connection.recv())
        await connection.send("é" * length)
        await connection.send(bytes(length))

    async def act(socket: MinimalWebSocket) -> None:
        socket.send(text_frame(token="é" * length))

    texts, sizes, code = converse(script, act)
    assert received == ['{"token":"' + "\\u00e9" * length + '"}']
    assert (texts, sizes, code) == (["é" * length], [length], 1000)


def test_many_frames_in_one_write_are_many_messages() -> None:
    received: list[object] = []

    async def script(connection: ServerConnection) -> None:
        received.extend([await connection.recv() for _ in range(3)])

    async def act(socket: MinimalWebSocket) -> None:
        socket.send(text_frame(a=1) + text_frame(b=2) + text_frame(c=3))

    converse(script, act)
    assert received == ['{"a":1}', '{"b":2}', '{"c":3}']


def test_what_was_sent_is_read_when_a_ping_is_answered() -> None:
    received: list[str | bytes] = []

    async def script(connection: ServerConnection) -> None:
        received.append(await connection.recv())
        await connection.wait_closed()

    async def main() -> None:
        async with serve(script, "127.0.0.1", 0, compression=None) as server:
            port = server.sockets[0].getsockname()[1]
            socket = await MinimalWebSocket.open(f"ws://127.0.0.1:{port}/")
            socket.send(text_frame(n=1))
            await socket.until_read()
            socket.abort()
            await socket.closed
            await socket.until_read()  # at once: nobody will answer

    asyncio.run(main())
    assert received == ['{"n":1}']


def test_a_ping_is_answered() -> None:
    async def script(connection: ServerConnection) -> None:
        await (await connection.ping())
        await connection.send("answered")

    assert converse(script, nothing)[0] == ["answered"]


def test_sending_after_the_close_is_ignored_and_the_code_is_kept() -> None:
    async def script(connection: ServerConnection) -> None:
        await connection.close(1013)

    async def act(socket: MinimalWebSocket) -> None:
        await asyncio.wait([socket.closed])
        socket.send(text_frame(late=True))

    assert converse(script, act)[2] == 1013


def test_a_connection_lost_without_a_close_has_the_code_1006() -> None:
    async def script(connection: ServerConnection) -> None:
        connection.transport.abort()

    assert converse(script, nothing)[2] == 1006


def test_aborting_ends_the_connection() -> None:
    async def script(connection: ServerConnection) -> None:
        await connection.wait_closed()

    async def act(socket: MinimalWebSocket) -> None:
        socket.abort()

    assert converse(script, act)[2] == 1006


def test_a_refusal_and_a_missing_server_are_errors() -> None:
    async def refused() -> None:
        async def answer(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(b"HTTP/1.1 403 Forbidden\r\n\r\n")
            await writer.drain()
            writer.close()

        server = await asyncio.start_server(answer, "127.0.0.1", 0)
        async with server:
            await MinimalWebSocket.open(f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}/")

    with pytest.raises(VoiceServerError, match="refused the connection"):
        asyncio.run(refused())

    async def nobody() -> None:
        await MinimalWebSocket.open("ws://127.0.0.1:1/")

    with pytest.raises(VoiceServerError, match="no server at"):
        asyncio.run(nobody())
