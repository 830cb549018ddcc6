"""What surrounds a mark: the facts that the rules ask for, each looked up once.

A fact that depends on characters which have not come yet raises `MoreTextNeeded`; that is the only way in
which a decision waits, so that no rule can forget to. Looking ahead is bounded, so that it cannot wait for
ever.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import NamedTuple

from voice_server.core.text.splitting import marks
from voice_server.core.text.splitting.lexicon import Lexicon

_WORD_BEFORE = 40
"""Characters before a mark that may belong to its word; a longer one is no abbreviation."""


_BEFORE_WORD = marks.OPENING + marks.DASHES + marks.BULLETS + "@#"


class MoreTextNeeded(Exception):
    """A rule needs characters that have not come yet."""


class MarkContext(NamedTuple):
    """A mark at `at` in the sentence text[start:], its last closer before `end`, the next word at
    `following`.

    `mark` is the first mark of the run and `next` the next character that is no white space, "" at the
    end of the text; `quoted` says whether the sentence began inside straight double quotes, `final` that
    no more text will come. (A named tuple because one is made for every mark.)
    """

    text: str
    start: int
    at: int
    end: int
    following: int
    mark: str
    next: str
    final: bool
    quoted: bool
    lexicon: Lexicon

    @property
    def is_glued(self) -> bool:
        """Whether the next character follows without a space."""
        return self.following == self.end

    @property
    def is_ellipsis(self) -> bool:
        """Whether the run is "…", "..", "..." or ". . ."."""
        run = self.text[self.at : self.end]
        return run[0] in marks.ELLIPSES or (run[0] == "." and run[1:].lstrip(" \u00a0")[:1] in (".", "…"))

    @property
    def is_detached(self) -> bool:
        """Whether white space stands before the mark, as in tokenised text and French."""
        return self.at > self.start and self.text[self.at - 1].isspace()

    @property
    def closes_quote(self) -> bool:
        """Whether the run ends in a closing quotation mark."""
        return self.end > self.at + 1 and self.text[self.end - 1] in marks.QUOTES

    def is_low_quote(self) -> bool:
        """Whether the comma that follows is the first of two, as an opening quote is typed in Dutch or
        German.
        """
        if self.following + 1 == len(self.text) and not self.final:
            raise MoreTextNeeded
        return self.text.startswith(",,", self.following)

    def word_before(self) -> str:
        """The word that the mark stands behind, without what opens before it."""
        words = self.text[max(self.start, self.at - _WORD_BEFORE) : self.at].rsplit(None, 1)
        return words[-1].lstrip(_BEFORE_WORD) if words else ""

    def word_after(self) -> tuple[str, str]:
        """The next word, what opens before it left out, and the character behind it."""
        at = self._skip_openers()
        found = marks.WORD.match(self.text, at)
        if found is None:
            return "", self.text[at : at + 1]
        behind = self.text[found.end() : found.end() + 1]
        joins = behind in ("'", "’", "-") and found.end() + 1 == len(self.text)
        if (joins or not behind) and not self.final:
            raise MoreTextNeeded
        return found.group(), behind

    def next_is(self, words: Collection[str]) -> bool:
        """Whether the next word up to an apostrophe is one of `words`, in lower case; waits for no other."""
        at = self._skip_openers()
        found = marks.LETTERS.match(self.text, at)
        word = found.group().lower() if found else ""
        is_whole = self.final or at + len(word) < len(self.text)
        if not is_whole and any(each.startswith(word) for each in words):
            raise MoreTextNeeded
        return is_whole and word in words

    def letter_after(self) -> str:
        """The first character of the next word, what opens before it left out."""
        at = self._skip_openers()
        return self.text[at : at + 1]

    def _skip_openers(self) -> int:
        at = self.following
        limit = min(len(self.text), at + 4)
        while at < limit and self.text[at] in marks.OPENING:
            at += 1
        if at == len(self.text) and not self.final:
            raise MoreTextNeeded
        return at


def mark_context(
    text: str, start: int, at: int, *, final: bool, quoted: bool, lexicon: Lexicon
) -> MarkContext:
    """The place of the mark at `at`; Unseen while its run of marks and closers may still grow."""
    if text[at + 1 : at + 2] == " " and text[at + 2 : at + 3].isalnum():
        end, following = at + 1, at + 2
    else:
        end = _end_of_run(text, start, at, final=final, quoted=quoted)
        following = _skip(marks.SPACES, text, end)
    if following == len(text) and not final and not any(c in marks.LINE_BREAKS for c in text[end:following]):
        raise MoreTextNeeded
    after = text[following : following + 1]
    return MarkContext(text, start, at, end, following, text[at], after, final, quoted, lexicon)


def _end_of_run(text: str, start: int, at: int, *, final: bool, quoted: bool) -> int:
    end = _skip(marks.RUN, text, at + 1)
    end = _skip(marks.CLOSER_RUN, text, end)
    end = _take_spaced_closer(text, start, end, final=final, quoted=quoted)
    reference = marks.REFERENCE.match(text, end)
    if reference is not None:
        end = reference.end()
    if marks.EMOJI_HEAD.match(text, start) is None:
        end = _skip_emoji(text, end)
    may_grow = (
        end == len(text) or marks.REFERENCE_BEGUN.match(text, end) or marks.EMOJI_TAIL_BEGUN.match(text, end)
    )
    if may_grow and not final:
        raise MoreTextNeeded
    return end


def _skip(pattern: re.Pattern[str], text: str, at: int, most: int = 64) -> int:
    """The end of what the pattern matches at `at`, at most `most` characters on: no look ahead is endless."""
    found = pattern.match(text, at, at + most)
    return found.end() if found else at


def _skip_emoji(text: str, end: int) -> int:
    return _skip(marks.EMOJI_TAIL, text, end)


def _take_spaced_closer(text: str, start: int, end: int, *, final: bool, quoted: bool) -> int:
    """The end behind a closer that stands apart: French « … ! », tokenised text, a straight quote that is
    open.
    """
    closer = text[end + 1 : end + 2]
    if text[end : end + 1] not in (" ", "\u00a0") or not closer:
        return end
    after = text[end + 2 : end + 3]
    is_open = closer == '"' and quoted != (text.count('"', start, end) % 2 == 1)
    if (closer == "'" or is_open) and not after and not final:
        raise MoreTextNeeded
    closes = (
        (is_open and not after.isalnum())
        or (closer == "»" and text.count("«", start, end) > text.count("»", start, end))
        or (closer in ")]" and not after.isalnum())
        or (closer == "'" and (after.isspace() or after == "'"))
    )
    return _skip(marks.CLOSER_RUN, text, end + 1) if closes else end
