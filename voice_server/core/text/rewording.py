"""Where the characters of a text came from that somebody else has rewritten, found by comparing words.

Laws: what is the same before and behind a change maps to itself; every character of a new word maps to some
that were typed, where there were any. What is longer than can be compared at once maps to all that it
replaced.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import accumulate

import regex

from voice_server.core.text.offsets import Edit, OffsetMap, rewrite

_TOKEN = regex.compile(
    r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]\p{M}*+|\w[\w\p{M}'’]*+|\s++|.",
    regex.DOTALL,
)
"""A word, a letter of a script without spaces, white space, or a mark."""

_MOST_PAIRS = 100_000
"""So many pairs of tokens are compared in 8 ms (letters at random, white space between)."""

_Change = tuple[int, int, int, int]
"""The tokens [a, b) became the tokens [c, d)."""


def reworded(before: str, after: str) -> tuple[str, OffsetMap]:
    """Return `after` and the map of its offsets to those of `before`."""
    old, new = _TOKEN.findall(before), _TOKEN.findall(after)
    at, new_at = [0, *accumulate(map(len, old))], [0, *accumulate(map(len, new))]
    changes = _joined(_with_neighbour(change, old) for change in _changes(old, new))
    return rewrite(before, [Edit(at[a], at[b], after[new_at[c] : new_at[d]]) for a, b, c, d in changes])


def _changes(old: Sequence[str], new: Sequence[str]) -> Iterator[_Change]:
    shortest = min(len(old), len(new))
    first = next((at for at in range(shortest) if old[at] != new[at]), shortest)
    same_behind = (at for at in range(shortest - first) if old[-1 - at] != new[-1 - at])
    behind = next(same_behind, shortest - first)
    old_end, new_end = len(old) - behind, len(new) - behind
    if (old_end - first) * (new_end - first) > _MOST_PAIRS:
        yield first, old_end, first, new_end
        return
    matcher = SequenceMatcher(None, old[first:old_end], new[first:new_end], autojunk=False)
    for kind, a, b, c, d in matcher.get_opcodes():
        if kind != "equal":
            yield first + a, first + b, first + c, first + d


def _with_neighbour(change: _Change, old: Sequence[str]) -> _Change:
    """The change itself, or, where nothing was replaced, with the old token beside it: best a word."""
    a, b, c, d = change
    if a < b:
        return change
    beside = [at for at in (a - 1, a) if 0 <= at < len(old)]
    if not beside:
        return change
    at = next((at for at in beside if old[at][0].isalnum()), beside[0])
    return (a - 1, b, c - 1, d) if at < a else (a, b + 1, c, d + 1)


def _joined(changes: Iterator[_Change]) -> list[_Change]:
    """The changes, those joined that share a token."""
    joined: list[_Change] = []
    for a, b, c, d in changes:
        if joined and joined[-1][1] > a:
            first_a, _, first_c, _ = joined.pop()
            joined.append((first_a, b, first_c, d))
        else:
            joined.append((a, b, c, d))
    return joined
