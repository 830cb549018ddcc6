"""Subtitles from word times: SubRip and WebVTT.

Words are gathered into cues that end with a sentence, before a line grows too long to read, or after a pause.
The text of a cue is a slice of the text as typed, with its punctuation. Formats: the SubRip convention, and
W3C's WebVTT (`&`, `<` and `>` are escaped, a blank line ends a cue).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape

from voice_server.core.types import WordMark

_CUE_CHARS = 84  # two lines of 42, the usual limit of subtitles
_CUE_MS = 7000.0
_PAUSE_MS = 800.0
_SENTENCE_ENDS = tuple(".!?…。！？")
_CLOSING_CHARACTERS = " \t\r\n\"')]}’”»"


@dataclass(frozen=True, slots=True)
class Cue:
    """A piece of text, and when it is shown in milliseconds from the start of the audio."""

    start_ms: float
    end_ms: float
    text: str


def cues_of(text: str, marks: Sequence[WordMark]) -> list[Cue]:
    """Return the cues of a text whose words are marked, with offsets into it, in order."""
    return [_cue(text, group, next_start) for group, next_start in _groups(text, marks)]


def to_srt(cues: Iterable[Cue]) -> str:
    """Return cues as a SubRip file."""
    return "".join(
        f"{number}\n{_times(cue, ',')}\n{cue.text}\n\n" for number, cue in enumerate(cues, start=1)
    )


def to_vtt(cues: Iterable[Cue]) -> str:
    """Return cues as a WebVTT file."""
    return "WEBVTT\n\n" + "".join(f"{_times(cue, '.')}\n{escape(cue.text, quote=False)}\n\n" for cue in cues)


def _groups(text: str, marks: Sequence[WordMark]) -> Iterator[tuple[list[WordMark], int]]:
    """The words of each cue, and where in the text the next cue begins."""
    group: list[WordMark] = []
    for mark in marks:
        if group and _starts_new_cue(text, group, mark):
            yield group, mark.start
            group = []
        group.append(mark)
    if group:
        yield group, len(text)


def _starts_new_cue(text: str, group: list[WordMark], mark: WordMark) -> bool:
    first, last = group[0], group[-1]
    word_and_marks = text[last.start : mark.start].rstrip(_CLOSING_CHARACTERS)
    return (
        word_and_marks.endswith(_SENTENCE_ENDS)
        or mark.end - first.start > _CUE_CHARS
        or mark.end_ms - first.start_ms > _CUE_MS
        or mark.start_ms - last.end_ms > _PAUSE_MS
    )


def _cue(text: str, group: list[WordMark], next_start: int) -> Cue:
    first, last = group[0], group[-1]
    after_word = text[last.end : max(last.end, next_start)]
    punctuation = after_word.split(maxsplit=1)[0] if after_word[:1].strip() else ""
    one_line = " ".join((text[first.start : last.end] + punctuation).split())
    return Cue(first.start_ms, max(last.end_ms, first.start_ms), one_line)


def _times(cue: Cue, decimal_mark: str) -> str:
    return f"{_timestamp(cue.start_ms, decimal_mark)} --> {_timestamp(cue.end_ms, decimal_mark)}"


def _timestamp(ms: float, decimal_mark: str) -> str:
    seconds, milliseconds = divmod(round(ms), 1000)
    minutes, second = divmod(seconds, 60)
    return f"{minutes // 60:02d}:{minutes % 60:02d}:{second:02d}{decimal_mark}{milliseconds:03d}"
