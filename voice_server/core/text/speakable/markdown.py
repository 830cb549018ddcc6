"""Markdown and HTML as language models write them: one pass over a sentence, which yields a list of edits.

A sentence is read alone: its emphasis or link may begin or end in another sentence. So a delimiter is known
by the characters beside it, not by whether there is a matching one. Time is linear: every pattern is bounded,
or stops at the next character with which it could match again.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from typing import ClassVar

from voice_server.core.text.offsets import Edit
from voice_server.core.text.speakable.addresses import (
    ADDRESS,
    SCHEME,
    code_edits,
    path_edits,
    url_edits,
    without_trailers,
)
from voice_server.core.text.speakable.citations import (
    CITATION,
    CitationPolicy,
    is_citation,
    is_reference_line,
)
from voice_server.core.text.speakable.exponents import EXPONENT, EXPONENT_SIGNS, read_exponent
from voice_server.core.text.speakable.formulas import FORMULA, formula_in, read_formula
from voice_server.core.text.speakable.pictures import EmojiPolicy, read_pictures
from voice_server.core.text.speakable.sound_tags import SOUND_TAG, is_sound, sound_name
from voice_server.core.text.speakable.symbols import INVISIBLE, UNSPOKEN, UNSPOKEN_CHARACTERS
from voice_server.core.types import Span

_BULLETS = "-*+•·∙▪◦‣⁃●○■□▸▹►▻▶➔➜➤➢➣→⇒−–—◆◇❖✦✧★☆✓▫◾◽⬥⦿◉"
_PURE_BULLETS = "•▪◦‣●■□▸►➤❖✦"
"""Bullets that are nothing else, and need no blank behind them."""

MAY_CONTAIN_MARKUP = re.compile(
    rf"[\\`*_#<>&\[\]|【$^²³¹⁰-₎ⁿ√∛/]|~~|==|[wW]{{3}}\."
    rf"|^[ \t]*+(?:[{_BULLETS}][ \t]|[-=]{{2}}|[{_PURE_BULLETS}])"
    rf"|[0-9][a-z]?\)|n\.d\.\)|:[0-9]|[0-9][eE][+−-]?[0-9]|{UNSPOKEN}",
    re.MULTILINE,
)
"""Matches in every sentence with markup."""

_MAY_BEGIN_MARKUP = re.compile(
    rf"[\\`*_#<>&\[\]|【$^²³¹⁰-₎ⁿ√∛/~=.:)0-9{_BULLETS}{UNSPOKEN_CHARACTERS}]"
    r"(?:(?<![.:)–—-])|(?<=[wW]{3}\.)|(?<=:)(?=[0-9])|(?<=[0-9a-z.]\))|(?<!\S[–—-]))"
)
"""Matches wherever `MAY_CONTAIN_MARKUP` does, and in few other sentences; it takes a fifth of the time."""

_ATTRIBUTE = (
    r"""(?:[A-Za-z_:@][\w:.-]*+\s*+=\s*+(?:"[^"<>]*+"|'[^'<>]*+'|[^\s"'<>=`]++)"""
    r"|(?:checked|disabled|hidden|open|controls|autoplay|loop|muted|required|readonly|selected|async|defer"
    r"|multiple|reversed|allowfullscreen|novalidate|nowrap|itemscope|inert|download)(?=[\s/>]))"
)
"""An attribute has a value, unless it is one of those that need none: `<b and b>` is no element."""

TOKEN = re.compile(
    rf"""
      (?P<newline>\n)
    | (?P<formula>{FORMULA})
    | (?P<deleted>~~(?![\s~])(?:[^~]|~(?!~))*+(?<!\s)~~(?!~)
        |<(?P<struck>(?i:del|s|strike))(?:\s[^<>]*+)?+>(?:[^<]|<(?!/?(?P=struck)\b))*+</(?P=struck)\s*>)
    | (?P<exponent>{EXPONENT})
    | (?P<escape>\\[!-/:-@\[-`{{-~])
    | (?P<backticks>`++)
    | (?P<footnote>\[\^[^\[\]\s]{{1,40}}\]|【(?:[^【】†\n]{{0,40}}†[^【】†\n]{{0,40}}|[0-9:, ]{{1,20}})】)
    | (?P<citation>{CITATION})
    | (?P<opening>!?\[)
    | (?P<closing>\](?:\((?:[^\s()\]]|\([^\s()\]]*+\))*+(?:[ \t]++(?:"[^"\]\n]*+"|'[^'\]\n]*+'))?+[ \t]*+\)
                      |\[[^\[\]\n]*+\])?+)
    | <(?P<autolink>{SCHEME}[^<>\s]++|(?:mailto:)?[^<>\s@:]++@[^<>\s@]++)>
    | (?P<element><!--(?:[^<>-]|-(?!->))*+-->
                 |</?(?P<name>[A-Za-z][A-Za-z0-9-]*+)(?:[\s/]++{_ATTRIBUTE})*+[\s/]*+>)
    | (?P<address>{ADDRESS})
    | (?P<entity>&(?:\#[0-9]{{1,7}}|\#[xX][0-9a-fA-F]{{1,6}}|[A-Za-z][A-Za-z0-9]{{1,31}});)
    | (?P<emphasis>\*++|_++|~~++|==++)
    | (?P<bar>\|)
    | (?P<unspoken>{UNSPOKEN})
    """,
    re.VERBOSE | re.DOTALL,
)
_MAY_CONTAIN_WORD_TOKEN = re.compile(
    r"[/\\_]|:[0-9]|\?[^\s?]|[^\s#]#|[wW]{3}\.|[0-9][eE][+−-]?[0-9]",
)
"""Matches where a token may begin with a letter or a digit: an address, or a number with an index."""
_BEGINS_MARK_TOKEN = re.compile(rf"[\n$\\~<`\[\]【(!&*_=|^√∛{EXPONENT_SIGNS}{UNSPOKEN_CHARACTERS}]")
_SOUND_TAG = re.compile(SOUND_TAG)
_UNSPOKEN_LINE = re.compile(
    r"[ \t]*+(?:[-*_=](?:[ \t]*+[-*_=])++"  # a rule, or what underlines a heading
    r"|`{3,}+[^`]*+|~{3,}+[^~]*+"  # the fence round a block of code, with the language's name
    r"|\|?[ \t]*+:?-++:?[ \t]*+(?:\|[ \t]*+:?-++:?[ \t]*+)*+\|?"  # the rule below a table's head
    r"|\[[^\[\]]++\]:[ \t]*+<?(?:https?:|www\.|mailto:|/|\#)[^\s]*+(?:[ \t].*+)?"  # where a link leads
    r")[ \t\r]*+"
)
_LINE_PREFIX = re.compile(
    rf"[ \t]*+(?:>|\#{{1,6}}(?!\S)|(?:[{_BULLETS}]|\[[ xX]\])(?=[ \t])|[{_PURE_BULLETS}]"
    rf"|\[\^[^\[\]\s]{{1,40}}\]:)[ \t]*+"
)
_TABLE_ROW = re.compile(r"[ \t]*+\|[^|\n]*+\|.*+|[^|\n]*+(?:\|[^|\n]++){2,}+\|?[ \t\r]*+")
_EMPTY_CELL = re.compile(r"\|[ \t]*+\|")
_PUNCTUATION = frozenset(".,;:!?")
_ENDING = re.compile(r"(?:st|nd|rd|th|s)\b")
"""What may follow a formula in the same word: "the $n$th term"."""
_BACKTICKS = re.compile("`+")
"""A run of backticks; code ends at the next run of the same length."""

_INLINE_ELEMENT = re.compile(
    "a|abbr|b|bdi|bdo|big|cite|code|del|dfn|em|emphasis|font|i|ins|kbd|lang|mark|phoneme|prosody|q|s|samp"
    "|say-as|small|span|speak|strike|strong|sub|sup|tt|u|var|voice|w|wbr"
)
_BLOCK_ELEMENT = re.compile(
    "article|aside|audio|blockquote|body|break|br|button|caption|center|col|dd|details|div|dl|dt|figcaption"
    "|figure|footer|form|h[1-6]|head|header|hr|html|iframe|img|input|label|li|link|main|meta|nav|ol|option|p"
    "|paragraph|pre|script|section|select|sentence|style|summary|svg|table|tbody|td|template|textarea|tfoot"
    "|th|thead|title|tr|ul|video"
)


def may_contain_markup(text: str) -> bool:
    """Whether there is something to scan for in a sentence: in most there is nothing."""
    return _MAY_BEGIN_MARKUP.search(text) is not None and MAY_CONTAIN_MARKUP.search(text) is not None


def token_search(text: str) -> Callable[[str, int], re.Match[str] | None]:
    """Return what finds the same as `TOKEN.search` in this text, but passes over words where it can.

    That search takes a microsecond a character, and the other a fiftieth of it.
    """
    return TOKEN.search if _MAY_CONTAIN_WORD_TOKEN.search(text) else _next_mark_token


def _next_mark_token(text: str, position: int) -> re.Match[str] | None:
    while mark := _BEGINS_MARK_TOKEN.search(text, position):
        match = TOKEN.match(text, mark.start())
        if match is not None:
            return match
        position = mark.end()
    return None


Step = tuple[str, int]
"""A rule that looked at the text, and how many edits there were behind it."""
_RULES = {
    "newline": "line", "exponent": "power", "backticks": "code", "footnote": "citation", "opening": "sound",
    "closing": "link", "autolink": "address", "entity": "characters", "bar": "table", "unspoken": "emoji",
}  # fmt: skip
"""What the others are called, of those that a group of `TOKEN` has not the name of."""


class MarkdownScan:
    """Reads one sentence, with `strip` or with `drop_tags`.

    The result is in `edits`, what to drop or replace, not in order; and in `dropped_tags`, the names of the
    sounds that the engine does not know.
    """

    def __init__(
        self,
        text: str,
        known_tags: frozenset[str],
        *,
        language: str = "en",
        emoji: EmojiPolicy = "skip",
        citations: CitationPolicy = "skip",
    ) -> None:
        self.edits: list[Edit] = []
        self.dropped_tags: list[str] = []
        self._text = text
        self._known_tags = known_tags
        self._language = language
        self._emoji: EmojiPolicy = emoji
        self._citations: CitationPolicy = citations
        self._open_brackets: list[Span] = []
        self._open_emphasis: set[str] = set()
        self._row_span: Span = (0, 0)
        """The row of a table that was read last."""
        self._cells_span: Span = (0, 0)
        """The same without the bars and white space at its ends."""
        self._closing_backticks: dict[int, int] | None = None
        self._escaped_bracket = -1
        """Where the partner of an escaped bracket, which is no formula's, has its backslash."""

    def strip(self, steps: list[Step] | None = None) -> None:
        """Find all markup, and the sounds that the engine does not know; `steps` get what found which."""
        position = self._skip_line_prefix(0)
        if steps is not None:
            steps.append(("line", len(self.edits)))
        next_token = token_search(self._text)
        while match := next_token(self._text, position):
            position = self._HANDLERS[match.lastgroup or ""](self, match)
            if steps is not None:
                steps.append((_RULES.get(match.lastgroup or "", match.lastgroup or ""), len(self.edits)))

    def drop_tags(self) -> None:
        """Find only the sounds that the engine does not know."""
        for match in _SOUND_TAG.finditer(self._text):
            self._drop_unknown_sound(match)

    def _drop(self, start: int, end: int) -> int:
        if start < end:
            self.edits.append(Edit(start, end))
        return end

    def _replace(self, start: int, end: int, replacement: str) -> int:
        """Replace a span by words, apart from letters and digits beside it."""
        before, after = self._neighbours(start, end)
        space_before = " " if before.isalnum() else ""
        space_after = " " if after.isalnum() and not _ENDING.match(self._text, end) else ""
        self.edits.append(Edit(start, end, space_before + replacement + space_after))
        return end

    def _neighbours(self, start: int, end: int) -> tuple[str, str]:
        """Return the characters before and after a span; at the ends of the text, a space."""
        return self._text[max(start - 1, 0) : start] or " ", self._text[end : end + 1] or " "

    def _drop_unknown_sound(self, match: re.Match[str]) -> bool:
        """Drop a sound that the engine does not know; return whether the match is a sound or a known tag."""
        name = sound_name(match["bracketed"] or match["angled"])
        if name in self._known_tags:
            return True
        if not is_sound(name):
            return False
        self._drop(*match.span())
        self.dropped_tags.append(name)
        return True

    def _skip_line_prefix(self, start: int) -> int:
        """Drop the prefix of a line (bullet, heading, quotation), or all of a line that is not spoken."""
        text = self._text
        newline = text.find("\n", start)
        end = len(text) if newline < 0 else newline
        if _UNSPOKEN_LINE.fullmatch(text, start, end) or (
            self._citations == "skip" and is_reference_line(text, start, end)
        ):
            return self._drop(start, end)
        position = start
        while head := _LINE_PREFIX.match(text, position, end):
            position = head.end()
        if "#" in text[start:position]:
            self._drop_heading_tail(position, end)
        if _TABLE_ROW.fullmatch(text, position, end):
            row = text[position:end]
            self._row_span = (position, end)
            self._cells_span = (end - len(row.lstrip("| \t")), position + len(row.rstrip("| \t\r")))
        return self._drop(start, position)

    def _drop_heading_tail(self, start: int, end: int) -> None:
        """Drop the "#" that close a heading (`# Title #`), but not that of a name (`# C#`)."""
        title = self._text[start:end].rstrip()
        bare = title.rstrip("#")
        if bare != title and not bare[-1:].strip():
            self._drop(start + len(bare), start + len(title))

    def _newline(self, match: re.Match[str]) -> int:
        return self._skip_line_prefix(match.end())

    def _formula(self, match: re.Match[str]) -> int:
        tex = formula_in(match)
        if tex is not None:
            return self._replace(*match.span(), read_formula(tex, self._language))
        if match["stray"] or match["unclosed"]:
            is_escaped = match.start() == self._escaped_bracket
            return self._drop(match.start(), match.start() + (1 if is_escaped else 2))
        if match["bracketed"] is None and match["parenthesised"] is None:
            return match.start() + (2 if match["display"] else 1)
        self._escaped_bracket = match.end() - 2
        return self._drop(match.start(), match.start() + 1)

    def _exponent(self, match: re.Match[str]) -> int:
        edited_until = self.edits[-1].end if self.edits else 0
        exponent = read_exponent(match, self._language, edited_until)
        if exponent.said is not None:
            self.edits.append(Edit(exponent.start, exponent.end, exponent.said))
        return match.end()

    def _citation(self, match: re.Match[str]) -> int:
        if self._citations == "skip" and is_citation(match):
            return self._drop(*match.span())
        if match[0].startswith("["):
            self._open_brackets.append((match.start(), match.start() + 1))
        return match.start() + 1

    def _escape(self, match: re.Match[str]) -> int:
        self._drop(match.start(), match.start() + 1)
        return match.end()

    def _backticks(self, match: re.Match[str]) -> int:
        """Drop the backticks round inline code, and read on behind them, so that the code stays as it is."""
        self._drop(*match.span())
        if self._closing_backticks is None:
            self._closing_backticks = _closing_backticks(self._text)
        closing = self._closing_backticks.get(match.start())
        if closing is None:
            return match.end()
        self.edits += [
            e for e in code_edits(self._text, match.end(), closing, self._language) if e.start < e.end
        ]
        return self._drop(closing, closing + len(match[0]))

    def _drop_match(self, match: re.Match[str]) -> int:
        return self._drop(*match.span())

    def _opening_bracket(self, match: re.Match[str]) -> int:
        tag = _SOUND_TAG.match(self._text, match.start())
        if tag and self._drop_unknown_sound(tag):
            return tag.end()
        self._open_brackets.append(match.span())
        return match.end()

    def _closing_bracket(self, match: re.Match[str]) -> int:
        """Drop the brackets and the destination of a link; other brackets stay."""
        opening = self._open_brackets.pop() if self._open_brackets else None
        is_link = len(match[0]) > 1
        if is_link and opening and self._neighbours(*opening)[0].isalnum():
            is_link = False  # subscripts: matrix[i][j], handlers[0](event)
        if not is_link:
            return match.start() + 1
        if opening:
            self._drop(*opening)
        return self._drop(*match.span())

    def _autolink(self, match: re.Match[str]) -> int:
        start, end = match.span("autolink")
        self._drop(start - 1, start)
        if "://" in match["autolink"]:
            self._shorten_url(start, end)
        elif match["autolink"].startswith("mailto:"):
            self._drop(start, start + len("mailto:"))
        return self._drop(end, end + 1)

    def _address(self, match: re.Match[str]) -> int:
        start = match.start()
        if match["path"]:
            edits = [edit for edit in path_edits(self._text, start, match.end()) if edit.start < edit.end]
            self.edits += edits
            return match.end() if edits else start + 1
        url = without_trailers(match[0])
        return self._shorten_url(start, start + len(url)) if url else match.end()

    def _shorten_url(self, start: int, end: int) -> int:
        self.edits += [e for e in url_edits(self._text, start, end, self._language) if e.start < e.end]
        return end

    def _element(self, match: re.Match[str]) -> int:
        name = (match["name"] or "").lower()
        if not name or _INLINE_ELEMENT.fullmatch(name):
            return self._drop(*match.span())
        if _BLOCK_ELEMENT.fullmatch(name):
            self.edits.append(Edit(*match.span(), " "))
            return match.end()
        tag = _SOUND_TAG.match(self._text, match.start())
        return match.end() if tag and self._drop_unknown_sound(tag) else match.start() + 1

    def _entity(self, match: re.Match[str]) -> int:
        character = html.unescape(match[0])
        if character != match[0]:
            self.edits.append(Edit(*match.span(), character))
        return match.end()

    def _emphasis(self, match: re.Match[str]) -> int:
        mark, before, after = match[0], *self._neighbours(*match.span())
        if self._is_operator(mark, before, after):
            return match.end()
        if before.isalnum() or after.isspace():
            self._open_emphasis.discard(mark)
        else:
            self._open_emphasis.add(mark)
        return self._drop(*match.span())

    def _is_operator(self, mark: str, before: str, after: str) -> bool:
        """Whether a delimiter is arithmetic or part of a name: `5 * 3`, `2*3`, `x**2`, `snake_case`."""
        if before.isspace() and after.isspace():
            return len(mark) < 3
        if not (before.isalnum() and after.isalnum()) or mark[0] == "~":
            return False
        if mark[0] in "_=" or (before.isdigit() and after.isdigit()):
            return True
        # Inside a word, emphasis only ends (`*T*ext`); but `**` between two letters may also begin it.
        return mark not in self._open_emphasis and not (
            len(mark) > 1 and before.isalpha() and after.isalpha()
        )

    def _bar(self, match: re.Match[str]) -> int:
        """Replace the bars between a table's cells by commas."""
        at = match.start()
        if not self._row_span[0] <= at < self._row_span[1]:
            return match.end()
        first, last = self._cells_span
        separates_cells = first < at < last and not _EMPTY_CELL.match(self._text, at)
        before = self._text[at - 2 : at].rstrip()[-1:] if at > 1 else ""
        self.edits.append(Edit(at, at + 1, "," if separates_cells and before not in _PUNCTUATION else ""))
        return match.end()

    def _unspoken_run(self, match: re.Match[str]) -> int:
        before, after = self._neighbours(*match.span())
        if said := read_pictures(self._text, *match.span(), self._emoji, self._language):
            return self._replace(*match.span(), said)
        separates_words = before.isalnum() and after.isalnum() and not INVISIBLE.fullmatch(match[0])
        self.edits.append(Edit(*match.span(), " " if separates_words else ""))
        return match.end()

    # Each handler takes the match of its group in `TOKEN` and returns the offset to read on from.
    _HANDLERS: ClassVar[dict[str, Callable[[MarkdownScan, re.Match[str]], int]]] = {
        "newline": _newline,
        "formula": _formula,
        "deleted": _drop_match,
        "exponent": _exponent,
        "citation": _citation,
        "escape": _escape,
        "backticks": _backticks,
        "footnote": _drop_match,
        "opening": _opening_bracket,
        "closing": _closing_bracket,
        "autolink": _autolink,
        "element": _element,
        "address": _address,
        "entity": _entity,
        "emphasis": _emphasis,
        "bar": _bar,
        "unspoken": _unspoken_run,
    }


def _closing_backticks(text: str) -> dict[int, int]:
    """For the offset of each run of backticks, that of the next run of the same length; made in one pass."""
    next_of_length: dict[int, int] = {}
    closing: dict[int, int] = {}
    for run in reversed(list(_BACKTICKS.finditer(text))):
        if (next_start := next_of_length.get(len(run[0]))) is not None:
            closing[run.start()] = next_start
        next_of_length[len(run[0])] = run.start()
    return closing
