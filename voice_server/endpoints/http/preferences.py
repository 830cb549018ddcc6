"""What a client prefers about the answer to one request: the header `Prefer` (RFC 7240)."""

from __future__ import annotations

import re
from typing import Final

from starlette.datastructures import Headers

_WAIT: Final = re.compile(r'(?:^|[,;])\s*wait\s*=\s*"?([0-9]{1,9})"?\s*(?=$|[,;])', re.IGNORECASE)


def preferred_wait_s(headers: Headers, default_s: float) -> float:
    """How many seconds a client would rather wait than be told to come again: `Prefer: wait=10`.

    As many as `default_s` at most; what cannot be read is no preference (RFC 7240, section 2).
    """
    found = _WAIT.search(",".join(headers.getlist("prefer")))
    return min(default_s, float(found[1])) if found else default_s
