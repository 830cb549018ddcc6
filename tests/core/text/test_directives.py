"""What a style says by itself, and the words for rates and breaks."""

from __future__ import annotations

from itertools import pairwise

from voice_server.core.text.directives import BREAKS_MS, PLAIN, RATES, Directive, Style


def test_a_style_that_says_nothing_is_as_the_request_says() -> None:
    assert Style() == PLAIN
    assert Style(rate=1.5) != PLAIN


def test_a_directive_changes_nothing_that_it_does_not_name() -> None:
    directive = Directive(3)
    assert (directive.pause_ms, directive.style, directive.ends_sentence) == (None, None, False)


def test_the_words_are_in_order() -> None:
    rates = [RATES[name] for name in ("x-slow", "slow", "medium", "fast", "x-fast")]
    for values in (rates, list(BREAKS_MS.values())):
        assert all(lower < higher for lower, higher in pairwise(values))
    assert RATES["default"] == RATES["medium"] == 1
