"""Blocks of lines behind the one that begins them: code, the entries of a list of sources, rows of a table.

A block reads on by itself, line by line, until it is over; then other text goes on at the offset it returns.
"""

from __future__ import annotations

import re
from typing import ClassVar, Protocol

from voice_server.core.text.filtering import code_blocks, source_lists, tables
from voice_server.core.text.filtering.code_blocks import Fence
from voice_server.core.text.filtering.filtered_text import FilteredText
from voice_server.core.text.filtering.table_reader import TableReader
from voice_server.core.text.filtering.undecided import LONGEST_LINE, whole_line
from voice_server.core.text.splitting.mark_context import MoreTextNeeded

_INDENTATION = re.compile("(?:[ \t]*>)*[ \t\r]*")
_BLANK_LINES = re.compile(r"(?:[ \t\r]{0,20}+\n){0,3}+")
_LONGEST_INDENTATION = 200


class Block(Protocol):
    """A block of lines; `is_over` tells that it has ended, `ends_behind_blank` that this is as a blank line.

    What is held back of one that `is_code` is not spoken.
    """

    is_over: bool
    ends_behind_blank: ClassVar[bool]
    is_code: ClassVar[bool]

    def read(self, text: str, at: int, final: bool, /) -> int:
        """Read on at `at`; returns the next offset. Raises MoreTextNeeded."""


class FencedCode:
    """The lines of code behind a fence, up to the one that closes it; they are let through with `is_read`."""

    ends_behind_blank: ClassVar[bool] = False
    is_code: ClassVar[bool] = True

    def __init__(self, out: FilteredText, fence: Fence, *, is_read: bool) -> None:
        self.is_over = False
        self._out = out
        self._fence = fence
        self._is_read = is_read
        self._begins_line = True

    def read(self, text: str, at: int, final: bool, /) -> int:
        """See `Block.read`."""
        newline = text.find("\n", at)
        end = newline + 1 if newline >= 0 else len(text)
        line = text[at:end]
        if self._begins_line:
            if newline < 0 and not final and self._fence.may_close_with(line):
                raise MoreTextNeeded
            self.is_over = self._fence.closes_with(line)
        self._begins_line = newline >= 0
        if self._is_read:
            self._out.keep(line)
        else:
            self._out.drop(len(line))
        return end


class IndentedCode:
    """The lines of code that is only indented, up to the first that is less so; the first one was taken."""

    ends_behind_blank: ClassVar[bool] = True
    is_code: ClassVar[bool] = False

    def __init__(self, out: FilteredText, indentation: int) -> None:
        self.is_over = False
        self._out = out
        self._indentation = indentation
        self._begins_line = False

    def read(self, text: str, at: int, final: bool, /) -> int:
        """See `Block.read`."""
        newline = text.find("\n", at)
        end = newline if newline >= 0 else len(text)
        if self._begins_line:
            indent = _INDENTATION.match(text, at)
            assert indent is not None
            if indent.end() == len(text) and not final:
                raise MoreTextNeeded
            if indent.end() < end and code_blocks.indentation(text[at:end]) < self._indentation:
                self.is_over = True
                return at
        self._out.drop(end - at)
        self._begins_line = newline >= 0
        if newline >= 0:
            self._out.keep("\n")
        return end + self._begins_line


class SourceEntries:
    """The entries of a list of sources, which are left out as long as they are like the `first` one."""

    ends_behind_blank: ClassVar[bool] = True
    is_code: ClassVar[bool] = False

    def __init__(self, out: FilteredText, first: str) -> None:
        self.is_over = False
        self._out = out
        self._first = first

    def read(self, text: str, at: int, final: bool, /) -> int:
        """See `Block.read`."""
        blank = _BLANK_LINES.match(text, at)
        assert blank is not None
        if blank.end() > at:
            self._out.drop(blank.end() - at)
            return blank.end()
        line = whole_line(text, at, final=final)
        if line is None or not source_lists.goes_on(line, self._first):
            self.is_over = True
            return at
        self._out.drop(len(line))
        return at + len(line)


class TableRows:
    """The rows of a table, and the lines that it is drawn with, given to `reader`.

    With `is_piped` each row begins with a bar.
    """

    ends_behind_blank: ClassVar[bool] = False
    is_code: ClassVar[bool] = False

    def __init__(self, reader: TableReader, *, is_piped: bool) -> None:
        self.is_over = False
        self.reader = reader
        self._is_piped = is_piped

    def read(self, text: str, at: int, final: bool, /) -> int:
        """See `Block.read`."""
        beginning = text[at : at + LONGEST_LINE]
        first = beginning.lstrip(" \t")[:1]
        if not first and not final and len(beginning) < _LONGEST_INDENTATION:
            raise MoreTextNeeded
        line = None
        if first in ("|", "+") or not (self._is_piped or first in ("", "\n", "\r")):
            line = whole_line(text, at, final=final)
        if line is not None and (tables.is_grid_rule(line) or tables.is_rule(line)):
            self.reader.add_rule(line)
        elif line is not None and first != "+" and tables.is_row(line):
            self.reader.add_row(line)
        else:
            self.reader.end()
            self.is_over = True
            return at
        return at + len(line)
