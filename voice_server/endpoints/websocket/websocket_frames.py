"""A fast path for the frames that most of a stream consists of (RFC 6455, section 5.2).

A token is a text message in one frame of less than 126 bytes, or of some hundreds with the fields that other
systems' clients send each time. Everything else that a client sends, and every error, is left to the parser
of the library.
"""

from __future__ import annotations

import struct

try:
    from websockets.speedups import apply_mask
except ImportError:  # not on every platform
    from websockets.utils import apply_mask

TEXT, BINARY = 1, 2
_FINAL, _MASKED = 0x80, 0x80
_WHOLE_TEXT = _FINAL | TEXT
_LENGTH_FOLLOWS = 126
_HEAD_BYTES = 6
_LONG_HEAD_BYTES = 8
_MOST_BYTES = 1000
"""How long a message is read at most: no limit on messages is as low as that (`limits.message_bytes`)."""


class FrameSplitter:
    """Splits received bytes into frames, as far as they have arrived."""

    def __init__(self) -> None:
        self._bytes = b""
        self._position = 0
        self._remaining = 0  # of the current frame, which the parser gets

    def feed(self, data: bytes) -> None:
        """Add received bytes."""
        self._bytes = self._bytes[self._position :] + data
        self._position = 0

    def take(self, *, may_read: bool) -> str | bytes | None:
        """The next short text message as text, or bytes for the parser; None until more bytes arrive.

        Without `may_read` everything is for the parser.
        """
        if not self._remaining:
            text = self._short_text() if may_read else None
            if text is not None:
                return text
            self._remaining = self._frame_bytes()
        start = self._position
        self._position = min(start + self._remaining, len(self._bytes))
        self._remaining -= self._position - start
        return self._bytes[start : self._position] or None

    def _short_text(self) -> str | None:
        data, at = self._bytes, self._position
        if at + _HEAD_BYTES > len(data) or data[at] != _WHOLE_TEXT:
            return None
        start, length = at + _HEAD_BYTES, data[at + 1] - _MASKED
        if length == _LENGTH_FOLLOWS:
            start, length = at + _LONG_HEAD_BYTES, int.from_bytes(data[at + 2 : at + 4], "big")
            is_read = _LENGTH_FOLLOWS <= length <= _MOST_BYTES  # RFC 6455: in as few bytes as possible
        else:
            is_read = 0 <= length < _LENGTH_FOLLOWS
        if not is_read or start + length > len(data):
            return None
        try:
            text = apply_mask(data[start : start + length], data[start - 4 : start]).decode()
        except UnicodeDecodeError:
            return None
        self._position = start + length
        return text

    def _frame_bytes(self) -> int:
        """The length of the next frame in bytes; 0 while its head is not complete."""
        head = self._bytes[self._position : self._position + 10]
        if len(head) < 2:
            return 0
        length = head[1] & ~_MASKED
        size = 2 + (4 if head[1] & _MASKED else 0)
        if length < _LENGTH_FOLLOWS:
            return size + length
        follow = 2 if length == _LENGTH_FOLLOWS else 8
        if len(head) < 2 + follow:
            return 0
        return size + follow + int.from_bytes(head[2 : 2 + follow], "big")


def frame_head(opcode: int, length: int) -> bytes:
    """The head of an unmasked frame that is a whole message; `length` is that of the payload."""
    if length < _LENGTH_FOLLOWS:
        return bytes((_FINAL | opcode, length))
    if length < 65_536:
        return struct.pack("!BBH", _FINAL | opcode, 126, length)
    return struct.pack("!BBQ", _FINAL | opcode, 127, length)
