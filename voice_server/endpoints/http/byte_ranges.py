"""The `Range` header, with which players ask for a part of a file (RFC 9110, section 14)."""

from __future__ import annotations

import re
from typing import Final

_ONE_RANGE: Final = re.compile(
    r"\s*bytes\s*=[\s,]*(\d{0,18})\s*-\s*(\d{0,18})[\s,]*", re.ASCII | re.IGNORECASE
)
_LONGEST: Final = 100
"""Characters of one range; to read longer ones takes long, and whoever sends them gets the whole file."""


def requested_range(header: str, size: int) -> range | None:
    """The bytes of a file of `size` bytes that a Range header asks for; empty where the file has none.

    None where the whole file is the answer: for another unit, several ranges, or what is no range.
    """
    written = _ONE_RANGE.fullmatch(header) if len(header) <= _LONGEST else None
    if written is None or not any(written.groups()):
        return None
    first, last = (int(each) if each else None for each in written.groups())
    if first is None:
        assert last is not None
        return range(max(0, size - last), size)
    if last is not None and last < first:
        return None
    return range(first, size if last is None else min(last + 1, size))
