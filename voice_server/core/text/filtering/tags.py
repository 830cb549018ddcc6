"""Tags with which a text says how it is spoken: `[pause:500ms]`, `[voice:af_bella]`, `[rate:1.2]`.

Only these exact forms count, and `<break time="1s"/>`; whatever else stands in brackets is text, or a sound.
"""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass, field

from voice_server.core.text.directives import BREAKS_MS, RATES, Style
from voice_server.core.text.splitting.mark_context import MoreTextNeeded

_MAX_NAME_CHARS = 400
_DEPTH = 64
"""So many tags of a kind may be open; of more, the outermost are forgotten."""
_PAUSE_WORDS_MS = {"short": 250.0, "": 500.0, "long": 1000.0}

_MARKS = ".,;:!?…。！？，、"
"""What belongs to the word before a tag that it touches: `[/voice].`"""
_NUMBER = r"\d{1,6}(?:\.\d{1,3})?"
_TAG = re.compile(
    rf"""
      \[(?: (?P<length>short[ _]|long[ _]|)pause
          | pause(?:[ ]?:[ ]?|[ ])(?P<pause>{_NUMBER})[ ]?(?P<unit>ms|s)
          | voice[ ]?:[ ]?(?P<voice>[^\[\]\n]{{1,{_MAX_NAME_CHARS}}})
          | rate[ ]?:[ ]?(?:(?P<rate>{_NUMBER})(?P<percent>[ ]?%)?|(?P<word>{"|".join(RATES)}))
          | /(?P<closed>voice|rate)
        )[ ]?\](?P<marks>[{_MARKS}]{{0,8}})(?P<behind>.?)
    | <break(?P<attributes>(?:\s{{1,8}}(?:time|strength)\s?=\s?
                              (?:"[^"<>\n]{{0,40}}"|'[^'<>\n]{{0,40}}'))*)\s{{0,8}}/?>
    """,
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
)
_PARTIAL = re.compile(
    rf"""
      \[(?:(?:short|long)[ _])?(?:p(?:a(?:u(?:se?)?)?)?)?
    | \[(?:s(?:h(?:o(?:rt?)?)?)?|l(?:o(?:ng?)?)?|v(?:o(?:i(?:ce?)?)?)?|r(?:a(?:te?)?)?)
    | \[pause[ ]?[:]?[ ]?[\d.]{{0,10}}[ ]?(?:ms?|s)?[ ]?
    | \[(?:pause|(?:short|long)[ _]pause)[ ]?
    | \[voice[ ]?(?::[^\[\]\n]{{0,{_MAX_NAME_CHARS}}})?
    | \[rate[ ]?(?::[ ]?(?:[\d.]{{0,10}}[ ]?%?|[a-z-]{{0,7}})[ ]?)?
    | \[/[a-z]{{0,5}}[ ]?
    | <(?:b(?:r(?:e(?:ak?)?)?)?)?
    | <break(?:\s{{1,8}}(?:[a-z]{{1,8}}(?:\s?=\s?(?:"[^"<>\n]{{0,40}}"?|'[^'<>\n]{{0,40}}'?)?)?)?)*\s{{0,8}}/?
    """,
    re.IGNORECASE | re.VERBOSE,
)
_ATTRIBUTE = re.compile(r"""(time|strength)\s?=\s?["']\s*([^"']*?)\s*["']""", re.IGNORECASE)
_TIME = re.compile(rf"\+?({_NUMBER}|\.\d{{1,3}})\s?(ms|s)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag that ends at `end`: a pause, the beginning of a voice or a rate, or the end of what is `closed`.

    What stands from there to `holds_from` belongs to the word before the tag.
    """

    end: int
    holds_from: int
    pause_ms: float | None = None
    voice: str | None = None
    rate: float | None = None
    closed: str | None = None


def tag_at(text: str, at: int, *, final: bool) -> Tag | None:
    """The tag that begins at `at`, or None. Raises MoreTextNeeded while that is open."""
    match = _TAG.match(text, at)
    if match is None:
        if not final and _PARTIAL.fullmatch(text, at):
            raise MoreTextNeeded
        return None
    if match["attributes"] is not None:
        pause_ms = break_ms({name.lower(): value for name, value in _ATTRIBUTE.findall(match[0])})
        return None if pause_ms is None else Tag(match.end(), match.end(), pause_ms=pause_ms)
    if not match["behind"] and not final:
        raise MoreTextNeeded
    if match["marks"] + match["behind"] == "(":
        return None  # the text of a link
    return _tag_of(match)


def _tag_of(match: re.Match[str]) -> Tag | None:
    end, behind_marks = match.span("marks")
    if match["length"] is not None:
        return Tag(end, behind_marks, pause_ms=_PAUSE_WORDS_MS[match["length"].lower().rstrip(" _")])
    if match["pause"] is not None:
        return Tag(end, behind_marks, pause_ms=_milliseconds(match["pause"], match["unit"]))
    if match["closed"] is not None:
        return Tag(end, behind_marks, closed=match["closed"].lower())
    if match["voice"] is not None:
        voice = match["voice"].strip()
        return Tag(end, end, voice=voice) if voice else None
    if match["word"] is not None:
        return Tag(end, end, rate=RATES[match["word"].lower()])
    rate = float(match["rate"]) / (100 if match["percent"] else 1)
    return Tag(end, end, rate=rate) if rate else None


def break_ms(attributes: dict[str, str]) -> float | None:
    """How long a break with these attributes is; None for a time or a strength that there is not."""
    if (time := attributes.get("time")) is not None:
        found = _TIME.fullmatch(time)
        return None if found is None else _milliseconds(found[1], found[2])
    return BREAKS_MS.get(attributes.get("strength", "medium").lower())


def _milliseconds(number: str, unit: str) -> float:
    return float(number) * (1 if unit.lower() == "ms" else 1000)


@dataclass(slots=True)
class OpenTags:
    """The tags that hold at a place of a text, and who speaks there; `style` is what follows from them."""

    speaker: str | None = None
    _voices: deque[str] = field(default_factory=lambda: deque(maxlen=_DEPTH))
    _rates: deque[float] = field(default_factory=lambda: deque(maxlen=_DEPTH))

    def take(self, tag: Tag) -> None:
        """Go on behind a tag; one that closes nothing changes nothing."""
        if tag.voice is not None:
            self._voices.append(tag.voice)
        elif tag.rate is not None:
            self._rates.append(tag.rate)
        elif tag.closed == "voice" and self._voices:
            self._voices.pop()
        elif tag.closed == "rate" and self._rates:
            self._rates.pop()

    def begin_speaker(self, name: str) -> None:
        """Somebody speaks from here on, with the own voice."""
        self.speaker = name
        self._voices.clear()

    @property
    def style(self) -> Style:
        """How the text is said here."""
        return Style(
            speaker=self.speaker,
            voice=self._voices[-1] if self._voices else None,
            rate=self._rates[-1] if self._rates else 1.0,
        )
