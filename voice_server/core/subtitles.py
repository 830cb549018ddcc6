"""Subtitles from word times: SubRip and WebVTT.

Words are gathered into cues that end with a sentence, before a line grows too long to read, or after a pause.
The text of a cue is cut from the text as typed, so that punctuation is there. Formats: the SubRip convention,
and W3C's WebVTT (`&`, `<` and `>` are escaped, a blank line ends a cue).
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
_CLOSERS = " \t\r\n\"')]}’”»"


@dataclass(frozen=True, slots=True)
class Cue:
    """A piece of text and when it is shown."""

    start_ms: float
    end_ms: float
    text: str


def cues(text: str, marks: Sequence[WordMark]) -> list[Cue]:
    """Return the cues of a text whose words are marked, with offsets into it, in order."""
    return [_cue(text, group, until) for group, until in _groups(text, marks)]


def to_srt(shown: Iterable[Cue]) -> str:
    """Return cues as a SubRip file."""
    return "".join(
        f"{number}\n{_time(cue.start_ms, ',')} --> {_time(cue.end_ms, ',')}\n{cue.text}\n\n"
        for number, cue in enumerate(shown, start=1)
    )


def to_vtt(shown: Iterable[Cue]) -> str:
    """Return cues as a WebVTT file."""
    blocks = (
        f"{_time(cue.start_ms, '.')} --> {_time(cue.end_ms, '.')}\n{escape(cue.text, quote=False)}\n\n"
        for cue in shown
    )
    return "WEBVTT\n\n" + "".join(blocks)


def _groups(text: str, marks: Sequence[WordMark]) -> Iterator[tuple[list[WordMark], int]]:
    """The words of each cue, and where in the text the next cue begins."""
    group: list[WordMark] = []
    for mark in marks:
        if group and _breaks(text, group, mark):
            yield group, mark.start
            group = []
        group.append(mark)
    if group:
        yield group, len(text)


def _breaks(text: str, group: list[WordMark], mark: WordMark) -> bool:
    first, last = group[0], group[-1]
    closing = text[last.start : mark.start].rstrip(_CLOSERS)
    return (
        closing.endswith(_SENTENCE_ENDS)
        or mark.end - first.start > _CUE_CHARS
        or mark.end_ms - first.start_ms > _CUE_MS
        or mark.start_ms - last.end_ms > _PAUSE_MS
    )


def _cue(text: str, group: list[WordMark], until: int) -> Cue:
    first, last = group[0], group[-1]
    between = text[last.end : max(last.end, until)]
    closing = between.split(maxsplit=1)[0] if between[:1].strip() else ""
    shown = " ".join((text[first.start : last.end] + closing).split())
    return Cue(first.start_ms, max(last.end_ms, first.start_ms), shown)


def _time(ms: float, point: str) -> str:
    seconds, rest = divmod(round(ms), 1000)
    minutes, second = divmod(seconds, 60)
    return f"{minutes // 60:02d}:{minutes % 60:02d}:{second:02d}{point}{rest:03d}"
