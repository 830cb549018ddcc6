"""Lets through what of a token stream is for the ear, the same however the text is cut into tokens.

Left out are thoughts, calls of tools, special tokens and marks of citations (`elements.py`). Blocks of code
are announced, left out or read (`code_blocks.py`); rows of tables become sentences (`table_reader.py`). The
lines of such a block are read in `blocks.py`; where one begins is decided here. The rest passes as it was
typed, at once but for a few characters that may begin one of these. Laws: time is linear; more text never
changes what was decided; `text` leads from what came out back to what was typed.

Tags that say how the text is spoken (`tags.py`), and labels of speakers, are left out too; `text` has them as
directives.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final, Literal

from voice_server.core.text.filtering import code_blocks, source_lists, tables
from voice_server.core.text.filtering.blocks import Block, FencedCode, IndentedCode, SourceEntries, TableRows
from voice_server.core.text.filtering.code_blocks import Contents, Fence
from voice_server.core.text.filtering.elements import BEGINS_ELEMENT, LONGEST_CLOSER, Element, element_at
from voice_server.core.text.filtering.filtered_text import FilteredText
from voice_server.core.text.filtering.phrases import Phrases, phrases_for
from voice_server.core.text.filtering.speaker_labels import label_at
from voice_server.core.text.filtering.table_reader import TableReader
from voice_server.core.text.filtering.tags import OpenTags, Tag, tag_at
from voice_server.core.text.filtering.undecided import LONGEST_LINE, Reader, undecided, whole_line
from voice_server.core.text.splitting.mark_context import MoreTextNeeded

CodePolicy = Literal["announce", "skip", "read"]
"""What becomes of blocks of code: a phrase says that there is one, nothing is said, or they are read."""

_STOP = re.compile(f"[\n`{BEGINS_ELEMENT.replace('[', chr(92) + '[')}]")
_find_stop = _STOP.search
_HEAD = re.compile("(?:[ \t]*>)*[ \t\r]*")
_BACKTICKS = re.compile("`+")
_BLANK_LINES = re.compile(r"(?:[ \t\r]{0,20}+\n){0,3}+")
_BLANK_LINE = re.compile(r"\n[ \t\r]*\n")
_LONGEST_HEAD = 200
_ENDS_SENTENCE = (".", "!", "?", "…", ":", "。", "！", "？", "।", "؟", "۔", ")", '"', "”", "*", "|", "`")


class TextFilter:
    """Takes one text in tokens: `feed` each of them, then `finish`."""

    def __init__(self, text: FilteredText | None = None) -> None:
        self.text = text or FilteredText()
        """What has been let through."""
        self._is_on = True
        self._code: CodePolicy = "announce"
        self._language: str | None = None
        self._held = ""
        """Text that has not been decided about."""
        self._read: Reader = self._read_head
        self._at_head = True
        """Whether nothing of the line has been let through but white space."""
        self._is_behind_blank = True
        """Whether the line follows a blank one, or begins the text."""
        self._is_strike_open = False
        self._element = Element(0)
        """What is left out at present."""
        self._fence: Fence | None = None
        """The fence round prose that is open."""
        self._block: Block | None = None
        self._backticks = ""
        """With what the code inside the line ends."""
        self._skips_sources = False
        self._open_tags = OpenTags()
        self._speakers: Collection[str] = ()
        self._has_tag = False
        """Whether there was a tag in the line, and nothing else but white space."""

    def configure(
        self,
        *,
        is_on: bool,
        code: CodePolicy,
        language: str | None,
        skips_sources: bool = False,
        speakers: Collection[str] = (),
    ) -> None:
        """How to go on. `language` is the text's, as a BCP 47 tag, or None to guess it.

        With `skips_sources` lists of sources behind a text are announced and not read. `speakers` are names
        behind which somebody speaks from the beginning of a line on.
        """
        self._is_on, self._code, self._language = is_on, code, language
        self._skips_sources = skips_sources
        self._speakers = sorted(speakers, key=len, reverse=True)

    @property
    def held_chars(self) -> int:
        """How much text is held back that may still be spoken."""
        is_code = self._block is not None and self._block.is_code
        return 0 if is_code or self._read == self._leave_out else len(self._held)

    @property
    def holds_rows(self) -> bool:
        """Whether rows of a table wait for its end."""
        return self._table is not None and self._table.holds_rows

    @property
    def _table(self) -> TableReader | None:
        return self._block.reader if isinstance(self._block, TableRows) else None

    def feed(self, token: str) -> str:
        """Take the next token and return what is let through with it."""
        if not self._is_on:
            return self._pass(token)
        if not self._held and self._read == self._read_line and _find_stop(token) is None:
            self._at_head = self._at_head and not token
            return self.text.pass_on(token)
        self._held += token
        self._advance(final=False)
        return self.text.take()

    def flush(self) -> str:
        """Let through what is held back, as if the text ended here; more may be fed."""
        self._advance(final=True)
        if self._table is not None:
            self._table.release()
        return self.text.take()

    def finish(self) -> str:
        """Let through what is held back: the text has ended."""
        self._advance(final=True)
        if self._table is not None:
            self._table.end()
            self._end_block()
        return self.text.take()

    def paused(self) -> str:
        """Let through the rows of a table that wait for more, because nothing has come for a while."""
        if self._table is not None:
            self._table.release()
        return self.text.take()

    def _pass(self, token: str) -> str:
        """Let everything through, and begin anew with the line behind it."""
        if self._table is not None:
            self._table.end()
        self.text.keep(self._held + token)
        self._held = ""
        self._read, self._fence, self._block, self._at_head = self._read_line, None, None, False
        return self.text.take()

    def _advance(self, *, final: bool) -> None:
        self._held = undecided(self._held, lambda: self._read, final=final)

    # At the beginning of a line.

    def _read_head(self, text: str, at: int, final: bool) -> int:
        """Decide what the line is, by its beginning."""
        head = _HEAD.match(text, at)
        assert head is not None
        end = head.end()
        if end == len(text) and not final and end - at < _LONGEST_HEAD:
            raise MoreTextNeeded
        first = text[end : end + 1]
        if first == "\n":
            return self._read_empty_line(text, at, end + 1)
        for reader in (TextFilter._list_of_sources, *self._HEAD_READERS.get(first, ())):
            after = reader(self, text, at, end, final)
            if after is not None:
                return after
        if self._is_behind_blank and text[at : at + 1] in (" ", "\t"):
            after = self._indented_code(text, at, final)
            if after is not None:
                return after
        if self._speakers and self._fence is None:
            label = label_at(text, end, self._speakers, final=final)
            if label is not None:
                return self._begin_speaker(label[0], at, label[1])
        self.text.keep(head[0])
        self._read = self._read_line
        return end

    def _read_empty_line(self, text: str, at: int, end: int) -> int:
        """A line without text; one that is nothing but tags says nothing, and parts nothing."""
        if self._has_tag:
            self.text.drop(end - at)
            self._has_tag = False
        else:
            self.text.keep(text[at:end])
            self._is_behind_blank = True
            self._is_strike_open = False
        return end

    def _begin_speaker(self, name: str, at: int, end: int) -> int:
        """Leave out the label of whoever speaks from here on."""
        self.text.drop(end - at)
        self._open_tags.begin_speaker(name)
        self.text.change(style=self._open_tags.style)
        self._has_tag = True
        return end

    def _fenced_head(self, text: str, at: int, end: int, final: bool) -> int | None:
        """A fence round code, or the end of one round prose."""
        if self._fence is not None:
            newline = text.find("\n", end)
            line = text[at : newline + 1] if newline >= 0 else text[at:]
            if newline < 0 and not final and self._fence.may_close_with(line):
                raise MoreTextNeeded
            if self._fence.closes_with(line):
                self._mark_prose(self._fence, line)
                self._fence = None
                return at + len(line)
            return None
        fence = code_blocks.fence_at(text, end, begins_line=True, final=final)
        return None if fence is None else self._open_fence(text, at, end, fence, final)

    def _pipe_head(self, text: str, at: int, end: int, final: bool) -> int | None:
        """The head of a table and its rule."""
        line = whole_line(text, at, final=final)
        if line is None or tables.is_rule(line) or not line.endswith("\n"):
            return None
        below = at + len(line)
        newline = text.find("\n", below, below + LONGEST_LINE)
        rule = text[below : newline + 1] if newline >= 0 else text[below : below + LONGEST_LINE]
        if newline < 0 and not final and tables.may_be_rule(rule):
            raise MoreTextNeeded
        if not tables.is_rule(rule):
            return None
        self.text.drop(len(line) + len(rule))
        return self._open_table(line.rstrip("\r\n"), below + len(rule))

    def _rule_head(self, text: str, at: int, end: int, final: bool) -> int | None:
        """The rule below a head that was let through, as it does not begin with a bar."""
        above = self.text.tail.rstrip("\n").rpartition("\n")[2]
        if self._is_behind_blank or not tables.is_row(above):
            return None
        newline = text.find("\n", at, at + LONGEST_LINE)
        rule = text[at : newline + 1] if newline >= 0 else text[at : at + LONGEST_LINE]
        if newline < 0 and not final and tables.may_be_rule(rule):
            raise MoreTextNeeded
        if not tables.is_rule(rule):
            return None
        self.text.drop(len(rule))
        return self._open_table(above, at + len(rule))

    def _grid_head(self, text: str, at: int, end: int, final: bool) -> int | None:
        """The first rule of a grid."""
        newline = text.find("\n", at, at + LONGEST_LINE)
        if newline < 0:
            if not final and tables.may_be_grid_rule(text[at : at + LONGEST_LINE]):
                raise MoreTextNeeded
            return None
        if not tables.is_grid_rule(text[at : newline + 1]):
            return None
        self.text.drop(newline + 1 - at)
        return self._open_table(None, newline + 1)

    def _indented_code(self, text: str, at: int, final: bool) -> int | None:
        """The first line of a block of code that is only indented."""
        if self._code == "read" or self._fence is not None:
            return None
        if code_blocks.indentation(text[at:]) < code_blocks.code_indentation(self.text.tail):
            return None
        newline = text.find("\n", at, at + code_blocks.MAX_LINE_CHARS)
        if newline < 0 and not final and len(text) - at < code_blocks.MAX_LINE_CHARS:
            raise MoreTextNeeded
        line = text[at:newline] if newline >= 0 else text[at : at + code_blocks.MAX_LINE_CHARS]
        if not code_blocks.looks_like_code(line):
            return None
        indentation = code_blocks.code_indentation(self.text.tail)
        self._announce(len(line))
        self._begin_block(IndentedCode(self.text, indentation))
        return at + len(line)

    def _list_of_sources(self, text: str, at: int, end: int, final: bool) -> int | None:
        """The heading of a list of sources, if an entry follows or stands in its line."""
        is_one = self._skips_sources and self._fence is None
        behind = source_lists.heading_end(text, end, final=final) if is_one else None
        if behind is None:
            return None
        if source_lists.has_links(text[end:behind]):
            first_source = text[end:behind]
        else:
            first = _BLANK_LINES.match(text, behind)
            assert first is not None
            line = whole_line(text, first.end(), final=final)
            if line is None or not source_lists.is_source(line):
                return None
            first_source = line
        heading = text[at:behind].rstrip("\n")
        self.text.replace(self._phrases(" " + heading).sources, len(heading))
        self.text.keep(text[at + len(heading) : behind])
        self._begin_block(SourceEntries(self.text, first_source))
        return behind

    # Inside a line.

    def _read_line(self, text: str, at: int, final: bool) -> int:
        """Let text through up to the next character that may begin something else."""
        found = _find_stop(text, at)
        stop = found.start() if found else len(text)
        if stop > at:
            self.text.keep(text[at:stop])
            self._at_head = False
            return stop
        if text[at] == "\n":
            self.text.keep("\n")
            self._begin_line(behind_blank=False)
            return at + 1
        return (
            self._read_backticks(text, at, final) if text[at] == "`" else self._read_element(text, at, final)
        )

    def _begin_line(self, *, behind_blank: bool) -> None:
        self._read, self._at_head, self._is_behind_blank = self._read_head, True, behind_blank
        self._has_tag = False

    def _read_backticks(self, text: str, at: int, final: bool) -> int:
        """A fence behind other text, or code inside the line, in which nothing is an element."""
        fence = code_blocks.fence_at(text, at, begins_line=False, final=final)
        if fence is not None and self._fence is None:
            return self._open_fence(text, at, at, fence, final)
        run = _BACKTICKS.match(text, at)
        assert run is not None
        self.text.keep(run[0])
        self._at_head = False
        self._backticks = run[0]
        self._read = self._read_inline_code
        return run.end()

    def _read_inline_code(self, text: str, at: int, final: bool) -> int:
        """Code inside the line ends with as many backticks, or with the line."""
        if text[at] == "\n":
            self._read = self._read_line
            return at
        run = _BACKTICKS.match(text, at)
        if run is None:
            ends = [end for end in (text.find("`", at), text.find("\n", at)) if end >= 0]
            end = min(ends, default=len(text))
        else:
            end = run.end()
            if end == len(text) and not final:
                raise MoreTextNeeded
            if run[0] == self._backticks:
                self._read = self._read_line
        self.text.keep(text[at:end])
        return end

    def _read_element(self, text: str, at: int, final: bool) -> int:
        """Leave out an element; what only looks like one is let through."""
        if text.startswith(("<s>", "</s>"), at):
            return self._read_strike(text, at)
        tag = tag_at(text, at, final=final)
        if tag is not None:
            return self._read_tag(text, at, tag)
        element = element_at(text, at, final=final)
        if element is None:
            self.text.keep(text[at])
            self._at_head = False
            return at + 1
        if element.until is None:
            self.text.drop(element.end - at)
            if element.is_block:
                self._part_sentences()
            return element.end
        if element.may_be_mentioned and self._is_in_sentence():
            return self._read_mention(text, at, element, final)
        self.text.drop(element.end - at)
        self._element = element
        self._read = self._leave_out
        return element.end

    def _read_tag(self, text: str, at: int, tag: Tag) -> int:
        """Leave out a tag, which is for whoever speaks; behind one, the line may yet be anything."""
        self.text.drop(tag.end - at)
        self.text.keep(text[tag.end : tag.holds_from])
        if tag.pause_ms is not None:
            self.text.change(pause_ms=tag.pause_ms)
        else:
            self._open_tags.take(tag)
            self.text.change(style=self._open_tags.style)
        if tag.holds_from > tag.end:
            self._at_head = False
        if self._at_head:
            self._has_tag = True
            self._read = self._read_head
        return tag.holds_from

    def _is_in_sentence(self) -> bool:
        return not self._at_head and not self.text.tail.rstrip(" ").endswith(_ENDS_SENTENCE)

    def _read_strike(self, text: str, at: int) -> int:
        """`<s>` begins a text of some models, and `</s>` ends it; between them they strike out."""
        end = text.index(">", at) + 1
        is_closing = text[at + 1] == "/"
        is_mark = not self._is_strike_open if is_closing else not self.text.tail.strip()
        if is_mark:
            self.text.drop(end - at)
            self._part_sentences()
        else:
            self.text.keep(text[at:end])
            self._at_head = False
            self._is_strike_open = not is_closing
        return end

    def _read_mention(self, text: str, at: int, element: Element, final: bool) -> int:
        """Inside a sentence a tag counts if it is closed soon: the text may also speak of it."""
        assert element.until is not None
        limit = min(len(text), element.end + LONGEST_LINE)
        closing = element.until.search(text, element.end, limit)
        blank_line = _BLANK_LINE.search(text, element.end, limit)
        if closing is not None and (blank_line is None or closing.start() < blank_line.start()):
            self.text.drop(closing.end() - at)
            if self.text.ends_in_word:
                self.text.replace(" ", 0)
            return closing.end()
        if blank_line is None and not final and limit == len(text):
            raise MoreTextNeeded
        self.text.keep(text[at : element.end])
        return element.end

    def _leave_out(self, text: str, at: int, final: bool) -> int:
        """Leave out everything up to the end of the element."""
        assert self._element.until is not None
        closing = self._element.until.search(text, at)
        if closing is not None:
            self.text.drop(closing.end() - at)
            self._read = self._read_head if self._at_head else self._read_line
            self._part_sentences()
            return closing.end()
        end = len(text) - LONGEST_CLOSER
        if end <= at:
            raise MoreTextNeeded
        self.text.drop(end - at)
        return end

    def _part_sentences(self) -> None:
        """End the line behind which something was left out: what follows is another sentence."""
        if not self._at_head:
            self.text.replace("\n", 0)
            self._begin_line(behind_blank=False)

    # Blocks.

    def _open_fence(self, text: str, at: int, end: int, fence: Fence, final: bool) -> int:
        contents = fence.contents
        if contents is Contents.UNCLEAR:
            contents = self._judged(text, fence, final)
        if contents in (Contents.PROSE, Contents.FORMULA) and self._code != "read":
            self._fence = fence
            self._mark_prose(fence, text[at : fence.end])
            self._begin_line(behind_blank=False)
            return fence.end
        is_read = self._code == "read" and contents is not Contents.TOOL
        self._begin_block(FencedCode(self.text, fence, is_read=is_read))
        if is_read:
            self.text.keep(text[at : fence.end])
            return fence.end
        self.text.keep(text[at:end])
        line = text[end : fence.end]
        content = line.rstrip("\n")
        if contents is Contents.TOOL:
            self.text.drop(len(content))
        else:
            self._announce(len(content))
        self.text.keep(line[len(content) :])
        return fence.end

    def _mark_prose(self, fence: Fence, line: str) -> None:
        """Leave out the line of a fence round prose; round a formula it is what TeX has for it."""
        if fence.contents is not Contents.FORMULA:
            self.text.drop(len(line))
            return
        content = line.rstrip("\n")
        self.text.replace("$$", len(content))
        self.text.keep(line[len(content) :])

    def _judged(self, text: str, fence: Fence, final: bool) -> Contents:
        """Whether a fence that does not say what it holds holds code: by its first line."""
        at = fence.end
        while True:
            line = whole_line(text, at, final=final, most_chars=code_blocks.MAX_LINE_CHARS)
            if line is None:
                line = text[at : at + code_blocks.MAX_LINE_CHARS]
            if not line or fence.closes_with(line):
                return Contents.CODE
            if line.strip():
                return Contents.CODE if code_blocks.looks_like_code(line.rstrip()) else Contents.PROSE
            at += len(line)

    def _announce(self, typed_chars: int) -> None:
        """Say in place of a line that here is code, if that is to be said."""
        phrase = self._phrases().code if self._code == "announce" else ""
        if phrase and not self._at_head and self.text.ends_in_word:
            phrase = f" {phrase}"
        self.text.replace(phrase, typed_chars)

    def _phrases(self, further: str = "") -> Phrases:
        return phrases_for(self._language, self.text.tail + further)

    def _open_table(self, head: str | None, end: int) -> int:
        heads = None if head is None else tables.heads_of(head)
        reader = TableReader(self.text, self._phrases(" " + (head or "")), heads)
        is_piped = head is None or head.lstrip().startswith("|")
        self._begin_block(TableRows(reader, is_piped=is_piped))
        return end

    def _begin_block(self, block: Block) -> None:
        self._block, self._read = block, self._read_block

    def _read_block(self, text: str, at: int, final: bool) -> int:
        assert self._block is not None
        end = self._block.read(text, at, final)
        if self._block.is_over:
            self._end_block()
        return end

    def _end_block(self) -> None:
        assert self._block is not None
        self._begin_line(behind_blank=self._block.ends_behind_blank)
        self._block = None

    _HEAD_READERS: Final = {
        "`": (_fenced_head,),
        "~": (_fenced_head,),
        "|": (_rule_head, _pipe_head),
        "-": (_rule_head,),
        ":": (_rule_head,),
        "+": (_grid_head,),
    }
    """What a line may be that begins with a character; each reader returns None where it is not that."""
