"""The text of an utterance as it comes in: which sentences are certain, and which one is likely.

What is not for the ear is filtered out in front of the splitter, so pieces have offsets in the filtered text;
`typed_place` leads from there to what was typed.

A sentence is certain when the splitter says so, when the text is flushed or ends, or when no token has come
for so long that the pause timer decides. Time is an argument.
"""

from __future__ import annotations

from voice_server.core.speech.growing_text import GrowingText
from voice_server.core.speech.merging import Merger
from voice_server.core.speech.speech_settings import SpeechSettings
from voice_server.core.text.filtering.text_filter import TextFilter
from voice_server.core.text.offsets import OffsetMap, rewrite
from voice_server.core.text.splitting.pause_timer import PauseTimer
from voice_server.core.text.splitting.splitter import Piece, Splitter, SplitterOptions
from voice_server.core.types import Span

_SOFT_CAP_CHARS = SplitterOptions().soft_cap


class IncomingText:
    """Tokens in, certain pieces out, none of them shorter or longer than the settings want."""

    def __init__(self, settings: SpeechSettings) -> None:
        self._splitter = Splitter(
            SplitterOptions(
                language=settings.language,
                first_piece=settings.first_segment,
                soft_cap=min(_SOFT_CAP_CHARS, settings.max_segment_chars),
                hard_cap=settings.max_segment_chars,
            )
        )
        self._pause_timer = PauseTimer()
        self._typed = GrowingText()
        self._filter = TextFilter()
        self._filtered = GrowingText()
        self._merger = Merger(self._filtered)
        self.configure(settings)

    def configure(self, settings: SpeechSettings) -> None:
        """Filter, wait, and merge short sentences as these settings say."""
        self._filter.configure(
            is_on=settings.markup == "strip", code=settings.code, language=settings.language
        )
        self._pause_timer.set_max_wait(settings.max_wait_ms)
        self._segment_chars = {
            "min_chars": settings.min_segment_chars,
            "max_chars": settings.max_segment_chars,
        }

    @property
    def typed(self) -> str:
        """All the text that has come, verbatim."""
        return str(self._typed)

    def filtered_between(self, start: int, end: int) -> str:
        """The text from `start` to `end`, which are offsets of pieces."""
        return self._filtered.slice(start, end)

    def typed_place(self, piece: Piece) -> tuple[Span, OffsetMap | None]:
        """Where a piece was typed, and the map of its text to that; None where it is the text as typed."""
        start, end = self._filter.text.typed_span(piece.start, piece.end)
        typed = self._typed.slice(start, end)
        if typed == piece.text:
            return (start, end), None
        _, offsets = rewrite(typed, self._filter.text.edits(piece.start, piece.text))
        return (start, end), offsets

    @property
    def typed_chars(self) -> int:
        """How much text has come."""
        return len(self._typed)

    @property
    def pending_chars(self) -> int:
        """How much of it belongs to a sentence whose end was not found."""
        return self._splitter.pending_chars + self._filter.held_chars

    @property
    def likely(self) -> Piece | None:
        """What will be the next sentence if the text goes on behind its last mark; None inside a sentence."""
        piece = self._splitter.provisional
        return None if piece is None else self._merger.preview(piece, **self._segment_chars)

    def push(self, token: str, now: float) -> list[Piece]:
        """More text; the sentences that are certain with it."""
        self._typed.append(token)
        self._pause_timer.token(now)
        pieces = self._split(self._filter.feed(token))
        return self._merged(pieces) if pieces else pieces

    def keep(self, text: str) -> None:
        """Text that came and will not be spoken."""
        self._typed.append(text)

    def flush(self) -> list[Piece]:
        """All that is buffered, as if the text ended here."""
        pieces = self._split(self._filter.flush())
        return self._merged(pieces + self._splitter.flush()) + self._merger.release()

    def finish(self) -> list[Piece]:
        """All that is left: the text ends here."""
        pieces = self._split(self._filter.finish())
        return self._merged(pieces + self._splitter.finish()) + self._merger.release()

    def next_deadline(self) -> float | None:
        """When the pause timer decides; None while what is buffered looks unfinished."""
        if self._filter.holds_rows:
            return self._pause_timer.deadline("strong")
        if self._splitter.pending_chars:
            return self._pause_timer.deadline(self._splitter.end_strength)
        return self._pause_timer.deadline("strong") if self._merger.holds else None

    def paused(self) -> list[Piece]:
        """No token came until the deadline: what is buffered and looks finished."""
        pieces = self._split(self._filter.paused())
        is_weak = self._splitter.end_strength == "weak"
        return self._merged(pieces + self._splitter.flush_if_complete(weak=is_weak)) + self._merger.release()

    def _split(self, text: str) -> list[Piece]:
        """The pieces that are certain with more of the filtered text."""
        if not text:
            return []
        self._filtered.append(text)
        return self._splitter.feed(text)

    def _merged(self, pieces: list[Piece]) -> list[Piece]:
        return [ready for piece in pieces for ready in self._merger.add(piece, **self._segment_chars)]
