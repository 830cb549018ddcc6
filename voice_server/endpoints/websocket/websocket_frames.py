"""The frames that most of a stream consists of (RFC 6455, section 5.2), without a parser's machinery.

A token is a text message in one frame of less than 126 bytes. Whatever else a client sends, or gets wrong, is
for the library's parser.
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


class FrameSplitter:
    """Cuts what a client sends at the borders of its frames, as far as they have come."""

    def __init__(self) -> None:
        self._bytes = b""
        self._at = 0
        self._rest = 0  # bytes of a frame for the parser that have not been taken

    def feed(self, data: bytes) -> None:
        """More bytes have come."""
        self._bytes = self._bytes[self._at :] + data
        self._at = 0

    def take(self, *, may_read: bool) -> str | bytes | None:
        """Return a short text message, or what the parser is to get next; None until more bytes have come.

        Unless it `may_read`, there is nothing but work for the parser.
        """
        if not self._rest:
            text = self._short_text() if may_read else None
            if text is not None:
                return text
            self._rest = self._frame_bytes()
        start = self._at
        self._at = min(start + self._rest, len(self._bytes))
        self._rest -= self._at - start
        return self._bytes[start : self._at] or None

    def _short_text(self) -> str | None:
        data, at = self._bytes, self._at
        start = at + _HEAD_BYTES
        if start > len(data) or data[at] != _WHOLE_TEXT:
            return None
        length = data[at + 1] - _MASKED
        if not 0 <= length < _LENGTH_FOLLOWS or start + length > len(data):
            return None
        try:
            text = apply_mask(data[start : start + length], data[at + 2 : start]).decode()
        except UnicodeDecodeError:
            return None
        self._at = start + length
        return text

    def _frame_bytes(self) -> int:
        """How long the next frame is, 0 while that cannot be said."""
        head = self._bytes[self._at : self._at + 10]
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
    """Return what stands before the payload of an unmasked message in one frame."""
    if length < _LENGTH_FOLLOWS:
        return bytes((_FINAL | opcode, length))
    if length < 65_536:
        return struct.pack("!BBH", _FINAL | opcode, 126, length)
    return struct.pack("!BBQ", _FINAL | opcode, 127, length)
