from __future__ import annotations

import re

from voice_server.core.text.domains import TOP_LEVEL_DOMAINS


def test_words_behind_dots_are_no_domains_but_for_those() -> None:
    domains = re.compile(TOP_LEVEL_DOMAINS)
    assert all(domains.fullmatch(name) for name in ("com", "org", "io", "example", "de"))
    assert not any(domains.fullmatch(word) for word in ("js", "py", "g", "Then", "md"))
