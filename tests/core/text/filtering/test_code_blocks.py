"""What is a block of code, and what is prose that only looks like one."""

from __future__ import annotations

import pytest

from voice_server.core.text.filtering.code_blocks import (
    Contents,
    Fence,
    code_indentation,
    fence_at,
    indentation,
    looks_like_code,
)
from voice_server.core.text.splitting.mark_context import MoreTextNeeded


@pytest.mark.parametrize(
    "line",
    [
        "for i in range(3):",
        "print(i)",
        "x = 1",
        "npm install",
        "sudo apt-get install -y tool && tool --init",
        "$ ls",
        "#!/bin/sh",
        "# install it",
        "// a comment",
        "from a.b import c",
        "import os",
        "def f(x):",
        "return x;",
        "}",
        '{"a": 1}',
        "<div>",
        "SELECT name FROM users",
        "├── src",
        "project/",
        "cd /usr/local/lib",
        "const a = 1",
        "std::vector",
        "a->b",
        "snake_case",
        "if (a == b) {",
        "git commit -m message",
        "[1, 2]",
        "using System;",
        "int x = 5;",
    ],
)
def test_a_line_of_code_looks_like_code(line: str) -> None:
    assert looks_like_code(line)


@pytest.mark.parametrize(
    "line",
    [
        "He went home at night.",
        "Dear Ana,",
        "Liebe Kolleginnen und Kollegen (m/w/d),",
        "The file(s) are here",
        "Yes - and no - he said.",
        "Return the book to me.",
        "Import duties rose by 3 %.",
        "From Monday on, we pay",
        "a well-known fact",
        "Das ist (leider) so.",
        "Let me see",
        "Class begins at nine: be there.",
        "“Go!” she said",
        "See Fig. 3 (left), p. 12",
        "Ask Anna/Bo",
        "Hello World",
        "Make a note of it",
        "你好，世界",
        "SELECTED WORKS",
        "Go home",
        "The price is $5",
        "[Your Name]",
        "And to the sea he went at last;",
        "It is cold -10 degrees",
        "Find it",
        "It is 5 > 3 here",
        "Update the report",
    ],
)
def test_a_line_of_prose_does_not(line: str) -> None:
    assert not looks_like_code(line)


@pytest.mark.parametrize(
    ("text", "fence"),
    [
        ("```py\n", Fence("`", 3, "py", 6)),
        ("~~~~ a`b\n", Fence("~", 4, "a`b", 9)),
        ("```a`\n", None),
        ("``a", None),
        ("```" + "x" * 400, Fence("`", 3, "x" * 300, 403)),
    ],
)
def test_a_fence_is_a_run_and_what_the_code_is(text: str, fence: Fence | None) -> None:
    if len(text) > 300:
        assert fence_at(text, 0, begins_line=True, final=False) is None
    else:
        assert fence_at(text, 0, begins_line=True, final=False) == fence


@pytest.mark.parametrize("text", ["`", "``", "```", "```py", "~~"])
def test_a_fence_is_open_until_its_line_is_whole(text: str) -> None:
    with pytest.raises(MoreTextNeeded):
        fence_at(text, 0, begins_line=True, final=False)


def test_behind_other_text_only_backticks_and_a_name_are_a_fence() -> None:
    assert fence_at("```sh\n", 0, begins_line=False, final=False) is not None
    assert fence_at("``` and so on\n", 0, begins_line=False, final=False) is None
    assert fence_at("~~~\n", 0, begins_line=False, final=False) is None
    assert fence_at("```sh", 0, begins_line=False, final=True) is None
    assert fence_at("```sh", 0, begins_line=True, final=True) == Fence("`", 3, "sh", 5)


@pytest.mark.parametrize(
    ("info", "contents"),
    [
        ("python", Contents.CODE),
        ("Markdown", Contents.PROSE),
        ("", Contents.UNCLEAR),
        ("text title", Contents.UNCLEAR),
        ("tool_code", Contents.TOOL),
        ("math", Contents.FORMULA),
        ("{.python}", Contents.CODE),
    ],
)
def test_a_fence_says_what_it_holds(info: str, contents: Contents) -> None:
    assert Fence("`", 3, info, 0).contents is contents


def test_a_fence_is_closed_by_one_that_is_as_long() -> None:
    fence = Fence("`", 4, "", 0)
    assert fence.closes_with("  ````` \n")
    assert not any(map(fence.closes_with, ["```\n", "~~~~\n", "```` x\n", "x\n"]))
    assert all(map(fence.may_close_with, ["", "  `", "````  "]))
    assert not fence.may_close_with("x")


def test_a_tab_goes_to_the_next_column_of_four() -> None:
    assert [indentation(line) for line in ("a", "  a", "\ta", "  \ta", "     a")] == [0, 2, 4, 4, 5]


@pytest.mark.parametrize(
    ("before", "columns"),
    [
        ("", 4),
        ("Text\n\n", 4),
        ("- item\n\n", 6),
        ("1. item\n\n   more\n\n", 7),
        ("- a\n\nText\n\n", 4),
        ("  a\n", 4),
    ],
)
def test_inside_a_list_code_is_indented_further(before: str, columns: int) -> None:
    assert code_indentation(before) == columns
