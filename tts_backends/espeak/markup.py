"""Restricts SSML to what the library parses safely: known elements of ordinary length, the rest as text; and
finds the text in it.

The library's own parser trusts its input; a tag without an end or with a long attribute overruns its buffers.
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
_SPECIAL = str.maketrans("<>&", "   ")


def safe_ssml(ssml: str) -> str:
    """`ssml` with a space in place of every special character that belongs to no known element or entity."""
    parts: list[str] = []
    end = 0
    for known in _KNOWN.finditer(ssml):
        parts += (ssml[end : known.start()].translate(_SPECIAL), known[0])
        end = known.end()
    return "".join((*parts, ssml[end:].translate(_SPECIAL)))


def text_of(ssml: str) -> str:
    """`ssml` with a space in place of every character of a known element, or of an entity but its first."""
    return _KNOWN.sub(_blanked, ssml)


def _blanked(known: re.Match[str]) -> str:
    return known[0][0].replace("<", " ").ljust(len(known[0]))
