"""What a built page may not have."""

from __future__ import annotations

import pytest

from docs.hooks.page_checks import loaded_from_elsewhere, raw_markdown


@pytest.mark.parametrize("mark", ["```sh", "| --- |", "[a](b.md)", "**bold"])
def test_markdown_that_a_reader_would_see_is_found(mark: str) -> None:
    assert raw_markdown(f"<p>before {mark} behind</p>")


@pytest.mark.parametrize(
    "html",
    ["<p>a <code>**b**</code></p>", "<pre>```sh</pre>", "<script>a](b)</script>", '<a title="**b">c</a>'],
)
def test_code_is_no_markdown(html: str) -> None:
    assert not raw_markdown(html)


@pytest.mark.parametrize(
    "html",
    [
        '<script src="https://cdn.example/a.js"></script>',
        '<link rel="stylesheet" href="//fonts.example/a.css">',
        '<img alt="" src=https://example.org/a.png>',
    ],
)
def test_what_comes_from_another_server_is_found(html: str) -> None:
    assert loaded_from_elsewhere(html)


@pytest.mark.parametrize("html", ['<a href="https://example.org/">a link</a>', '<img src="page.png">'])
def test_links_and_own_files_are_allowed(html: str) -> None:
    assert not loaded_from_elsewhere(html)
