r"""Halves of UTF-16 pairs: what programs that count in UTF-16 send where they cut a text inside a character.

JSON may write any half as `\ud83d` (RFC 8259, section 8.2), Unicode text holds none. Laws: two halves that
meet are the character; a half that is alone becomes U+FFFD; nothing else is changed.
"""

from __future__ import annotations

import re
from typing import Final

from voice_server.core.types import SpeechWarning

_REPLACEMENT: Final = "\N{REPLACEMENT CHARACTER}"

_ESCAPE: Final = re.compile(
    rb"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(u[dD][89a-fA-F][0-9a-fA-F]{2})|.)",
    re.DOTALL,
)
_ESCAPED_REPLACEMENT: Final = rb"\ufffd"


LOST_CHARACTER: Final = SpeechWarning(
    "lost_character",
    "the text has U+FFFD in place of a character that was lost, such as half of a UTF-16 pair",
)


def has_lost_character(text: str) -> bool:
    """Whether U+FFFD stands in a text for a character that was lost on the way here."""
    return _REPLACEMENT in text


def without_halves(json_text: str) -> str:
    """A JSON text with U+FFFD for each half that is alone; the same object where there is none."""
    if "\\ud" not in json_text and "\\uD" not in json_text:
        return json_text
    replaced = bytearray(json_text.encode())
    replace_halves(replaced, 0, len(replaced))
    whole = replaced.decode()
    return json_text if whole == json_text else whole


def replace_halves(json_text: bytearray, start: int, end: int) -> int:
    """Do the same to a JSON text in UTF-8 where it lies, from `start` to about `end`.

    Returns where to go on: a long text is done in several steps. It begins at 0, and ends at its length.
    """
    for escape in _ESCAPE.finditer(json_text, start):
        if escape.start() >= end:
            return escape.start()
        if escape[1]:
            json_text[escape.start() : escape.end()] = _ESCAPED_REPLACEMENT
    return len(json_text)


def joined_halves(text: str) -> tuple[str, int]:
    """The text with its halves joined, and how many of them were alone and are U+FFFD now."""
    whole = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return whole, whole.count(_REPLACEMENT) - text.count(_REPLACEMENT)


def ends_in_first_half(text: str) -> bool:
    """Whether the second half of the last character may still come."""
    return "\ud800" <= text[-1:] <= "\udbff"
