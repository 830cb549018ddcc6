"""Joins very short sentences, which some engines speak badly, with the next one."""

from __future__ import annotations

from voice_server.core.speech.growing_text import GrowingText
from voice_server.core.text.splitting.splitter import Piece


class Merger:
    """Holds back at most one sentence; `text` is that which pieces have offsets in, and grows."""

    def __init__(self, text: GrowingText) -> None:
        self._text = text
        self._short: Piece | None = None

    @property
    def holds(self) -> bool:
        """Whether a sentence waits for the next one."""
        return self._short is not None

    def add(self, piece: Piece, *, min_chars: int, max_chars: int) -> list[Piece]:
        """The sentences that may be spoken now that `piece` has come."""
        ready: list[Piece] = []
        joined = self._behind_short(piece, max_chars)
        if joined is None:
            ready = self.release()
            joined = piece
        if len(joined.text) < min_chars:
            self._short = joined
            return ready
        self._short = None
        return [*ready, joined]

    def preview(self, piece: Piece, *, min_chars: int, max_chars: int) -> Piece | None:
        """What `add` would let through; None if it would hold it back, or part it from the one before."""
        joined = self._behind_short(piece, max_chars)
        return None if joined is None or len(joined.text) < min_chars else joined

    def release(self) -> list[Piece]:
        """The sentence that waits, if one does: nothing follows it in time."""
        short, self._short = self._short, None
        return [] if short is None else [short]

    def _behind_short(self, piece: Piece, max_chars: int) -> Piece | None:
        """The piece with the short one in front; None if they are too long for one segment."""
        short = self._short
        if short is None:
            return piece
        if piece.end - short.start > max_chars:
            return None
        text = self._text.slice(short.start, piece.end)
        return Piece(text, short.start, piece.end, piece.reason, piece.language)
