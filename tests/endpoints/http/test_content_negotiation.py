"""A person's browser names HTML first; a program takes anything, or JSON."""

from __future__ import annotations

import pytest

from voice_server.endpoints.http.content_negotiation import prefers_html

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


@pytest.mark.parametrize(
    ("accept", "is_page"),
    [
        (BROWSER, True),
        ("TEXT/HTML", True),
        ("text/html;q=0.5, application/json;q=0.4", True),
        ("*/*", False),
        ("", False),
        ("application/json", False),
        ("application/json, text/html;q=0.9", False),
        ("text/html;q=0", False),
        ("text/html;q=much", False),
    ],
)
def test_a_page_is_for_whoever_likes_html_best(accept: str, is_page: bool) -> None:
    assert prefers_html(accept) is is_page


def test_of_two_that_are_liked_equally_html_wins_in_either_order() -> None:
    assert prefers_html("text/html, application/json")
    assert prefers_html("application/json, text/html")
    assert prefers_html("application/json;q=0.7, text/html;q=0.7")
