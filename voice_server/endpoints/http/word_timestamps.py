"""Word times as JSON: seconds, what stands between the words, and where each stands in the text as typed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import msgspec

from voice_server.core.types import TimesSource, WordMark
from voice_server.endpoints.http.responses import TimedWords


class SpokenWord(msgspec.Struct, kw_only=True):
    """A word: times in seconds from the first sample, `chars` its place [from, to) in the text as typed."""

    word: str
    start_time: float
    end_time: float
    phonemes: str
    whitespace: str
    chars: tuple[int, int]


_AFTER_WORD = re.compile(r"[^\w\s]*(\s*)")
_TRUSTED: tuple[TimesSource, ...] = ("estimate", "engine", "model")


def spoken_words(text: str, batches: Sequence[TimedWords]) -> tuple[Iterator[SpokenWord], TimesSource]:
    """Return the words of a text, and the least exact of the places that their times come from."""
    sources = {batch.source for batch in batches}
    source: TimesSource = next((each for each in _TRUSTED if each in sources), "estimate")
    return (_word_of(text, mark) for batch in batches for mark in batch.marks), source


def _word_of(text: str, mark: WordMark) -> SpokenWord:
    after = _AFTER_WORD.match(text, mark.end)
    return SpokenWord(
        word=mark.word,
        start_time=round(mark.start_ms / 1000, 3),
        end_time=round(mark.end_ms / 1000, 3),
        phonemes=mark.phonemes,
        whitespace=after.group(1) if after else "",
        chars=(mark.start, mark.end),
    )
