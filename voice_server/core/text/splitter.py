"""Sentences out of a stream of tokens: the same ones however the stream is cut.

The splitter keeps the text of the sentence at hand (never more than the hard cap and a bounded look ahead) and
walks from mark to mark. At each it asks `boundary.judge`; a mark that cannot be decided yet stops the walk until
more text comes. Laws: pieces never overlap and only white space lies between them; no piece is longer than the
hard cap; what is decided depends on the text alone. Time is not read here (see `pause.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from voice_server.core.text import boundary, clauses, marks
from voice_server.core.text.boundary import Decision
from voice_server.core.text.lexicon import lexicon

_NOTHING: Final[list[Piece]] = []
_LOOK_AHEAD = 96

Strength = Literal["none", "weak", "strong"]


@dataclass(frozen=True, slots=True)
class Piece:
    """A sentence, or a part of an over-long one: `text == fed[start:end]`."""

    text: str
    start: int
    end: int
    reason: str
    language: str


@dataclass(frozen=True, slots=True)
class SplitterOptions:
    """How to split; the defaults are what a voice agent wants, `first_piece` apart.

    `language` is a BCP 47 tag, or None to guess. With `first_piece="clause"` the first piece of a text may end at
    a clause mark after `first_piece_min` characters and ends at `first_piece_max` at the latest. A sentence longer
    than `hard_cap` characters is cut, best at a clause mark behind `soft_cap`.
    """

    language: str | None = None
    first_piece: Literal["sentence", "clause"] = "sentence"
    first_piece_min: int = 20
    first_piece_max: int = 80
    soft_cap: int = 220
    hard_cap: int = 300

    def __post_init__(self) -> None:
        if not 1 <= self.first_piece_min < self.first_piece_max:
            raise ValueError(
                f"first_piece_min must be from 1 to below first_piece_max, not {self.first_piece_min}"
            )
        if not 1 <= self.soft_cap <= self.hard_cap:
            raise ValueError(f"soft_cap must be from 1 to hard_cap, not {self.soft_cap}")


class Splitter:
    """Splits one text that comes in tokens."""

    def __init__(self, options: SplitterOptions | None = None) -> None:
        self._options = options or SplitterOptions()
        self._language = (self._options.language or "en").partition("-")[0].lower()
        self._lexicon = lexicon(self._language)
        self._quoted = False
        self._text = ""
        self._offset = 0
        self._scanned = 0
        self._waiting = False
        self._limit = self._options.hard_cap
        self._finished = False

    @property
    def pending_chars(self) -> int:
        """Characters fed and not handed out yet, white space before the next sentence apart."""
        return len(self._text)

    @property
    def provisional(self) -> Piece | None:
        """The sentence that the buffer looks like when its last mark has just been seen."""
        if not self._waiting:
            return None
        verdict = boundary.judge(
            self._text, 0, self._scanned, final=True, quoted=self._quoted, lexicon=self._lexicon
        )
        if verdict.decision is not Decision.CUT or self._text[verdict.end :].strip():
            return None
        return self._piece(0, verdict.end, "provisional")

    @property
    def end_strength(self) -> Strength:
        """How complete the buffer looks: what the pause timer goes by."""
        if not self._waiting:
            return "none"
        return "strong" if self.provisional is not None else "weak"

    def feed(self, text: str) -> list[Piece]:
        """Take the next token; the pieces that are now certain."""
        if self._finished:
            raise RuntimeError("this splitter is finished; use a new one for a new text")
        self._text += text
        if not self._waiting and len(self._text) <= self._limit and marks.STOP.search(text) is None:
            if self._scanned == 0 and text[:1].isspace():
                self._drop_leading_space()
            return _NOTHING
        return self._advance(final=False)

    def finish(self) -> list[Piece]:
        """End of text: all that is left."""
        pieces = self._advance(final=True)
        self._finished = True
        return pieces + self._rest("end of text")

    def flush(self) -> list[Piece]:
        """Hand out what is buffered as if the text ended here; the splitter stays open."""
        return self._advance(final=True) + self._rest("flushed")

    def flush_if_complete(self, *, weak: bool = False) -> list[Piece]:
        """No token came for a while: hand out the buffer if it ends like a sentence (`weak`: a clause)."""
        strength = self.end_strength
        if strength == "strong" or (weak and strength == "weak"):
            return self.flush()
        return []

    def _advance(self, *, final: bool) -> list[Piece]:
        pieces: list[Piece] = []
        text, start, at = self._text, 0, self._scanned
        self._waiting = False
        while True:
            start = _skip_space(text, start)
            at = max(at, start)
            found = marks.STOP.search(text, at)
            limit = start + self._limit
            at = found.start() if found else len(text)
            if at > limit:
                start = self._cut_long(pieces, start)
                at = start
                continue
            if found is None:
                break
            verdict = boundary.judge(text, start, at, final=final, quoted=self._quoted, lexicon=self._lexicon)
            if verdict.end > limit and len(text) > limit:
                start = self._cut_long(pieces, start)
                at = start
            elif verdict.decision is Decision.WAIT:
                self._waiting = True
                break
            elif verdict.decision is Decision.CUT:
                pieces.append(self._piece(start, verdict.end, verdict.reason))
                start = at = verdict.end
            else:
                at = verdict.end
        self._keep(start, at)
        return pieces

    def _cut_long(self, pieces: list[Piece], start: int) -> int:
        limit = start + self._limit
        end, reason = clauses.cut_long(self._text, start, min(start + self._options.soft_cap, limit), limit)
        pieces.append(self._piece(start, end, reason))
        return end

    def _keep(self, start: int, at: int) -> None:
        self._text = self._text[start:]
        self._offset += start
        self._scanned = at - start

    def _drop_leading_space(self) -> None:
        start = _skip_space(self._text, 0)
        if start:
            self._text = self._text[start:]
            self._offset += start

    def _rest(self, reason: str) -> list[Piece]:
        end = len(self._text.rstrip())
        pieces = [self._piece(0, end, reason)] if end else []
        self._keep(len(self._text), len(self._text))
        self._waiting = False
        return pieces

    def _piece(self, start: int, end: int, reason: str) -> Piece:
        body = self._text[start:end].rstrip()
        return Piece(body, self._offset + start, self._offset + start + len(body), reason, self._language)


def _skip_space(text: str, start: int) -> int:
    found = marks.SPACES.match(text, start)
    return found.end() if found else start
