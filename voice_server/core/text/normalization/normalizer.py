"""Text as it is said: digits, signs and abbreviations in words, with a map back to what was written.

Each rule finds what it knows in all of the text; what an earlier rule has taken a later one leaves. Time is
linear, since every pattern is bounded. A language without words here is not changed.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache

from voice_server.core.text.normalization.abbreviation_rules import abbreviation_rules
from voice_server.core.text.normalization.address_rules import address_rules
from voice_server.core.text.normalization.amount_rules import amount_rules
from voice_server.core.text.normalization.code_rules import code_rules
from voice_server.core.text.normalization.date_rules import date_rules
from voice_server.core.text.normalization.duration_rules import duration_rules
from voice_server.core.text.normalization.length_rules import length_rules
from voice_server.core.text.normalization.name_rules import name_rules
from voice_server.core.text.normalization.number_rules import number_rules
from voice_server.core.text.normalization.polish_rules import polish_rules
from voice_server.core.text.normalization.prefilter import ANY_NUMBER, atoms_of
from voice_server.core.text.normalization.rule import Language, Rule, language
from voice_server.core.text.normalization.sign_rules import sign_rules
from voice_server.core.text.normalization.time_rules import time_rules
from voice_server.core.text.normalization.weekday_rules import weekday_rules
from voice_server.core.text.offsets import Edit, OffsetMap, rewrite
from voice_server.core.types import NORMALIZED_KINDS, NormalizedKind, Span

_RULES: Sequence[tuple[Callable[[Language], list[Rule]], bool]] = (
    (address_rules, False),
    (duration_rules, True),
    (date_rules, True),
    (polish_rules, False),
    (weekday_rules, False),
    (time_rules, True),
    (code_rules, True),
    (name_rules, True),
    (length_rules, True),
    (amount_rules, True),
    (abbreviation_rules, False),
    (number_rules, True),
    (sign_rules, False),
)
"""In the order in which they may take what is written, and whether they need a number."""


def normalized(
    text: str,
    tag: str,
    kinds: frozenset[NormalizedKind] = NORMALIZED_KINDS,
    kept: Sequence[Span] = (),
    changes: list[tuple[NormalizedKind, Sequence[Edit]]] | None = None,
) -> tuple[str, OffsetMap]:
    """Return `text` as it is said in the language `tag` (BCP 47), and the map of its offsets.

    Only what is of these kinds is changed; without "numbers" they stay digits beside a unit or a sign too.
    `kept` are parts of the text, in order, that stay as they are.
    A list `changes` gets the edits of each place, with their kind.
    """
    edits: list[Edit] = []
    taken = list(kept)
    atoms = atoms_of(text)
    for rule in rules_of(tag.partition("-")[0].lower(), kinds, has_number=ANY_NUMBER in atoms):
        if rule.needs and rule.needs.isdisjoint(atoms):
            continue
        for match in rule.pattern.finditer(text):
            found = rule.read(match)
            if not found:
                continue
            span = (found[0].start, found[-1].end)
            at = bisect_left(taken, span)
            if (at and taken[at - 1][1] > span[0]) or (at < len(taken) and taken[at][0] < span[1]):
                continue
            taken.insert(at, span)
            edits += found
            if changes is not None:
                changes.append((rule.kind, found))
    if not edits:
        return text, OffsetMap.identity(len(text))
    edits.sort(key=lambda edit: edit.start)
    return rewrite(text, edits)


def prepare() -> None:
    """Load the libraries and make the rules of English, ahead of the first text: that takes 0.1 s.

    Another language's rules take 10 to 50 ms when its first text comes.
    """
    for kinds in (NORMALIZED_KINDS, NORMALIZED_KINDS - {"numbers"}):
        normalized("5 kg, $3, 2024-03-15", "en", kinds)


@lru_cache(maxsize=128)
def rules_of(
    tag: str, kinds: frozenset[NormalizedKind] = NORMALIZED_KINDS, *, has_number: bool = True
) -> tuple[Rule, ...]:
    """The rules for a text with a number, or without one: those take far less to make.

    `tag` is a language of two letters; one that is not known has no rules.
    """
    known = language(tag, keeps_digits="numbers" not in kinds)
    if known is None:
        return ()
    makers = [make for make, needs_number in _RULES if has_number or not needs_number]
    rules = [rule for make in makers for rule in make(known) if rule.kind in kinds]
    return tuple(rules if known.words.space else map(_between_letters, rules))


def _between_letters(rule: Rule) -> Rule:
    """A rule for a language without spaces: its letters may touch what is meant, Latin ones not."""
    flags = rule.pattern.flags & ~re.UNICODE | re.ASCII
    return replace(rule, pattern=re.compile(rule.pattern.pattern, flags))
