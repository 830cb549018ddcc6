"""The part of a sentence that is spoken: without markup, and without sounds that the engine does not know.

Laws: time is linear; nothing is changed but what is dropped or replaced; `SpokenText.offsets` maps every
character to where it was typed; a text without markup is not changed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from voice_server.core.text.change_log import ChangeLog
from voice_server.core.text.offsets import Edit, OffsetMap, rewrite
from voice_server.core.text.speakable.citations import CitationPolicy
from voice_server.core.text.speakable.markdown import MarkdownScan, Step, may_contain_markup
from voice_server.core.text.speakable.pictures import EmojiPolicy
from voice_server.core.text.speakable.symbols import has_speech
from voice_server.core.text.speakable.unicode_forms import plain_form

Markup = Literal["speak", "strip"]

# A gap has no blank before it, so that a long one is matched once and not from each of its blanks.
_GAP = re.compile(r"(?<![ \t])[ \t]++(?P<before_mark>(?=[,.;:!?…।،؛؟]++(?:\s|\Z)))?")


@dataclass(frozen=True, slots=True)
class SpokenText:
    """A sentence as it is spoken; `text` is empty if nothing of it is.

    `offsets` maps `text` to the sentence as typed; `dropped_tags` are the names of the sounds that the engine
    does not know, in order.
    """

    text: str
    offsets: OffsetMap
    dropped_tags: tuple[str, ...] = ()


def speakable(
    text: str,
    *,
    markup: Markup = "strip",
    known_tags: frozenset[str] = frozenset(),
    language: str = "en",
    emoji: EmojiPolicy = "skip",
    citations: CitationPolicy = "skip",
    log: ChangeLog | None = None,
) -> SpokenText:
    """Return what is spoken of one sentence.

    `strip` removes markup; `speak` removes only the sounds that are not in `known_tags`, as `strip` does too.
    `language` is the BCP 47 tag of the words that stand for formulas and pictures. `skip` leaves out
    citations, and emoji but for those that carry a meaning; `say` leaves the first as typed and names the
    second. A `log` is told what was changed, but for the gaps that are closed.
    """
    plain, offsets = plain_form(text)
    if log is not None:
        log.add_each("characters", text, offsets.edits(plain), OffsetMap.identity(len(text)))
    if not may_contain_markup(plain):
        return _unless_silent(text, plain, offsets, ())
    language = language.partition("-")[0].lower()
    scan = MarkdownScan(plain, known_tags, language=language, emoji=emoji, citations=citations)
    steps: list[Step] | None = None if log is None else []
    if markup == "strip":
        scan.strip(steps)
    else:
        scan.drop_tags()
    if log is not None:
        _add_steps(log, plain, scan, steps or [("sound", len(scan.edits))], offsets)
    if not scan.edits:
        return _unless_silent(text, plain, offsets, ())
    stripped, later = rewrite(plain, sorted(scan.edits, key=lambda edit: edit.start))
    tidied, tidying = rewrite(stripped, _white_space_edits(stripped))
    spoken, last = plain_form(
        tidied, keeps_backticks=True
    )  # what entities stand for, and letters that markup parted
    if log is not None:
        log.add_each("characters", tidied, last.edits(spoken), offsets.then(later).then(tidying))
    offsets = offsets.then(later).then(tidying).then(last)
    return _unless_silent(text, spoken, offsets, tuple(scan.dropped_tags))


def _add_steps(log: ChangeLog, plain: str, scan: MarkdownScan, steps: list[Step], offsets: OffsetMap) -> None:
    """Tell the log of a scan's edits: what a step found is one change."""
    done = 0
    for rule, until in steps:
        if until > done:
            log.add(rule, plain, scan.edits[done:until], offsets)
        done = until


def _unless_silent(typed: str, spoken: str, offsets: OffsetMap, dropped_tags: tuple[str, ...]) -> SpokenText:
    """The result, with an empty text if `spoken` has nothing to speak."""
    if not has_speech(spoken):
        spoken, offsets = rewrite(typed, [Edit(0, len(typed))])
    return SpokenText(spoken, offsets, dropped_tags)


def _white_space_edits(text: str) -> Iterator[Edit]:
    """Yield edits that close the gaps that dropped markup left: doubled blanks, and blanks before a mark."""
    end = len(text.rstrip())
    start = len(text) - len(text.lstrip())
    if start:
        yield Edit(0, start)
    for gap in _GAP.finditer(text, start, max(start, end)):
        if gap["before_mark"] is not None:
            yield Edit(*gap.span())
        elif gap.end() - gap.start() > 1:
            yield Edit(gap.start() + 1, gap.end())
    if start < end < len(text):
        yield Edit(end, len(text))
