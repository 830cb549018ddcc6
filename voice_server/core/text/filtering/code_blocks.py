"""Blocks of code in a text: fences, indented lines, and what tells code from prose.

Source of the rules: CommonMark 0.31, "Indented code blocks" and "Fenced code blocks". Stricter than that:
lines that are only indented must look like code, because people indent prose too. Laxer: a fence of
backticks may also open behind other text, as models sometimes write it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum, auto

from voice_server.core.text.splitting.mark_context import MoreTextNeeded

MAX_LINE_CHARS = 300
"""A line is judged by so many characters at most."""

_RUN = re.compile("`{3,}|~{3,}")
_SHORT_INFO = re.compile(r"[\w+#.-]{0,30}[ \t\r]*")
_CLOSING = re.compile(r"[ \t>]*(`{3,}|~{3,})[ \t\r]*\n?")
_MAY_CLOSE = re.compile(r"[ \t>]*(?:`*|~*)[ \t\r]*")
_LIST_ITEM = re.compile(r"[ \t]*(?:[-*+•]|\d{1,9}[.)])[ \t]+")
_INDENT = re.compile("[ \t]*")

_PROSE_INFOS = frozenset(("markdown", "md", "mdx", "email", "mail", "letter", "poem", "quote", "prose"))
_UNCLEAR_INFOS = frozenset(("", "text", "txt", "plaintext", "plain", "none"))
_TOOL_INFOS = frozenset((
    "tool_code", "tool_call", "tool_calls", "tool_output", "tool_outputs", "tool_result", "tool_response",
    "thinking", "think", "thought", "thoughts",
))  # fmt: skip

_COMMANDS = (
    "apt|apt-get|awk|brew|cargo|cat|cd|chmod|chown|cmake|composer|conda|cp|curl|docker|dotnet|echo|export|gcc|git|go"
    "|grep|java|kubectl|ls|make|mkdir|mv|mvn|node|npm|npx|pip|pip3|pipx|pnpm|python|python3|rm|rsync|ruby|scp|sed|ssh"
    "|sudo|systemctl|tar|touch|uv|uvx|wget|yarn"
)
_CODE = re.compile(
    rf"""
      ^\s*(?:[$%>]\s*)?(?:{_COMMANDS})(?:\s+[-./~\w:@=]+)*\s*$  # a command
    | ^\s*[$%]\s+\S | ^\s*\#!  | ^\s*// | ^\s*/\* | ^\s*<!-- | ^\s*\#\s?\w.*$
    | ^\s*(?:import\s+[\w.{{*]++\s*$|from\s+[\w.]++\s+import\b|def\s+\w|class\s+\w++\s*[:({{]|const\s+\w++\s*=
        |let\s+\w++\s*=|SELECT\s|INSERT\s+INTO|UPDATE\s+\w++\s+SET|CREATE\s+TABLE|@\w++\s*$)
    | [{{}}\\]\s*$ | ^\s*\S++(?:\s+\S++){{0,2}}(?<=;)\s*$ | =[^=]*;\s*$
    | ^\s*[{{}}] | ^\s*\[\s*(?:$|[\d"'{{\[]) | ^\s*<[\w!/?]
    | \w\((?!(?:e?s|e?n|in|innen|e|e?r|a|as|ne|nen)\)) | \w\[\w | \w\.\w+\( | \w::\w | \w->\w
    | [=!<>]=|:=|=>|->|\+=|&&|\|\|
    | (?:^|\s)--[a-z] | \s-[A-Za-z](?:\s|$) | ^\s*[\w.\[\]"'-]+\s*=\s*\S | \w=["'\w]
    | </?\w+[^<>]*> | "[\w-]+"\s*: | \w_\w | [\w.-]/\s*$ | (?:^|\s)[~.]{{0,2}}/[\w.-]+/
    | [─-▟] | ^\s*[|+][-=|+\s]{{2,}}
    """,
    re.VERBOSE,
)
"""What a line of code has and one of prose has not: a call, an operator, a command, lines of a box."""


class Contents(Enum):
    """What a fence holds."""

    CODE = auto()
    PROSE = auto()
    FORMULA = auto()
    TOOL = auto()
    UNCLEAR = auto()


@dataclass(frozen=True, slots=True)
class Fence:
    """The opening line of a block of code; `end` is the offset behind it and its line break."""

    mark: str
    length: int
    info: str
    end: int

    @property
    def contents(self) -> Contents:
        """What it says that it holds."""
        name = self.info.split()[0].strip("{}.").lower() if self.info.split() else ""
        if name in _TOOL_INFOS:
            return Contents.TOOL
        if name in _UNCLEAR_INFOS:
            return Contents.UNCLEAR
        if name == "math":
            return Contents.FORMULA
        return Contents.PROSE if name in _PROSE_INFOS else Contents.CODE

    def closes_with(self, line: str) -> bool:
        """Whether a whole line ends the block."""
        closing = _CLOSING.fullmatch(line)
        return closing is not None and closing[1][0] == self.mark and len(closing[1]) >= self.length

    def may_close_with(self, beginning: str) -> bool:
        """Whether a line that begins like this may still end the block."""
        return len(beginning) <= MAX_LINE_CHARS and _MAY_CLOSE.fullmatch(beginning) is not None


def fence_at(text: str, at: int, *, begins_line: bool, final: bool) -> Fence | None:
    """The fence that opens at `at`, or None. Raises MoreTextNeeded while that is open."""
    run = _RUN.match(text, at)
    if run is None:
        if not final and len(text) - at < 3 and text[at] * (len(text) - at) == text[at:]:
            raise MoreTextNeeded
        return None
    newline = text.find("\n", run.end(), run.end() + MAX_LINE_CHARS)
    info = text[run.end() : newline if newline >= 0 else run.end() + MAX_LINE_CHARS]
    if run[0][0] == "`" and "`" in info:
        return None
    if not begins_line and (run[0][0] == "~" or not _SHORT_INFO.fullmatch(info)):
        return None
    if newline < 0 and not final and len(info) < MAX_LINE_CHARS:
        raise MoreTextNeeded
    if newline < 0 and (not final or not begins_line):
        return None
    end = newline + 1 if newline >= 0 else len(text)
    return Fence(run[0][0], len(run[0]), info.strip(), end)


def looks_like_code(line: str) -> bool:
    """Whether a line is more likely code than prose."""
    return _CODE.search(line[:MAX_LINE_CHARS]) is not None


def indentation(line: str) -> int:
    """How many columns a line is indented; a tab goes to the next column of four."""
    columns = 0
    for character in _INDENT.match(line)[0]:  # type: ignore[index] # it matches anything
        columns += 4 - columns % 4 if character == "\t" else 1
    return columns


def code_indentation(before: str) -> int:
    """How far a line must be indented to be code, given the text before it: further inside a list."""
    for line in reversed(before.splitlines()):
        if not line.strip():
            continue
        item = _LIST_ITEM.match(line)
        if item is not None:
            return indentation(line) + len(item[0].lstrip()) + 4
        if not line[0].isspace():
            return 4
    return 4
