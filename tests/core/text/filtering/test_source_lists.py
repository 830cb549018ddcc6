"""A list of sources has a heading that says so and an entry that looks like one; anything else is text."""

from __future__ import annotations

import pytest

from tests.core.text.filtering.filtering import filtered
from voice_server.core.text.filtering.text_filter import TextFilter

SOURCES = "1. Doe, J. (2021). Tea. *J. Bev. Sci.*, 4(2), 11–19.\n2. https://acme.example/tea\n3. A leaflet\n"


def heard(text: str, size: int | None = None, *, language: str | None = None) -> str:
    """What a filter that skips sources lets through of a text that comes in pieces of a size."""
    reader = TextFilter()
    reader.configure(is_on=True, code="announce", language=language, skips_sources=True)
    size = size or max(len(text), 1)
    tokens = [text[at : at + size] for at in range(0, len(text), size)]
    return "".join(map(reader.feed, tokens)) + reader.finish()


@pytest.mark.parametrize(
    "heading",
    [
        "Sources:",
        "**Sources:**",
        "**Sources**:",
        "## References",
        "Sources",
        "# Works cited:",
        "_Bibliography_",
        "> Sources:",
        "### 📚 Sources and further reading",
    ],
)
def test_a_list_behind_any_form_of_heading_is_announced(heading: str) -> None:
    assert (
        heard(f"Tea is good.\n\n{heading}\n\n{SOURCES}\nMore?") == "Tea is good.\n\nSources omitted.\nMore?"
    )


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("Quellen:\n[1] Müller, A. & Kunz, B. (2019). Tee. Springer.\n", "Quellen ausgelassen."),
        ("Références :\n- https://acme.example/the\n", "Sources omises."),
        ("Список литературы:\n1. https://acme.example/chai\n", "Источники пропущены."),
        ("参考文献：\n1. https://acme.example/cha\n", "出典は省略します。"),
        ("المراجع:\n1. https://acme.example/shay\n", "تم حذف المصادر."),
    ],
)
def test_it_is_announced_in_the_language_of_the_text(text: str, phrase: str) -> None:
    language = {"Q": "de", "R": "fr", "С": "ru", "参": "ja", "ا": "ar"}[text[0]]
    assert heard(text, language=language).strip() == phrase


@pytest.mark.parametrize(
    "entry",
    [
        "https://acme.example/tea",
        "- [A study of tea](https://acme.example/tea)",
        "[1] www.acme.example",
        "Roe, A. et al. (2020). Tea and sleep.",
        "(3) **Roe, A.** (2020a, May). Tea.",
        "* Doe & Roe (n.d.). Tea.",
        "Tea (2019). *Annals of leaves*.",
        "doi: 10.1000/182",
    ],
)
def test_an_entry_is_an_address_or_an_author_with_a_year(entry: str) -> None:
    assert heard(f"So.\nSources:\n{entry}") == "So.\nSources omitted.\n"


@pytest.mark.parametrize(
    "text",
    [
        "## Sources of vitamin C:\n- Oranges, see https://acme.example\n",
        "Sources of error:\n1. Heat\n2. Doe, J. (2021). Tea.\n",
        "References:\n- Ask your former boss for a letter.\n- See https://acme.example\n",
        "Sources: oranges and kiwis.\n",
        "Sources:\nOranges hold much of it (2021 was a good year).\n",
        "Sources:\n\n\n\n\n1. https://acme.example\n",
        "Sources:\n",
        "Sources",
        "Source",
        "So it is.\n",
        "The sources:\n1. https://acme.example\n",
        "Sources:\n" + "a" * 2500 + " https://acme.example\n",
    ],
)
def test_everything_else_is_let_through_as_it_is(text: str) -> None:
    assert heard(text) == text


@pytest.mark.parametrize(
    ("line", "left"),
    [
        ("Sources: [A](https://a.example), [B](https://b.example).", "Sources omitted."),
        ("**Sources:** <https://a.example>", "Sources omitted."),
        ("Sources: https://a.example and more", "Sources: https://a.example and more"),
    ],
)
def test_links_may_stand_in_the_line_of_the_heading(line: str, left: str) -> None:
    assert heard(f"So.\n{line}\nBye.") == f"So.\n{left}\nBye."
    assert heard(f"So.\n{line}") == f"So.\n{left}"


@pytest.mark.parametrize("behind", ["Bye.", "- That was it.", "## Next\n", "```py\nf(x)\n```"])
def test_the_list_ends_with_the_first_line_that_is_none_of_it(behind: str) -> None:
    assert heard(f"References\n{SOURCES}\n{behind}").startswith(
        "Sources omitted.\n" + behind[:2].replace("``", "Co")
    )


def test_sources_are_read_where_that_is_wanted() -> None:
    assert filtered(f"So.\nSources:\n{SOURCES}") == f"So.\nSources:\n{SOURCES}"


def test_code_that_is_read_holds_no_list_of_sources() -> None:
    reader = TextFilter()
    reader.configure(is_on=True, code="read", language="en", skips_sources=True)
    text = "```\nSources:\nhttps://acme.example\n```\n"
    assert reader.feed(text) + reader.finish() == text


def test_the_same_is_let_through_under_every_cutting_in_two() -> None:
    text = f"Tea.\n\n**Sources:**\n{SOURCES}\nMore?\nSources: https://a.example\n"
    text += "Source code is\nReferences\n- None.\n"
    whole = heard(text)
    assert whole.count("Sources omitted.") == 2
    for cut in range(len(text)):
        reader = TextFilter()
        reader.configure(is_on=True, code="announce", language=None, skips_sources=True)
        assert reader.feed(text[:cut]) + reader.feed(text[cut:]) + reader.finish() == whole
    assert heard(text, 1) == whole


def test_what_is_typed_keeps_its_offsets() -> None:
    reader = TextFilter()
    reader.configure(is_on=True, code="announce", language="en", skips_sources=True)
    text = f"Tea.\nSources:\n{SOURCES}Bye."
    passed = reader.feed(text) + reader.finish()
    at = passed.index("Bye")
    start, end = reader.text.typed_span(at, at + 3)
    assert text[start:end] == "Bye"
    at = passed.index("Sources omitted.")
    start, end = reader.text.typed_span(at, at + 16)
    assert text[start:end] == "Sources:"
