"""Restricts SSML to what the library parses safely: known elements of ordinary length, the rest as text; and
finds the text in it.

The library's own parser trusts its input; a tag without an end or with a long attribute overruns its buffers.
It is silent for as long as a break says, hours if need be; here that is 10 s at most.
Characters are replaced one by one, so that offsets stay valid.
"""

from __future__ import annotations

import re

_ELEMENTS = "speak|voice|prosody|say-as|sub|break|p|s|emphasis|mark|lang|phoneme|tts:style"
_ATTRIBUTE = r"""\s+[\w:-]{1,20}\s*=\s*(?:"[\w .,:%+#/-]{0,60}"|'[\w .,:%+#/-]{0,60}')"""
_KNOWN = re.compile(
    rf"<(?:{_ELEMENTS})(?:{_ATTRIBUTE}){{0,4}}\s?/?>|</(?:{_ELEMENTS})\s?>|&(?:amp|lt|gt|quot|apos|nbsp);",
    re.ASCII,
)
_TIME = re.compile(r"(?<![\d.])(\d+)(?=(?:\.\d*)?(m?s)?)", re.ASCII)
_LONGEST_BREAK_S = 10
_SPECIAL = str.maketrans("<>&", "   ")


def safe_ssml(ssml: str) -> str:
    """`ssml` with a space for each special character of no known element or entity, and with short breaks."""
    parts: list[str] = []
    end = 0
    for known in _KNOWN.finditer(ssml):
        element = _TIME.sub(_short_time, known[0]) if known[0].startswith("<break") else known[0]
        parts += (ssml[end : known.start()].translate(_SPECIAL), element)
        end = known.end()
    return "".join((*parts, ssml[end:].translate(_SPECIAL)))


def _short_time(time: re.Match[str]) -> str:
    """The number of a time in as many digits, at most 10 s; without a unit the library takes milliseconds."""
    digits, unit = time[1], time[2]
    longest = _LONGEST_BREAK_S if unit == "s" else 1000 * _LONGEST_BREAK_S
    return f"{min(int(digits), longest):0{len(digits)}}"


def text_of(ssml: str) -> str:
    """`ssml` with a space in place of every character of a known element, or of an entity but its first."""
    return _KNOWN.sub(_blanked, ssml)


def _blanked(known: re.Match[str]) -> str:
    return known[0][0].replace("<", " ").ljust(len(known[0]))
