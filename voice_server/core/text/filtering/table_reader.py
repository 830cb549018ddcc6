"""A table as its rows come in: which of them are read, and which are only counted.

A large table is announced and not read, and that it is large is known late. So rows are held until the table
ends, is large, or has more to say than somebody would wait for; in the last case it is read from then on, and
rows beyond the limit are counted at its end.
"""

from __future__ import annotations

from voice_server.core.text.filtering import tables
from voice_server.core.text.filtering.filtered_text import FilteredText
from voice_server.core.text.filtering.phrases import Phrases
from voice_server.core.text.filtering.tables import Heads

MOST_ROWS = 12
MOST_COLUMNS = 6
_MOST_HELD_CHARS = 1000
"""So much of a table is not held back although it may prove to be large: some 200 tokens."""


class TableReader:
    """Takes the lines of one table, whose first lines have been taken, and writes its rows as sentences.

    Without `heads` it is a grid, of which the first row may prove to be the head.
    """

    def __init__(self, out: FilteredText, phrases: Phrases, heads: Heads | None) -> None:
        self.heads = heads
        self._out = out
        self._phrases = phrases
        self._rows = 0
        self._read_rows = 0
        self._held: list[str] = []
        self._held_chars = 0
        self._is_held = True
        self._may_have_head = heads is None
        self._first_rule_behind = False
        self._is_wide = heads is not None and len(heads.names) > MOST_COLUMNS

    @property
    def holds_rows(self) -> bool:
        """Whether rows wait for the table's end."""
        return bool(self._held) and not self._is_large

    @property
    def _is_large(self) -> bool:
        return self._is_wide or self._rows > MOST_ROWS

    def add_rule(self, line: str) -> None:
        """A line that only draws."""
        if self._may_have_head and self._rows == 1:
            self._first_rule_behind = True
            if "=" in line:
                self._take_head()
        self._hold(line)

    def add_row(self, line: str) -> None:
        """A row, with its line break."""
        if self._may_have_head and self._rows == 1 and self._first_rule_behind:
            self._take_head()
        self._may_have_head = self._may_have_head and self._rows == 0
        self._rows += 1
        self._hold(line)
        self._held_chars += tables.spoken_chars(line)
        if self._held_chars > _MOST_HELD_CHARS:
            self.release()

    def release(self) -> None:
        """Read what is held: nothing more is waited for."""
        if self._is_large:
            return
        self._is_held = self._may_have_head = False
        for line in self._held:
            self._write(line)
        self._held.clear()

    def end(self) -> None:
        """The table is over: read what is held, or say how much was not read."""
        if not self._is_large:
            self.release()
            return
        self._out.drop(sum(map(len, self._held[:-1])))
        last = self._held[-1] if self._held else ""
        content = last.rstrip("\r\n")
        phrase = self._phrases.more_rows if self._read_rows else self._phrases.table
        if self._rows == 1:
            phrase = self._phrases.table_of_one
        self._out.replace(phrase.format(rows=self._rows - self._read_rows), len(content))
        self._out.keep(last[len(content) :])
        self._held.clear()

    def _take_head(self) -> None:
        """The first row proves to be the head."""
        row = next(line for line in self._held if not tables.is_grid_rule(line))
        self.heads = tables.heads_of(row.rstrip("\r\n"))
        self._is_wide = len(self.heads.names) > MOST_COLUMNS
        self._out.drop(sum(map(len, self._held)))
        self._held.clear()
        self._rows = self._held_chars = 0
        self._may_have_head = False

    def _hold(self, line: str) -> None:
        if not self._is_held and not self._is_large:
            self._write(line)
            return
        self._held.append(line)
        if self._is_large and len(self._held) > 1:
            self._out.drop(sum(map(len, self._held[:-1])))
            del self._held[:-1]

    def _write(self, line: str) -> None:
        if tables.is_grid_rule(line) or tables.is_rule(line):
            self._out.drop(len(line))
            return
        self._read_rows += 1
        content = line.rstrip("\r\n")
        at = 0
        for edit in tables.row_edits(content, self.heads, self._phrases):
            self._out.keep(content[at : edit.start])
            self._out.replace(edit.replacement, edit.end - edit.start)
            at = edit.end
        self._out.keep(content[at:])
        self._out.keep(line[len(content) :])
