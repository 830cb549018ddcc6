"""The text of an utterance as it comes in: which sentences are certain, and which one is likely.

What is not for the ear is filtered out in front of the splitter, so pieces have offsets in the filtered text;
`typed_place` leads from there to what was typed. A directive is in none of them: the text is cut there, if
something changes, and `settings_of` and `pause_between` say what.

A sentence is certain when the splitter says so, when the text is flushed or ends, or when no token has come
for so long that the pause timer decides. Time is an argument.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right

from voice_server.core.speech.growing_text import GrowingText
from voice_server.core.speech.merging import Merger
from voice_server.core.speech.pauses import CUT_BY_DIRECTIVE
from voice_server.core.speech.speech_settings import SpeechSettings
from voice_server.core.speech.styled_settings import StyledSettings
from voice_server.core.text.directives import PLAIN, Directive, Style
from voice_server.core.text.filtering.filtered_text import FilteredText
from voice_server.core.text.filtering.ssml_filter import SsmlFilter
from voice_server.core.text.filtering.text_filter import TextFilter
from voice_server.core.text.offsets import OffsetMap, rewrite
from voice_server.core.text.splitting.pause_timer import PauseTimer
from voice_server.core.text.splitting.splitter import Piece, Splitter, SplitterOptions
from voice_server.core.types import MAX_PAUSE_MS, Span, SpeechWarning

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
        self._passed = FilteredText()
        """What the filters have let through, whichever it was."""
        self._text_filter = TextFilter(self._passed)
        self._ssml_filter = SsmlFilter(self._passed)
        self._filter: TextFilter | SsmlFilter = self._text_filter
        self._left = ""
        """What one filter held back when the other one took its place."""
        self._filtered = GrowingText()
        self._merger = Merger(self._filtered)
        self._style = PLAIN
        self._styles: list[Style] = [PLAIN]
        self._style_starts = [0]
        self._pause_places: list[int] = []
        self._pauses_ms: list[float] = [0.0]
        """Before each pause that is asked for, and behind the last, how long those before it are together."""
        self._warnings: list[SpeechWarning] = []
        self.configure(settings)

    def configure(self, settings: SpeechSettings) -> None:
        """Filter, wait, and merge short sentences as these settings say."""
        self._text_filter.configure(
            is_on=settings.markup == "strip",
            code=settings.code,
            language=settings.language,
            speakers=settings.speakers,
            skips_sources=settings.citations == "skip",
        )
        self._ssml_filter.language = settings.spoken_language or settings.language or "en"
        wanted = self._ssml_filter if settings.markup == "ssml" else self._text_filter
        if wanted is not self._filter:
            self._left += self._filter.flush()
            self._filter = wanted
        self._styled = StyledSettings(settings)
        self._pause_timer.set_max_wait(settings.max_wait_ms)
        self._segment_chars = {
            "min_chars": settings.min_segment_chars,
            "max_chars": settings.max_segment_chars,
        }

    @property
    def typed(self) -> str:
        """All the text that has come, verbatim."""
        return str(self._typed)

    def typed_between(self, start: int, end: int) -> str:
        """The text as typed from `start` to `end`."""
        return self._typed.slice(start, end)

    def filtered_between(self, start: int, end: int) -> str:
        """The text from `start` to `end`, which are offsets of pieces."""
        return self._filtered.slice(start, end)

    def typed_place(self, piece: Piece) -> tuple[Span, OffsetMap | None]:
        """Where a piece was typed, and the map of its text to that; None where it is the text as typed."""
        start, end = self._passed.typed_span(piece.start, piece.end)
        typed = self._typed.slice(start, end)
        if typed == piece.text:
            return (start, end), None
        _, offsets = rewrite(typed, self._passed.edits(piece.start, piece.text))
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

    def settings_of(self, piece: Piece) -> SpeechSettings:
        """How a piece is spoken: by the settings, or as the directives before it say."""
        if len(self._styles) == 1:
            return self._styled.of(PLAIN)
        return self._styled.of(self._styles[bisect_right(self._style_starts, piece.start) - 1])

    def pause_between(self, start: int, end: int | None = None) -> float | None:
        """The pause in ms that is asked for from `start` to `end`, or to the end of the text; None for none.

        They are offsets of pieces.
        """
        first = bisect_left(self._pause_places, start)
        last = len(self._pause_places) if end is None else bisect_right(self._pause_places, end)
        if first >= last:
            return None
        pause_ms = self._pauses_ms[last] - self._pauses_ms[first]
        if pause_ms > MAX_PAUSE_MS:
            sentence = f"a pause lasts {MAX_PAUSE_MS / 1000:g} s at most, not {pause_ms / 1000:g} s"
            self._warnings.append(SpeechWarning("value_clamped", sentence))
        return min(pause_ms, MAX_PAUSE_MS)

    def take_warnings(self) -> list[SpeechWarning]:
        """What of the directives could not be done, since the last call."""
        warnings = self._passed.warnings + self._warnings + self._styled.warnings
        if warnings:
            self._passed.warnings, self._warnings, self._styled.warnings = [], [], []
        return warnings

    def push(self, token: str, now: float) -> list[Piece]:
        """More text; the sentences that are certain with it."""
        self._typed.append(token)
        self._pause_timer.token(now)
        return self._split(self._filter.feed(token))

    def keep(self, text: str) -> None:
        """Text that came and will not be spoken."""
        self._typed.append(text)

    def flush(self) -> list[Piece]:
        """All that is buffered, as if the text ended here."""
        return self._split(self._filter.flush()) + self._released(self._splitter.flush())

    def finish(self) -> list[Piece]:
        """All that is left: the text ends here."""
        return self._split(self._filter.finish()) + self._released(self._splitter.finish())

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
        return pieces + self._released(self._splitter.flush_if_complete(weak=is_weak))

    def _split(self, text: str) -> list[Piece]:
        """The pieces that are certain with more of the filtered text, and with what it asks for."""
        if self._left:
            text, self._left = self._left + text, ""
        if not self._passed.has_directives:
            return self._feed(text)
        pieces: list[Piece] = []
        for directive in self._passed.take_directives():
            cut = directive.offset - len(self._filtered)
            pieces += self._feed(text[:cut])
            text = text[cut:]
            pieces += self._obey(directive)
        return pieces + self._feed(text)

    def _feed(self, text: str) -> list[Piece]:
        if not text:
            return []
        self._filtered.append(text)
        pieces = self._splitter.feed(text)
        return self._merged(pieces) if pieces else pieces

    def _obey(self, directive: Directive) -> list[Piece]:
        """The pieces before a directive; there are none where it changes nothing."""
        style = self._style if directive.style is None else directive.style
        is_same = style == self._style or self._styled.of(style) == self._styled.of(self._style)
        pieces: list[Piece] = []
        if directive.ends_sentence or directive.pause_ms is not None or not is_same:
            pieces = self._cut(is_end=directive.ends_sentence)
        if directive.pause_ms is not None:
            self._pause_places.append(directive.offset)
            self._pauses_ms.append(self._pauses_ms[-1] + directive.pause_ms)
        if style != self._style:
            self._style = style
            self._styles.append(style)
            self._style_starts.append(directive.offset)
        return pieces

    def _cut(self, *, is_end: bool) -> list[Piece]:
        """All that is buffered: a sentence if it looks like one, or is known to end, else a part of one."""
        is_end = is_end or self._splitter.end_strength == "strong"
        pieces = self._splitter.flush()
        if pieces and not is_end:
            pieces[-1] = pieces[-1]._replace(reason=CUT_BY_DIRECTIVE)
        return self._released(pieces)

    def _released(self, pieces: list[Piece]) -> list[Piece]:
        """The pieces, and no sentence that waits for another one."""
        return self._merged(pieces) + self._merger.release()

    def _merged(self, pieces: list[Piece]) -> list[Piece]:
        return [ready for piece in pieces for ready in self._merger.add(piece, **self._segment_chars)]
