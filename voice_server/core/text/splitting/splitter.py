"""Sentences out of a stream of tokens: the same ones however the stream is cut.

The splitter keeps the text of the sentence at hand (never more than the hard cap and a bounded look
ahead) and walks from mark to mark. At each it asks `boundary.judge`; a mark that cannot be decided yet
stops the walk until more text comes. Laws: pieces never overlap and only white space lies between them;
no piece is longer than the hard cap; what is decided depends on the text alone. Time is not read here
(see `pause.py`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, NamedTuple

from voice_server.core.text.splitting import boundary, clauses, marks, ordinary_ends
from voice_server.core.text.splitting.boundary import Decision, Verdict
from voice_server.core.text.splitting.language_guess import guess
from voice_server.core.text.splitting.lexicon import Lexicon, lexicon, listed_anywhere
from voice_server.core.text.splitting.provisional import Strength, is_opening, likely_end, strength

_EARLY_STOP = re.compile(f"{marks.STOP.pattern}|{clauses.CLAUSE_MARK.pattern}")
_stop = marks.STOP.search
_NEEDS_LANGUAGE = marks.FULL_STOPS + marks.LOUD_MARKS + marks.ELLIPSES
_FENCES = ("```", "~~~")


class Piece(NamedTuple):
    """A sentence, or a part of an over-long one: `text == fed[start:end]`."""

    text: str
    start: int
    end: int
    reason: str
    language: str


@dataclass(frozen=True, slots=True)
class SplitterOptions:
    """How to split; the defaults are what a voice agent wants, `first_piece` apart.

    `language` is a BCP 47 tag, or None to guess. With `first_piece="clause"` the first piece of a text
    may end at a clause mark after `first_piece_min` characters and ends at `first_piece_max` at the
    latest. A sentence longer than `hard_cap` characters is cut, best at a clause mark behind `soft_cap`.
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
        self._guesses = self._options.language is None
        self._listed = listed_anywhere() if self._guesses else self._lexicon.listed
        self._text = ""
        """What is not handed out yet; it never begins with white space."""
        self._offset = 0
        """Where in all that was fed `_text` begins."""
        self._scanned = 0
        """Up to here in `_text` no sentence ends."""
        self._waiting = False
        """Whether the mark at `_scanned` waits for more text."""
        self._quoted = False
        self._fenced = False
        self._opening = True
        """Whether nothing was handed out yet."""
        self._early = self._options.first_piece == "clause"
        self._first_cap = min(self._options.first_piece_max, self._options.hard_cap)
        self._quiet_limit = 0
        """Up to this length of `_text`, a token without a mark changes nothing, and one that ends in its
        first mark waits; 0 while that cannot be said.
        """
        self._finished = False

    @property
    def pending_chars(self) -> int:
        """Characters fed and not handed out yet, white space before the next sentence apart."""
        return len(self._text)

    @property
    def provisional(self) -> Piece | None:
        """The sentence that the buffer looks like when its last mark has just been seen."""
        if not self._waiting or self._fenced or self._text.startswith(_FENCES):
            return None
        if self._opening and is_opening(self._text, self._lexicon.brands):
            return self._piece(0, len(self._text), "provisional")
        end = likely_end(self._text, 0, self._scanned, quoted=self._quoted, lexicon=self._lexicon)
        limit = self._first_cap if self._early else self._options.hard_cap
        return None if end is None or end > limit else self._piece(0, end, "provisional")

    @property
    def end_strength(self) -> Strength:
        """How complete the buffer looks, for the pause timer: a sentence, a clause or neither."""
        if self._fenced:
            return "none"
        at = self._scanned if self._waiting else None
        return strength(self._text, at, quoted=self._quoted, lexicon=self._lexicon)

    def feed(self, text: str) -> list[Piece]:
        """Take the next token; the pieces that are now certain."""
        self._text = buffer = self._text + text
        if len(buffer) <= self._quiet_limit:
            found = _stop(buffer, self._scanned)
            if found is None:
                self._scanned = len(buffer)
                return []
            if found.end() == len(buffer) and buffer[-1] not in boundary.AT_ONCE:
                self._scanned = found.start()
                self._waiting = True
                self._quiet_limit = 0
                return []
        if self._finished:
            raise RuntimeError("this splitter is finished; use a new one for a new text")
        return self._advance(final=False)

    def finish(self) -> list[Piece]:
        """End of text: all that is left."""
        pieces = self.flush()
        self._finished = True
        return pieces

    def flush(self) -> list[Piece]:
        """Hand out what is buffered as if the text ended here; the splitter stays open."""
        pieces = self._advance(final=True)
        end = len(self._text.rstrip())
        if end:
            pieces.append(self._hand_out(0, end, "end of text"))
        self._keep(len(self._text), len(self._text))
        return pieces

    def flush_if_complete(self, *, weak: bool = False) -> list[Piece]:
        """No token came for a while: hand out the buffer if it ends like a sentence (`weak`: or a clause)."""
        found = self.end_strength
        return self.flush() if found == "strong" or (weak and found == "weak") else []

    def _advance(self, *, final: bool) -> list[Piece]:
        pieces: list[Piece] = []
        text, at = self._text, self._scanned
        start = self._skip_space(text, 0)
        self._waiting = False
        while True:
            at = max(at, start)
            limit = start + (self._first_cap if self._early else self._options.hard_cap)
            found = (_EARLY_STOP if self._early else marks.STOP).search(text, at)
            at = found.start() if found else len(text)
            if found is None and at <= limit:
                break
            verdict = self._judge(text, start, at, limit, final=final)
            if verdict.decision is Decision.WAIT:
                self._waiting = True
                break
            at = verdict.end
            if verdict.decision is Decision.CUT:
                pieces.append(self._hand_out(start, at, verdict.reason))
                start = self._skip_space(text, at)
        self._keep(start, at)
        return pieces

    def _judge(self, text: str, start: int, at: int, limit: int, *, final: bool) -> Verdict:
        """What the scan does at the mark at `at`, or because the sentence has passed its limit."""
        if at > limit:
            return self._cut_long(text, start, limit)
        if self._fenced or text.startswith(_FENCES, start):
            verdict = self._judge_fenced(text, start, at)
        elif self._early and clauses.CLAUSE_MARK.match(text, at):
            return clauses.judge_clause(text, start, at, self._options.first_piece_min, final=final)
        elif ordinary_ends.ends_sentence(text, start, at, self._listed, final=final):
            verdict = Verdict(Decision.CUT, at + 1, "ordinary end")
        elif ordinary_ends.is_glued(text, start, at):
            verdict = Verdict(Decision.HOLD, at + 1, "glued to the next character")
        else:
            lists = self._lexicon_at(text, start, at)
            verdict = boundary.judge(text, start, at, final=final, quoted=self._quoted, lexicon=lists)
        if verdict.decision is Decision.WAIT or verdict.end <= limit:
            return verdict
        return self._cut_long(text, start, limit)

    def _cut_long(self, text: str, start: int, limit: int) -> Verdict:
        soft = min(start + self._options.soft_cap, limit)
        return Verdict(Decision.CUT, *clauses.cut_long(text, start, soft, limit))

    def _judge_fenced(self, text: str, start: int, at: int) -> Verdict:
        """Code is handed out whole, or by its blank lines."""
        if text[at] != "\n":
            return Verdict(Decision.HOLD, at + 1, "code")
        line = text[text.rfind("\n", start, at) + 1 if "\n" in text[start:at] else start : at].strip()
        if line.startswith(_FENCES):
            self._fenced = not self._fenced
            ends = not self._fenced
        else:
            ends = not line
        ends = ends and boundary.is_speakable(text, start, at)
        return Verdict(Decision.CUT if ends else Decision.HOLD, at if ends else at + 1, "code")

    def _lexicon_at(self, text: str, start: int, at: int) -> Lexicon:
        """The lists to judge by: the client's language, or the one that the sentence so far seems to be
        in.
        """
        if self._guesses and text[at] in _NEEDS_LANGUAGE:
            self._lexicon = lexicon(guess(text[start:at], self._language, enough=1 if self._opening else 2))
        return self._lexicon

    def _hand_out(self, start: int, end: int, reason: str) -> Piece:
        if self._guesses:
            self._language = guess(self._text[start:end], self._language)
        self._quoted ^= self._text.count('"', start, end) % 2 == 1
        self._early = self._opening = False
        return self._piece(start, end, reason)

    def _skip_space(self, text: str, start: int) -> int:
        if not text[start : start + 1].isspace():
            return start
        found = marks.SPACES.match(text, start)
        end = found.end() if found else start
        if "\n" in text[start:end]:
            self._quoted = False
        return end

    def _keep(self, start: int, at: int) -> None:
        self._text = self._text[start:]
        self._offset += start
        self._scanned = at - start
        is_quiet = at > start and not (self._waiting or self._early or self._fenced)
        self._quiet_limit = self._options.hard_cap if is_quiet else 0

    def _piece(self, start: int, end: int, reason: str) -> Piece:
        body = self._text[start:end].rstrip()
        return Piece(body, self._offset + start, self._offset + start + len(body), reason, self._language)
