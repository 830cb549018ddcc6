from __future__ import annotations

import pytest

from voice_server.core.text.speakable.spoken_text import speakable

CITED = [
    ("It rose by 9 % [3, 5–7] in May.", "It rose by 9 % in May."),
    ("It works.[[1]](https://a.example/1)", "It works."),
    ("It works[1][2]. So it is.[3]", "It works. So it is."),
    ("Tea [1](https://a.example) is hot.", "Tea is hot."),
    ("as shown[^1] here", "as shown here"),
    ("The results【4†source】【1】 stand.", "The results stand."),
    ("茶很好[1]。", "茶很好。"),
    ("As found (Doe & Roe, 2019), it (Doe et al., 2019; Roe, 2020a) was.", "As found, it was."),
    ("So it is (see Müller u. a., 2019, S. 12).", "So it is."),
    ("Read ([reuters.com](https://reuters.com/a)) now.", "Read now."),
    ("[1] Doe writes of tea.", "Doe writes of tea."),
    ("**Sources:**\n1. https://acme.example/tea", "Sources:"),
    ("[2] https://doi.org/10.1000/182", ""),
]

NOT_CITED = [
    "a[1] and x2[3] and handlers[0](event)",
    "items[1] and items[2]",
    "as shown in [3] and the interval [1, 2]",
    "It is x = [1, 2] or [0, 1].",
    "He said [sic] it was (2019) in (Paris, 1889) (May 2019).",
    "[1, 2, 3]",
    "list[2]x",
    "arr[1].x",
    "【重要】お知らせ",
]


@pytest.mark.parametrize(("typed", "spoken"), CITED)
def test_citations_are_not_said(typed: str, spoken: str) -> None:
    assert speakable(typed).text == spoken


@pytest.mark.parametrize("typed", NOT_CITED)
def test_other_brackets_are_text(typed: str) -> None:
    assert speakable(typed).text == typed


def test_citations_are_said_where_a_client_wants_them() -> None:
    typed = "It rose [3] in May (Doe & Roe, 2019)."
    assert speakable(typed, citations="say").text == typed
    assert speakable("1. https://a.example/x", citations="say").text == "1. a.example"


def test_an_aside_with_a_link_is_no_citation() -> None:
    assert speakable("Read it ([the docs](https://x.y)).").text == "Read it (the docs)."
    assert speakable("Read it ([guide.md](guide.md)).").text == "Read it (guide.md)."
