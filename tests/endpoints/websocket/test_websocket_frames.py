"""Frames cut out of a stream are those that were put into it, however it comes."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest
from websockets.frames import Frame, Opcode
from websockets.protocol import OPEN
from websockets.server import ServerProtocol

from voice_server.endpoints.websocket.websocket_frames import BINARY, TEXT, FrameSplitter, frame_head

_LENGTHS = (0, 1, 20, 125, 126, 127, 300, 1000, 1001, 65_535, 65_536, 70_000)
_OTHERS = (
    *(Frame(Opcode.BINARY, bytes(length)) for length in _LENGTHS),
    *(Frame(Opcode.TEXT, b"a" * length) for length in (126, 1000, 1001, 70_000)),
    Frame(Opcode.PING, b"?"),
    Frame(Opcode.TEXT, b"\xff"),
)
_FRAGMENTS = (Frame(Opcode.TEXT, b"first", fin=False), Frame(Opcode.PING, b""), Frame(Opcode.CONT, b"last"))


def _written(frames: Sequence[Frame]) -> bytes:
    return b"".join(frame.serialize(mask=True) for frame in frames)


def _cut(stream: bytes, sizes: Sequence[int], *, may_read: bool = True) -> list[str | bytes]:
    cutter, parts, at = FrameSplitter(), [], 0
    for size in sizes:
        cutter.feed(stream[at : at + size])
        at += size
        while (part := cutter.take(may_read=may_read)) is not None:
            parts.append(part)
    assert at >= len(stream)
    return parts


def _read(parts: Sequence[str | bytes]) -> list[Frame]:
    """What the library's parser makes of the parts; short texts are put into frames again."""
    parser = ServerProtocol(state=OPEN, max_size=None)
    for part in parts:
        parser.receive_data(
            part if isinstance(part, bytes) else _written([Frame(Opcode.TEXT, part.encode())])
        )
    frames = parser.events_received()
    assert parser.parser_exc is None
    return [frame for frame in frames if isinstance(frame, Frame)]


@pytest.mark.parametrize("seed", range(30))
def test_frames_stay_whole_and_in_order_however_their_stream_is_cut(seed: int) -> None:
    dice = random.Random(seed)
    frames: list[Frame] = []
    for _ in range(20):
        short = Frame(Opcode.TEXT, ("ü€𝄞a" * dice.randrange(12)).encode())
        frames += dice.choice([[short], [short], [dice.choice(_OTHERS)], _FRAGMENTS])
    stream = _written(frames)
    sizes: list[int] = []
    while sum(sizes) < len(stream):
        sizes.append(dice.choice((1, 2, 7, 100, 5000, 100_000)))
    assert _read(_cut(stream, sizes)) == frames


def test_a_short_text_that_came_whole_needs_no_parser() -> None:
    texts = ["", "one", "x" * 125, "x" * 126, "ü" * 500]
    stream = _written([Frame(Opcode.TEXT, text.encode()) for text in texts])
    assert _cut(stream, [len(stream)]) == texts
    assert b"".join(_bytes(_cut(stream, [len(stream)], may_read=False))) == stream


def test_what_no_client_may_send_is_left_to_the_parser() -> None:
    for stream in (
        Frame(Opcode.TEXT, b"no mask").serialize(mask=False),
        _written([Frame(Opcode.TEXT, b"\xff")]),
        bytes([0xC1]) + _written([Frame(Opcode.TEXT, b"a reserved bit")])[1:],
        bytes([0x81, 0xFE, 0, 125, 0, 0, 0, 0]) + b"a" * 125,  # a length in more bytes than it takes
        _written([Frame(Opcode.TEXT, b"a" * 1001)]),
    ):
        assert b"".join(_bytes(_cut(stream, [len(stream)]))) == stream


def _bytes(parts: Sequence[str | bytes]) -> list[bytes]:
    assert all(isinstance(part, bytes) for part in parts)
    return [part for part in parts if isinstance(part, bytes)]


@pytest.mark.parametrize("length", _LENGTHS)
def test_a_head_is_what_the_library_writes(length: int) -> None:
    for opcode, send in ((TEXT, ServerProtocol.send_text), (BINARY, ServerProtocol.send_binary)):
        library = ServerProtocol(state=OPEN)
        send(library, bytes(length))
        assert frame_head(opcode, length) + bytes(length) == b"".join(library.data_to_send())
