"""Subtitles from word times: SubRip and WebVTT.

Words are gathered into cues that end with a sentence, before a line grows too long to read, or after a pause.
The text of a cue is a slice of the text as typed, with the marks and quotes round it and without what is not
for the ear. Formats: the SubRip
convention, and W3C's WebVTT (`&`, `<` and `>` are escaped, a blank line ends a cue).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from html import escape

from voice_server.core.speech.speech_settings import DEFAULT_CODE, MarkupPolicy
from voice_server.core.text.filtering.filtered_text import FilteredText
from voice_server.core.text.filtering.ssml_filter import SENTENCE_ELEMENTS, SsmlFilter
from voice_server.core.text.filtering.ssml_syntax import ssml_tag_at
from voice_server.core.text.filtering.tags import tag_at
from voice_server.core.text.filtering.text_filter import TextFilter
from voice_server.core.text.pronunciation.phonemes import without_phonemes
from voice_server.core.text.splitting.splitter import Splitter, SplitterOptions
from voice_server.core.types import Span, WordMark

_CUE_CHARS = 84  # two lines of 42, the usual limit of subtitles
_CUE_MS = 7000.0
_PAUSE_MS = 800.0
_SLICE_CHARS = 250
_LONG_GAP_CHARS = 1000
"""Characters without a word behind which a sentence begins in any case."""
_MOST_MARKS = 64
"""Characters of marks and quotes that are shown beside a word."""
_TAG_START = re.compile(r"[<\[]")
_ELEMENT = re.compile(r"</?([A-Za-z][\w:.-]{0,63})(?:[\s/][^<>]{0,2000})?>")
_OPENING_CHARACTERS = "“„‚‘‹([{¿¡「『（【《〈$€£¥#@&"
_MARKS_BEHIND = re.compile(r"\S*+(?:[ \u00a0\u202f]?[»!?;:]+)*+")
"""With the space that stands before some marks in French."""
_OPENING = re.compile(rf"(?:[{re.escape(_OPENING_CHARACTERS)}]|«\s?|(?<!\S)[\"'])+\Z")
"""What belongs to the word behind it."""


@dataclass(frozen=True, slots=True)
class Cue:
    """A piece of text, and when it is shown in milliseconds from the start of the audio."""

    start_ms: float
    end_ms: float
    text: str


def cues_of(
    text: str, marks: Iterable[WordMark], language: str | None = None, *, markup: MarkupPolicy = "strip"
) -> Iterator[Cue]:
    """Yield the cues of a text whose words are marked, with offsets into it, in order.

    `language` is the text's, as a BCP 47 tag, or None to guess; `markup` says what its markup is.
    """
    shown = 0
    for group, next_start in _groups(_blanked(text) if markup == "ssml" else text, marks, language):
        first, last = group[0], group[-1]
        start = _start_of_marks(text, shown, first.start)
        shown = _end_of_marks(text, last.end, next_start)
        until = _before_tag(text, start, shown, markup)
        shown_text = _for_the_ear(text[start:until], language, markup)
        yield Cue(first.start_ms, max(last.end_ms, first.start_ms), " ".join(shown_text.split()))


def _blanked(text: str) -> str:
    """The text of SSML with a blank for each character of a tag, and a line break where sentences end."""
    return _ELEMENT.sub(
        lambda tag: ("\n" if tag[1].lower() in SENTENCE_ELEMENTS else " ").ljust(len(tag[0])), text
    )


def _before_tag(text: str, start: int, end: int, markup: MarkupPolicy) -> int:
    """The end of the slice [start, end), or where a tag begins that goes on behind it: it may have blanks."""
    at = max(text.rfind("<", start, end), text.rfind("[", start, end))
    if at < 0:
        return end
    tag = ssml_tag_at(text, at, final=True) if markup == "ssml" else tag_at(text, at, final=True)
    return end if tag is None or tag.end <= end else at


def _for_the_ear(text: str, language: str | None, markup: MarkupPolicy) -> str:
    """A slice of the text without thoughts and tags, and with the phrase where the fence of code is."""
    if markup == "ssml":
        ssml_filter = SsmlFilter(FilteredText(), language=language or "en")
        return without_phonemes(ssml_filter.feed(text) + ssml_filter.finish())[0]
    text_filter = TextFilter()
    text_filter.configure(is_on=True, code=DEFAULT_CODE, language=language)
    return text_filter.feed(text) + text_filter.finish()


def to_srt(cues: Iterable[Cue]) -> Iterator[str]:
    """Yield the parts of a SubRip file, a cue each."""
    for number, cue in enumerate(cues, start=1):
        yield f"{number}\n{_times(cue, ',')}\n{cue.text}\n\n"


def to_vtt(cues: Iterable[Cue]) -> Iterator[str]:
    """Yield the parts of a WebVTT file: its name, then a cue each."""
    yield "WEBVTT\n\n"
    for cue in cues:
        yield f"{_times(cue, '.')}\n{escape(cue.text, quote=False)}\n\n"


def _groups(
    text: str, marks: Iterable[WordMark], language: str | None
) -> Iterator[tuple[list[WordMark], int]]:
    """The words of each cue, and where in the text the next cue begins."""
    group: list[WordMark] = []
    sentence_starts: Iterator[int] = iter(())
    sentence_start = 0
    read_to = -_LONG_GAP_CHARS
    for mark in written_words(marks):
        if mark.start - read_to >= _LONG_GAP_CHARS:
            sentence_starts, sentence_start = _sentence_starts(text, mark.start, language), mark.start
        read_to = mark.end
        while group and sentence_start < group[-1].end:
            sentence_start = next(sentence_starts, len(text))
        if group and (sentence_start <= mark.start or _is_full(group, mark)):
            yield group, mark.start
            group = []
        group.append(mark)
    if group:
        yield group, len(text)


def written_words(marks: Iterable[WordMark], text: str | None = None) -> Iterator[WordMark]:
    """One mark for each word as typed, of which normalization may have made several ("$4.5M").

    With the `text` as typed the words are those of it.
    """
    for mark in _merged(marks):
        yield mark if text is None else replace(mark, word=text[mark.start : mark.end])


def _merged(marks: Iterable[WordMark]) -> Iterator[WordMark]:
    written: WordMark | None = None
    for mark in marks:
        if written is not None and mark.start < written.end:
            written = replace(written, end_ms=mark.end_ms, end=max(written.end, mark.end))
            continue
        if written is not None:
            yield written
        written = mark
    if written is not None:
        yield written


def typed_words(
    text: str, marks: Iterable[WordMark], sentence: Span, *, with_signs: bool = False
) -> Iterator[WordMark]:
    """The words of a sentence as they are typed in the text, one mark for each.

    `with_signs` with the punctuation and quotes beside it, which belong to no other word.
    """
    shown, sentence_end = sentence
    words = list(written_words(marks, text))
    next_starts = [*(each.start for each in words[1:]), sentence_end]
    for word, next_start in zip(words, next_starts, strict=False):
        start, end = word.start, word.end
        if with_signs:
            start = _start_of_marks(text, shown, start)
            shown = _end_of_marks(text, end, next_start)
            tag = _TAG_START.search(text, end, shown)
            end = tag.start() if tag else shown
        yield replace(word, word=text[start:end], start=start, end=end)


def _sentence_starts(text: str, start: int, language: str | None) -> Iterator[int]:
    """Where sentences begin from `start` on; little of the text is read ahead."""
    splitter = Splitter(SplitterOptions(language=language))
    for at in range(start, len(text), _SLICE_CHARS):
        yield from (start + piece.start for piece in splitter.feed(text[at : at + _SLICE_CHARS]))
    yield from (start + piece.start for piece in splitter.finish())


def _is_full(group: list[WordMark], mark: WordMark) -> bool:
    """Whether a word has to begin a new cue because the one before it has enough."""
    first, last = group[0], group[-1]
    return (
        mark.end - first.start > _CUE_CHARS
        or mark.end_ms - first.start_ms > _CUE_MS
        or mark.start_ms - last.end_ms > _PAUSE_MS
    )


def _start_of_marks(text: str, shown: int, at: int) -> int:
    """The start of the marks in front of a word, of what was not shown yet."""
    opening = _OPENING.search(text, max(shown, at - _MOST_MARKS), at)
    return opening.start() if opening else at


def _end_of_marks(text: str, at: int, next_start: int) -> int:
    """The end of the marks behind a word, without those that belong to the next one."""
    marks = _MARKS_BEHIND.match(text, at, max(at, min(next_start, at + _MOST_MARKS)))
    end = marks.end() if marks else at
    if end == next_start < len(text):
        end = at + len(text[at:end].rstrip(_OPENING_CHARACTERS + "«"))
    return end


def _times(cue: Cue, decimal_mark: str) -> str:
    return f"{_timestamp(cue.start_ms, decimal_mark)} --> {_timestamp(cue.end_ms, decimal_mark)}"


def _timestamp(ms: float, decimal_mark: str) -> str:
    seconds, milliseconds = divmod(round(ms), 1000)
    minutes, second = divmod(seconds, 60)
    return f"{minutes // 60:02d}:{minutes % 60:02d}:{second:02d}{decimal_mark}{milliseconds:03d}"
