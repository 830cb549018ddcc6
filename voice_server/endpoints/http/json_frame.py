"""What of a JSON body is no text: braces, numbers, names in quotes without what stands between the quotes.

A JSON text is read in one go, and every value in it becomes an object: 8 MiB of `[],[],…` would take a second
in which nobody else is served. A text of that length takes milliseconds, and only texts need to be long.
"""

from __future__ import annotations

from typing import Final

from voice_server.errors import TooMuch

MAX_FRAME_BYTES: Final = 64 * 1024
MAX_ESCAPES: Final = 700_000
"""Characters that are written with a backslash: each takes 20 ns, one in UTF-8 takes 1."""


class JsonFrame:
    """Counts the bytes of a JSON text that stand outside of its texts, with their quotes, as they come."""

    def __init__(self) -> None:
        self._bytes = self._escapes = 0
        self._is_in_text = False
        self._backslash = b""  # one at the end of a piece, which belongs to the next character

    def feed(self, piece: bytes) -> None:
        """Count another piece. Raises TooMuch beyond `MAX_FRAME_BYTES` or `MAX_ESCAPES`."""
        piece = self._backslash + piece
        trailing = len(piece) - len(piece.rstrip(b"\\"))
        cut = len(piece) - trailing % 2
        piece, self._backslash = piece[:cut], piece[cut:]
        self._escapes += piece.count(b"\\") - piece.count(b"\\\\")
        parts = piece.replace(b"\\\\", b"").replace(b'\\"', b"").split(b'"')
        quotes = len(parts) - 1
        self._bytes += quotes + sum(map(len, parts[self._is_in_text :: 2]))
        self._is_in_text ^= quotes % 2 == 1
        if self._bytes > MAX_FRAME_BYTES:
            raise _too_large(f"{MAX_FRAME_BYTES} bytes beside what stands in quotes")
        if self._escapes > MAX_ESCAPES:
            what = "characters that are written with a backslash, as in \\u00e4; send them in UTF-8"
            raise _too_large(f"{MAX_ESCAPES} {what}")


def _too_large(most: str) -> TooMuch:
    return TooMuch(f"a JSON body may have at most {most}", code="body_too_large")
