"""What of a JSON body is no text: braces, numbers, names in quotes without what stands between the quotes.

A JSON text is read in one go, and every value in it becomes an object: 8 MiB of `[],[],…` would take a second
in which nobody else is served. A text of that length takes milliseconds, and only texts need to be long.
"""

from __future__ import annotations

from typing import Final

from voice_server.errors import TooMuch

MAX_FRAME_BYTES: Final = 64 * 1024


class JsonFrame:
    """Counts the bytes of a JSON text that stand outside of its texts, with their quotes, as they come."""

    def __init__(self) -> None:
        self._bytes = 0
        self._is_in_text = False
        self._backslash = b""  # one at the end of a piece, which belongs to the next character

    def feed(self, piece: bytes) -> None:
        """Count another piece. Raises TooMuch beyond `MAX_FRAME_BYTES`."""
        piece = self._backslash + piece
        trailing = len(piece) - len(piece.rstrip(b"\\"))
        cut = len(piece) - trailing % 2
        piece, self._backslash = piece[:cut], piece[cut:]
        parts = piece.replace(b"\\\\", b"").replace(b'\\"', b"").split(b'"')
        quotes = len(parts) - 1
        self._bytes += quotes + sum(map(len, parts[self._is_in_text :: 2]))
        self._is_in_text ^= quotes % 2 == 1
        if self._bytes > MAX_FRAME_BYTES:
            raise TooMuch(
                f"a JSON body may have at most {MAX_FRAME_BYTES} bytes beside what stands in quotes",
                code="body_too_large",
            )
