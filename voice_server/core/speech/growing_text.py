"""A text of an utterance, which grows token by token."""

from __future__ import annotations

from bisect import bisect_right
from typing import Final

_BLOCK_CHARS: Final = 4096


class GrowingText:
    """Tokens joined: to add one, or to read a slice near the end, takes no longer when there is more text."""

    def __init__(self, text: str = "") -> None:
        self._blocks: list[str] = []
        self._starts: list[int] = []  # of the blocks
        self._last_block = ""
        self._last_start = 0
        self.append(text)

    def __len__(self) -> int:
        return self._last_start + len(self._last_block)

    def __str__(self) -> str:
        return "".join(self._blocks) + self._last_block

    def append(self, token: str) -> None:
        """Add text at the end."""
        self._last_block += token
        if len(self._last_block) >= _BLOCK_CHARS:
            self._blocks.append(self._last_block)
            self._starts.append(self._last_start)
            self._last_start += len(self._last_block)
            self._last_block = ""

    def slice(self, start: int, end: int) -> str:
        """The characters from `start` to `end`, which are offsets within the text."""
        if start >= self._last_start:
            return self._last_block[start - self._last_start : end - self._last_start]
        first = bisect_right(self._starts, start) - 1
        behind = "".join(self._blocks[first:]) + self._last_block
        return behind[start - self._starts[first] : end - self._starts[first]]
