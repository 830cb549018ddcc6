"""A mark and the text around it: the facts that the rules ask for.

A fact that depends on characters which have not been received raises `MoreTextNeeded`. Decisions wait in no
other way, so no rule can forget to. How far ahead the facts look is bounded, so no decision waits for ever.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import NamedTuple
from unicodedata import normalize

from voice_server.core.text.splitting import marks
from voice_server.core.text.splitting.lexicon import Lexicon

_LONGEST_WORD = 40
"""Characters before a mark that are searched for its word; a longer one is no abbreviation."""
_LONGEST_RUN = 64
"""Characters that one pattern may skip, so that the look ahead is bounded."""
_INVISIBLE = re.compile(f"[{marks.INVISIBLE}]+")
_FULL_WIDTH_OR_STYLED = re.compile("[\uff10-\uff19\uff21-\uff3a\uff41-\uff5a\U0001d400-\U0001d7ff]+")
_NEXT_WORD_CHARS = 128
"""Characters that hold the next word, decomposed, and more than one behind it."""
_DECOMPOSED_CHARS = 4
"""Characters that one composed letter may be written with, at most."""
_LOWER_CASE_WORD = re.compile(r"(?<![^\W\d_])[^\W\d_]{2,}+(?=[\"'”’)\]]*+\Z)(?<=[a-zß-öø-ÿ])")
_WORD_PREFIXES = marks.SENTENCE_OPENERS + marks.DASHES + marks.BULLETS + "@#"


class MoreTextNeeded(Exception):
    """A rule needs characters that have not been received yet."""


class MarkContext(NamedTuple):
    """A mark in the sentence text[start:], with the offsets of what belongs to it and of what follows.

    text[at:end] is the run of marks with its closing quotes and brackets, references and emoji; `mark` is its
    first character. `next_character`, at `next_at`, is the next one that is no white space, "" at the end of
    the text. `final` says that no more text will come, `quoted` that the sentence begins inside straight
    double quotes. (A named tuple, because one is made for every mark and a dataclass takes longer to make.)
    """

    text: str
    start: int
    at: int
    end: int
    next_at: int
    mark: str
    next_character: str
    final: bool
    quoted: bool
    lexicon: Lexicon

    @property
    def is_unspaced(self) -> bool:
        """Whether no white space stands between the run and the next character."""
        return self.next_at == self.end

    @property
    def is_ellipsis(self) -> bool:
        """Whether the run is "…", "..", "..." or ". . ."."""
        run = self.text[self.at : self.end]
        return run[0] in marks.ELLIPSES or (run[0] == "." and run[1:].lstrip(" \u00a0")[:1] in (".", "…"))

    @property
    def has_space_before(self) -> bool:
        """Whether white space stands before the mark, as in French and in tokenised text."""
        return self.at > self.start and self.text[self.at - 1].isspace()

    @property
    def closes_quote(self) -> bool:
        """Whether the run ends in a closing quotation mark."""
        return self.end > self.at + 1 and self.text[self.end - 1] in marks.QUOTES

    def is_low_quote_next(self) -> bool:
        """Return whether two commas follow: an opening quote, as it is typed in Dutch or German."""
        if self.next_at + 1 == len(self.text) and not self.final:
            raise MoreTextNeeded
        return self.text.startswith(",,", self.next_at)

    def word_before(self) -> str:
        """Return the word that the mark stands behind, without opening quotes, brackets and dashes.

        It is written as the words of the lists are.
        """
        words = self.text[max(self.start, self.at - _LONGEST_WORD) : self.at].rsplit(None, 1)
        return _as_listed(words[-1]).lstrip(_WORD_PREFIXES) if words else ""

    def start_of(self, word: str) -> int:
        """Return where the end of the word before the mark, `word`, begins; the text may be decomposed."""
        nearest = self.at - len(word)
        farthest = max(self.start, self.at - _DECOMPOSED_CHARS * len(word))
        for start in range(nearest, farthest - 1, -1):
            if _as_listed(self.text[start : self.at]) == word:
                return start
        return nearest  # a space stands before the mark

    def next_word(self) -> tuple[str, str]:
        """Return the next word without opening quotes and brackets, and the character behind it."""
        following = self._from_next_word_on()
        found = marks.WORD.match(following)
        if found is None:
            return "", following[:1]
        behind = following[found.end() : found.end() + 1]
        may_join = behind in ("'", "’", "-") and found.end() + 1 == len(following)
        if (may_join or not behind) and not self.final:
            raise MoreTextNeeded
        return found.group(), behind

    def is_next_word_in(self, words: Collection[str]) -> bool:
        """Return whether the next word, up to an apostrophe, is one of `words`, which are in lower case.

        More text is needed only while what has been received of it is the beginning of one of `words`.
        """
        following = self._from_next_word_on()
        found = marks.LETTERS.match(following)
        word = found.group().lower() if found else ""
        is_whole = self.final or len(word) < len(following)
        if not is_whole and any(candidate.startswith(word) for candidate in words):
            raise MoreTextNeeded
        return is_whole and word in words

    def next_word_first_character(self) -> str:
        """Return the first character of the next word, opening quotes and brackets skipped."""
        at = self._skip_openers()
        return self.text[at : at + 1]

    def _from_next_word_on(self) -> str:
        """The next word and what follows it, composed."""
        at = self._skip_openers()
        return _as_listed(self.text[at : at + _NEXT_WORD_CHARS])

    def _skip_openers(self) -> int:
        at = self.next_at
        limit = min(len(self.text), at + 4)
        while at < limit and self.text[at] in marks.SENTENCE_OPENERS:
            at += 1
        if at == len(self.text) and not self.final:
            raise MoreTextNeeded
        return at


def _as_listed(text: str) -> str:
    """Text written as in the lists: composed, in plain letters, without what is not displayed."""
    if text.isascii():
        return text
    plain = _FULL_WIDTH_OR_STYLED.sub(lambda letters: normalize("NFKC", letters[0]), _INVISIBLE.sub("", text))
    return normalize("NFC", plain)


def context_of_mark(
    text: str, start: int, at: int, *, final: bool, quoted: bool, lexicon: Lexicon
) -> MarkContext:
    """Return the context of the mark at `at`.

    Raises `MoreTextNeeded` while its run of marks and closers may grow.
    """
    if text[at + 1 : at + 2] == " " and text[at + 2 : at + 3].isalnum():
        end, next_at = at + 1, at + 2
    else:
        end = _end_of_run(text, start, at, final=final, quoted=quoted)
        end = _end_of_glued_note(text, at, end, final=final, lexicon=lexicon)
        next_at = _skip(marks.GAP, text, end)
    if next_at == len(text) and not final and not any(c in marks.LINE_BREAKS for c in text[end:next_at]):
        raise MoreTextNeeded
    next_character = text[next_at : next_at + 1]
    return MarkContext(text, start, at, end, next_at, text[at], next_character, final, quoted, lexicon)


def _end_of_run(text: str, start: int, at: int, *, final: bool, quoted: bool) -> int:
    end = _skip(marks.MARK_RUN, text, at + 1)
    end = _skip(marks.CLOSER_RUN, text, end)
    end = _end_of_spaced_closer(text, start, end, final=final, quoted=quoted)
    end -= 2 * _opens_emphasis(text, start, end)
    reference = marks.NOTE_REFERENCE.match(text, end)
    if reference is not None:
        end = reference.end()
    if marks.LEADING_EMOJI.match(text, start) is None:
        end = _skip(marks.TRAILING_EMOJI, text, end)
    may_grow = (
        end == len(text)
        or marks.PARTIAL_NOTE_REFERENCE.match(text, end)
        or marks.PARTIAL_EMOTICON.match(text, end)
    )
    if may_grow and not final:
        raise MoreTextNeeded
    return end


def _opens_emphasis(text: str, start: int, end: int) -> bool:
    """Whether the "**" before `end` belongs to the word behind it: "the end.**Next:** more"."""
    is_glued = text.startswith("**", end - 2) and text[end : end + 1].isalnum()
    return is_glued and text.count("**", start, end - 2) % 2 == 0


def _end_of_glued_note(text: str, at: int, end: int, *, final: bool, lexicon: Lexicon) -> int:
    """The end of a note's plain number behind an ordinary word: "stopped early.7 No deaths"."""
    note = marks.GLUED_NOTE_NUMBER.match(text, end, end + _LONGEST_RUN)
    if note is None or text[at] not in ".?!":
        return end
    word = _LOWER_CASE_WORD.search(text, max(0, at - _LONGEST_WORD), at)
    if word is None or word[0] in lexicon.listed or marks.WORD_WITHOUT_VOWEL.fullmatch(word[0]):
        return end
    if note.end() == len(text) or note["behind"] is None:
        if not final and not text[note.end() :].strip(",–-"):
            raise MoreTextNeeded
        return note.end() if note.end() == len(text) else end
    following = note["behind"][-1]
    if following.isspace() or note["behind"].isspace():
        if "\n" not in note["behind"] and not final:
            raise MoreTextNeeded
        return note.end()
    return note.end() if following.isupper() or following in marks.SENTENCE_OPENERS else end


def _skip(pattern: re.Pattern[str], text: str, at: int) -> int:
    """The end of what the pattern matches at `at`, within `_LONGEST_RUN` characters."""
    found = pattern.match(text, at, at + _LONGEST_RUN)
    return found.end() if found else at


def _end_of_spaced_closer(text: str, start: int, end: int, *, final: bool, quoted: bool) -> int:
    """The end of a closer with a space before it: French « … ! », tokenised text, an open straight quote."""
    closer = text[end + 1 : end + 2]
    if text[end : end + 1] not in (" ", "\u00a0") or not closer:
        return end
    after = text[end + 2 : end + 3]
    is_open_quote = closer == '"' and quoted != (text.count('"', start, end) % 2 == 1)
    if (closer == "'" or is_open_quote) and not after and not final:
        raise MoreTextNeeded
    closes = (
        (is_open_quote and not after.isalnum())
        or (closer == "»" and text.count("«", start, end) > text.count("»", start, end))
        or (closer in ")]" and not after.isalnum())
        or (closer == "'" and (after.isspace() or after == "'"))
    )
    return _skip(marks.CLOSER_RUN, text, end + 1) if closes else end
