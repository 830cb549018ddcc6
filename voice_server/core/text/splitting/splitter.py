"""Splits a stream of tokens into sentences: the same ones however the text is cut into tokens.

The splitter buffers the current sentence (never more than the hard cap and a bounded look ahead) and scans it
from mark to mark. At each, `boundary.decide` decides; a mark that cannot be decided yet ends the scan until
more text comes. Laws: pieces do not overlap, and only white space lies between them; no piece is longer than
the hard cap; the pieces depend on the text alone. Time plays no part here (see `pause_timer.py`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, NamedTuple

from voice_server.core.text.splitting import boundary, clauses, marks, maths, ordinary_ends
from voice_server.core.text.splitting.boundary import Decision, Verdict
from voice_server.core.text.splitting.language_guess import guess_language
from voice_server.core.text.splitting.lexicon import Lexicon, lexicon, listed_in_any_language
from voice_server.core.text.splitting.mark_context import MoreTextNeeded
from voice_server.core.text.splitting.provisional import (
    EndStrength,
    is_opening_exclamation,
    provisional_end,
    strength_of_end,
)
from voice_server.core.text.splitting.speech_length import fits_within, room_for, speech_length

_CANDIDATE_END_OR_CLAUSE_MARK = re.compile(f"{marks.CANDIDATE_END.pattern}|{clauses.CLAUSE_MARK.pattern}")
_MARKS_THAT_NEED_LANGUAGE = marks.FULL_STOPS + marks.QUESTION_AND_EXCLAMATION_MARKS + marks.ELLIPSES
_FENCES = ("```", "~~~")
_MAY_FOLLOW_OPENING = ("", " ", "\u00a0")
_WHOLE_FORMULA = "formula of several lines"


class Piece(NamedTuple):
    """A sentence, or a part of an over-long one, and where it stands in all the text that was fed.

    `start` and `end` are offsets in code points, `reason` says why the piece ends there, and `language` is
    the two-letter code of the language that was given or guessed.
    """

    text: str
    start: int
    end: int
    reason: str
    language: str


@dataclass(frozen=True, slots=True)
class SplitterOptions:
    """How to split; lengths are in letters of Latin script, or in what takes as long to say.

    `language` is a BCP 47 tag, or None to guess. With `first_piece="clause"` the first piece of a text may
    end at a clause mark behind `first_piece_min` characters, and ends at `first_piece_max` at the latest. A
    sentence longer than `hard_cap` is cut, if possible at a clause mark behind `soft_cap`.
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
    """Splits one text that comes in tokens: `feed` each of them, then `finish`."""

    def __init__(self, options: SplitterOptions | None = None) -> None:
        self._options = options or SplitterOptions()
        self._language = (self._options.language or "en").partition("-")[0].lower()
        self._lexicon = lexicon(self._language)
        self._guesses_language = self._options.language is None
        self._listed = listed_in_any_language() if self._guesses_language else self._lexicon.listed
        self._text = ""
        """What has not been handed out; it never begins with white space."""
        self._offset = 0
        """Where `_text` begins in all the text that was fed."""
        self._column = 0
        """How many characters of its line stood before `_text`."""
        self._scanned = 0
        """No sentence ends in `_text` before this offset."""
        self._is_waiting = False
        """Whether the mark at `_scanned` cannot be decided before more text comes."""
        self._quoted = False
        """Whether `_text` begins inside straight double quotes."""
        self._in_code = False
        """Whether the scan is inside a fenced block of code."""
        self._is_first_piece = True
        self._may_end_at_clause = self._options.first_piece == "clause"
        """Whether the next piece may end at a clause mark; only the first one may."""
        self._mark = _CANDIDATE_END_OR_CLAUSE_MARK if self._may_end_at_clause else marks.CANDIDATE_END
        """Where the piece may end."""
        self._longest: float = self._options.hard_cap
        """How long the sentence may be; a first piece that may end at a clause is shorter if possible."""
        if self._may_end_at_clause:
            self._longest = min(self._options.first_piece_max, self._options.hard_cap)
        self._shortcut_limit = 0
        """Characters of `_text` up to which `feed` may take its shortcut, in which nothing is decided.

        It is taken if the new token has no mark, or if its last character is its first mark, and no comma.
        The limit is 0 where every token needs a scan: while a mark waits, and in code.
        """
        self._is_finished = False

    @property
    def pending_chars(self) -> int:
        """Characters that were fed and not handed out, without white space before the next sentence."""
        return len(self._text)

    @property
    def provisional(self) -> Piece | None:
        """The sentence that the buffer looks like while its last mark waits for more text, or None."""
        if not self._is_waiting or self._in_code or self._text.startswith(_FENCES):
            return None
        if self._is_in_formula():
            return None
        mark_end = self._scanned + 1
        may_be_opening = self._is_first_piece and self._text[mark_end : mark_end + 1] in _MAY_FOLLOW_OPENING
        if may_be_opening and is_opening_exclamation(self._text[:mark_end], self._lexicon.brands):
            return self._piece(0, mark_end, "provisional")
        end = provisional_end(self._text, 0, self._scanned, quoted=self._quoted, lexicon=self._lexicon)
        is_too_long = end is not None and speech_length(self._text, 0, end) > self._longest
        return None if end is None or is_too_long else self._piece(0, end, "provisional")

    @property
    def end_strength(self) -> EndStrength:
        """How complete the buffer looks, for the pause timer: like a sentence, a clause or neither."""
        if self._in_code or self._is_in_formula():
            return "none"
        at = self._scanned if self._is_waiting else None
        return strength_of_end(self._text, at, quoted=self._quoted, lexicon=self._lexicon)

    def feed(self, text: str) -> list[Piece]:
        """Take the next token and return the pieces that are certain now. After `finish`, a RuntimeError."""
        self._text = buffer = self._text + text
        if len(buffer) <= self._shortcut_limit:
            found = self._mark.search(buffer, self._scanned)
            if found is None:
                self._scanned = len(buffer)
                return []
            is_last = found.end() == len(buffer) and buffer[-1] not in boundary.DECIDED_AT_ONCE
            if is_last and not self._may_end_at_clause:
                self._scanned = found.start()
                self._is_waiting = True
                self._shortcut_limit = 0
                return []
        if self._is_finished:
            raise RuntimeError("this splitter is finished; use a new one for a new text")
        return self._advance(final=False)

    def finish(self) -> list[Piece]:
        """Return all that is left; the text has ended, so nothing may be fed any more."""
        pieces = self.flush()
        self._is_finished = True
        return pieces

    def flush(self) -> list[Piece]:
        """Return all that is left as if the text ended here; more may be fed."""
        pieces = self._advance(final=True)
        end = len(self._text.rstrip())
        if end:
            pieces.append(self._hand_out(0, end, "end of text"))
        self._drop_handed_out(len(self._text), len(self._text))
        return pieces

    def flush_if_complete(self, *, weak: bool = False) -> list[Piece]:
        """`flush` after a pause, if the buffer ends like a sentence, or with `weak` like a clause."""
        strength = self.end_strength
        return self.flush() if strength == "strong" or (weak and strength == "weak") else []

    def _advance(self, *, final: bool) -> list[Piece]:
        """Scan the buffer from `_scanned` on and return the pieces that have ended."""
        pieces: list[Piece] = []
        text, at = self._text, self._scanned
        start = self._skip_white_space(text, 0)
        self._is_waiting = False
        longest, limit = self._longest, fits_within(text, start, self._longest)
        while True:
            at = max(at, start)
            found = self._mark.search(text, at)
            at = found.start() if found else len(text)
            if found is None and at <= limit:
                break
            verdict = self._decide(text, start, at, limit, final=final)
            if verdict.decision is Decision.WAIT:
                self._is_waiting = True
                break
            at = verdict.end
            if verdict.decision is Decision.CUT:
                pieces.append(self._hand_out(start, at, verdict.reason))
                start = self._skip_white_space(text, at)
            if verdict.decision is Decision.CUT or self._longest != longest:
                longest, limit = self._longest, fits_within(text, start, self._longest)
        self._drop_handed_out(start, at)
        return pieces

    def _decide(self, text: str, start: int, at: int, limit: int, *, final: bool) -> Verdict:
        """Decide at the mark at `at`; a sentence that is longer than `limit` is cut before that."""
        try:
            if at > limit:
                return self._cut_overlong(text, start, at, limit, final=final)
            verdict = self._decide_within(text, start, at, final=final)
            if verdict.decision is Decision.WAIT or verdict.end <= limit or verdict.reason == _WHOLE_FORMULA:
                return verdict
            return self._cut_overlong(text, start, at, limit, final=final)
        except MoreTextNeeded:
            return Verdict(Decision.WAIT, at, "more text is needed")

    def _decide_within(self, text: str, start: int, at: int, *, final: bool) -> Verdict:
        """Decide at the mark at `at`, whatever the length of the sentence."""
        if self._in_code or text.startswith(_FENCES, start):
            return self._decide_in_code(text, start, at)
        if maths.may_contain(text):
            formula = maths.formula_at(text, start, at, final=final)
            if formula is not None:
                return self._decide_in_formula(text, start, formula, final=final)
        if self._may_end_at_clause and clauses.CLAUSE_MARK.match(text, at):
            return clauses.decide_clause(text, start, at, self._options.first_piece_min, final=final)
        if ordinary_ends.is_ordinary_end(text, start, at, self._listed, final=final):
            return Verdict(Decision.CUT, at + 1, "ordinary end")
        if ordinary_ends.is_inside_token(text, start, at):
            return Verdict(Decision.HOLD, at + 1, "glued to the next character")
        known = self._lexicon_at(text, start, at)
        return boundary.decide(
            text, start, at, final=final, quoted=self._quoted, lexicon=known, column=self._column
        )

    @staticmethod
    def _decide_in_formula(text: str, start: int, formula: maths.Formula, *, final: bool) -> Verdict:
        """Decide at a mark in a formula: one that has several lines is a sentence by itself."""
        if not formula.is_display:
            return Verdict(Decision.HOLD, formula.end, "formula")
        if boundary.is_speakable(text, start, formula.start):
            return Verdict(Decision.CUT, formula.start, "formula of several lines follows")
        end = maths.end_of_display(text, formula, final=final)
        is_speakable = boundary.is_speakable(text, start, end)
        return Verdict(Decision.CUT if is_speakable else Decision.HOLD, end, _WHOLE_FORMULA)

    def _cut_overlong(self, text: str, start: int, at: int, limit: int, *, final: bool) -> Verdict:
        """Cut a sentence that is too long where it hurts least; a first piece without such a place goes on.

        A formula is not cut: the sentence ends before it or, if it begins with the formula, behind it.
        """
        is_early = self._longest < self._options.hard_cap
        has_formula = maths.may_contain(text)

        def may_end(end: int) -> bool:
            if is_early and not clauses.may_end_first_piece(text, start, end):
                return False
            return not has_formula or maths.formula_at(text, start, end, final=final) is None

        soft = min(fits_within(text, start, self._options.soft_cap), limit)
        cut = clauses.cut_overlong(text, start, soft, limit, may_end)
        if cut is not None and not (is_early and cut[1] == "over-long"):
            return Verdict(Decision.CUT, *cut)
        if is_early:
            self._longest = self._options.hard_cap
            return Verdict(Decision.HOLD, at, "no place to end the first piece at")
        formula = maths.formula_at(text, start, limit, final=final)
        assert formula is not None  # else it may end between any two characters
        is_alone = not boundary.is_speakable(text, start, formula.start)
        return Verdict(Decision.CUT, formula.end if is_alone else formula.start, "over-long, formula")

    def _decide_in_code(self, text: str, start: int, at: int) -> Verdict:
        """Decide at a mark in a fenced block of code, which ends at its fence or at a blank line."""
        if text[at] != "\n":
            return Verdict(Decision.HOLD, at + 1, "code")
        line = text[max(start, text.rfind("\n", start, at) + 1) : at].strip()
        if line.startswith(_FENCES):
            self._in_code = not self._in_code
            ends = not self._in_code
        else:
            ends = not line
        ends = ends and boundary.is_speakable(text, start, at)
        return Verdict(Decision.CUT if ends else Decision.HOLD, at if ends else at + 1, "code")

    def _lexicon_at(self, text: str, start: int, at: int) -> Lexicon:
        """The lexicon of the language that was given, or that the sentence so far seems to be in."""
        if self._guesses_language and text[at] in _MARKS_THAT_NEED_LANGUAGE:
            min_signs = 1 if self._is_first_piece else 2
            self._lexicon = lexicon(guess_language(text[start:at], self._language, min_signs))
        return self._lexicon

    def _hand_out(self, start: int, end: int, reason: str) -> Piece:
        if self._guesses_language:
            self._language = guess_language(self._text[start:end], self._language)
        self._quoted ^= self._text.count('"', start, end) % 2 == 1
        self._may_end_at_clause = self._is_first_piece = False
        self._mark = marks.CANDIDATE_END
        self._longest = self._options.hard_cap
        return self._piece(start, end, reason)

    def _skip_white_space(self, text: str, start: int) -> int:
        """The offset of the next character that is no white space; a line break ends an open quotation."""
        if not text[start : start + 1].isspace():
            return start
        found = marks.WHITE_SPACE.match(text, start)
        end = found.end() if found else start
        if "\n" in text[start:end]:
            self._quoted = False
        return end

    def _drop_handed_out(self, start: int, at: int) -> None:
        """Drop text[:start], which has been handed out; the scan has come to `at`."""
        line_start = self._text.rfind("\n", 0, start) + 1
        self._column = start - line_start if line_start else self._column + start
        self._text = self._text[start:]
        self._offset += start
        self._scanned = at - start
        needs_scan = at == start or self._is_waiting or self._in_code
        self._shortcut_limit = 0 if needs_scan else len(self._text) + room_for(self._text, self._longest)

    def _is_in_formula(self) -> bool:
        """Whether the buffer ends inside a formula, or in what may be one."""
        if not maths.may_contain(self._text):
            return False
        try:
            return maths.formula_at(self._text, 0, len(self._text), final=False) is not None
        except MoreTextNeeded:
            return True

    def _piece(self, start: int, end: int, reason: str) -> Piece:
        body = self._text[start:end].rstrip()
        return Piece(body, self._offset + start, self._offset + start + len(body), reason, self._language)
