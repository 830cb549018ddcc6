"""Labels of speakers at the beginning of a line: `Anna: …`, `**Anna:** …`, `Anna (whispering): …`."""

from __future__ import annotations

import re
from collections.abc import Collection

from voice_server.core.text.splitting.mark_context import MoreTextNeeded

_OPENING = re.compile("[*_]{0,3}")
_REST = re.compile(r"[*_]{0,3}[ \t]?(?:\([^()\n]{1,40}\)[*_]{0,3}[ \t]?)?[:：][*_]{0,3}(?![*_])[ \t]{0,8}+")
_PARTIAL_REST = re.compile(
    r"[*_]{0,3}[ \t]?(?:\([^()\n]{0,40}|\([^()\n]{1,40}\)[*_]{0,3}[ \t]?)?(?:[:：][*_]{0,3}[ \t]{0,7})?"
)


def label_at(text: str, at: int, names: Collection[str], *, final: bool) -> tuple[str, int] | None:
    """The one of `names` whose label stands at `at`, and where that ends; None where there is none.

    Raises MoreTextNeeded while that is open. Longer names come first in `names`.
    """
    opening = _OPENING.match(text, at)
    assert opening is not None
    start = opening.end()
    for name in names:
        written = text[start : start + len(name)].casefold()
        end = start + len(name)
        if written == name.casefold():
            if not final and _PARTIAL_REST.fullmatch(text, end):
                raise MoreTextNeeded
            rest = _REST.match(text, end)
            if rest is not None:
                return name, rest.end()
        elif not final and end > len(text) and name.casefold().startswith(written):
            raise MoreTextNeeded
    return None
