r"""A formula in TeX as a tree of terms: latex2mathml makes MathML of it; brackets and bars are paired here.

A row of a formula is a tuple of terms. Kinds: "letter", "number", "word" (`\sin`), "text" (`\text`), "sign",
"mark" (punctuation), and those with rows as `parts`: "fraction" (numerator, denominator), "choose", "root"
(radicand, index), "script" (base, below, above), "accent" (base), "fence" (inside; `text` holds both
brackets), "table" (its cells, row by row; `text` holds the number of columns).
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Protocol, cast

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

MAX_TEX_CHARS = 1_000
"""A longer formula is not read: nobody could follow it."""

_OPENING = {"(": ")", "[": "]", "{": "}", "⌊": "⌋", "⌈": "⌉", "⟨": "⟩"}
_CLOSING = frozenset(_OPENING.values())
_BARS = frozenset("|‖")
_BRACES = frozenset("⏟⏞⎵⎴")
_SAME_SIGN = {
    "-": "−", "*": "×", "⋅": "·", "∙": "×", "⩽": "≤", "⩾": "≥", "≦": "≤", "≧": "≥", "≃": "≈", "≅": "≈",
    "∣": "|", "∥": "‖", "⟶": "→", "⟹": "⇒", "⟺": "⇔", "↔": "⇔", "⟷": "⇔", "⟼": "↦", "⊆": "⊂", "⊊": "⊂",
    "⧵": "∖", "⋯": "…", "⋮": "…", "⋱": "…", "ϵ": "ε", "ϕ": "φ", "ϑ": "θ", "◦": "∘", "⟂": "⊥", "∕": "/",
    "″": "′′", "‴": "′′′", "\u2061": "",
}  # fmt: skip
_OTHER_FUNCTIONS = "arg argmax argmin sgn sign Pr lcm tr Tr rank diag Var Cov softmax"
_WORDS_WITH_BACKSLASH = frozenset(_OTHER_FUNCTIONS.split())
_DROPPED = re.compile(
    r"\\(?:label|tag\*?|vspace\*?|hspace\*?)\{[^{}]*\}|\\(?:nonumber|notag|hline|limits|nolimits|displaystyle"
    r"|textstyle|hfill|noindent|centering|middle|[bB]igg?[lrm]?)(?![A-Za-z])|\\[!>;:]|\\(?:left|right)\s*\."
    r"|\\begin\{(?:equation|math|displaymath|subequations)\*?\}|\\end\{(?:equation|math|displaymath|subequations)\*?\}"
)
_LINES = re.compile(
    r"\\(begin|end)\{(?:aligned|align|alignat|split|eqnarray|gathered|gather|multline|flalign)\*?\}(?:\{\d+\})?"
)
_TEXT = re.compile(r"\\(?:text(?:rm|bf|it|normal|sf|tt)?|mbox)\{([^{}]*)\}")
_ARGUMENT_OF_LIMIT = re.compile(r"\\arg\s*\\(max|min)(?![A-Za-z])")
_CHEMISTRY = re.compile(r"\\ce\{((?:[^{}]|\{[^{}]*\})*)\}")


_GROUPING = re.compile(r"(?<![\d,(\[])(?<!\\\{)\d{1,3}(?:(?:,|\{,\})\d{3})+(?![\d,)\]])(?!\\\})")
_DECIMAL_COMMA = re.compile(r"(\d)\{,\}(\d)")


@dataclass(frozen=True, slots=True)
class Term:
    """A part of a formula; what `text` and `parts` hold depends on its kind."""

    kind: str
    text: str = ""
    parts: tuple[tuple[Term, ...], ...] = ()


Row = tuple[Term, ...]


class NotReadable(ValueError):
    """A formula that is broken, or that has something in it for which there are no words."""


class _Converter(Protocol):
    def __call__(self, latex: str) -> Element: ...


@cache
def _converter() -> _Converter:
    from latex2mathml.converter import convert_to_element  # noqa: PLC0415 - 80 ms, for the first formula only

    return cast("_Converter", convert_to_element)


def parse_tex(tex: str) -> Row:
    """The terms of a formula. Raises NotReadable."""
    if len(tex) > MAX_TEX_CHARS:
        raise NotReadable(f"a formula of {len(tex)} characters")
    prepared = _TEXT.sub(_text_with_formulas, _CHEMISTRY.sub(_chemistry, tex))
    prepared = _ARGUMENT_OF_LIMIT.sub(r"\\operatorname{arg\1}", prepared)
    prepared = _LINES.sub(r"\\\1{align*}", _DROPPED.sub(" ", prepared))
    prepared = _DECIMAL_COMMA.sub(r"\1.\2", _GROUPING.sub(_without_commas, prepared))
    try:
        return _row(_converter()(prepared))
    except NotReadable:
        raise
    except (
        Exception
    ) as error:  # broken TeX ends the library in any way, an IndexError or a RecursionError too
        raise NotReadable(f"not TeX: {error!r}") from error


def _text_with_formulas(match: re.Match[str]) -> str:
    r"""`\text{if $x$}` as `\text{if }x`."""
    parts = match[1].split("$")
    return " ".join(part if number % 2 else rf"\text{{{part}}}" for number, part in enumerate(parts))


def _chemistry(match: re.Match[str]) -> str:
    r"""mhchem's `\ce{2H2 + O2 -> 2H2O}` as ordinary TeX."""
    formula = match[1].replace("<=>", r"\to ").replace("->", r"\to ").replace("^", " ")
    return re.sub(r"(?<=[A-Za-z)\]])_?\{?(\d+)\}?", r"_{\1}", formula)


def _without_commas(number: re.Match[str]) -> str:
    return "".join(re.findall(r"\d+", number[0]))


def _row(element: Element) -> Row:
    return _paired(_terms(element))


def _terms(element: Element) -> Iterator[Term]:
    """The terms of an element's children, where groups are taken apart and brackets not paired yet."""
    children = list(element)
    if all(child.get("mathvariant") == "normal" for child in children) and len(children) > 1:
        yield Term("text", "".join(_text(child) for child in children))  # \mathrm{kg}
        return
    for child in children:
        yield from _term(child)


def _term(element: Element) -> Iterator[Term]:
    match element.tag:
        case "mi" | "mo" | "mn" | "mtext":
            yield from _leaf(element.tag, _text(element))
        case "mspace":
            if element.get("linebreak"):
                yield Term("mark", ";")
        case "mfrac":
            kind = "choose" if element.get("linethickness") == "0" else "fraction"
            yield Term(kind, parts=_parts(element))
        case "msqrt":
            yield Term("root", parts=(_row(element), ()))
        case "mroot":
            yield Term("root", parts=_parts(element))
        case "msub" | "munder" | "msup" | "mover" | "msubsup" | "munderover":
            yield from _script(element)
        case "mtable":
            rows = [[_row(cell) for cell in row] for row in element]
            columns = max(map(len, rows), default=0)
            cells = tuple(cell for row in rows for cell in [*row, *[()] * (columns - len(row))])
            yield Term("table", str(columns), cells)
        case "mphantom":
            return
        case _:
            yield from _terms(element)


def _parts(element: Element) -> tuple[Row, ...]:
    parts = tuple(_paired(_term(child)) for child in element)
    if len(parts) < 2:
        raise NotReadable(f"{element.tag} lacks a part")
    return parts


def _script(element: Element) -> Iterator[Term]:
    first, *others = element
    if len(first) > 1 and first.tag in ("munder", "mover") and _text(first[1]) in _BRACES:
        yield from _term(first)  # \underbrace{a + b}_{n}, whose label is left out
        return
    base = list(_paired(_term(first)) if first.tag == "mrow" else _term(first))
    parts = [_paired(_term(child)) for child in others]
    accent = _text(others[0]) if len(others) == 1 and others[0].tag == "mo" else ""
    if accent in _BRACES:
        yield from base
        return
    if accent and element.tag == "mover" and first.tag != "mo":
        yield Term("accent", accent, (_paired(base),))
        return
    if element.tag == "mover" and not _is_large(base):
        yield from base  # without what stands over it: \xrightarrow{k}, \overset{!}{=}
        return
    if element.tag in ("msub", "munder"):
        yield Term("script", parts=(tuple(base), parts[0], ()))
    elif element.tag in ("msup", "mover"):
        yield Term("script", parts=(tuple(base), (), parts[0]))
    else:
        yield Term("script", parts=(tuple(base), parts[0], parts[1]))


def _is_large(base: list[Term]) -> bool:
    return len(base) == 1 and (base[0].text in "∑∏∫∬∭∮⋃⋂" or base[0].kind == "word")


def _text(element: Element) -> str:
    """An element's own text with its entities, in ordinary letters: 𝐯 is v."""
    text = html.unescape(element.text or "").replace("\xa0", " ")
    return unicodedata.normalize("NFKC", text) if text.isalpha() else text


def _leaf(tag: str, text: str) -> Iterator[Term]:
    """The term of a letter, a number, a sign or a word."""
    sign = _SAME_SIGN.get(text, text)
    if not sign.strip(" &"):
        return
    if tag == "mtext":
        yield Term("text", text.strip())
    elif text.startswith("\\"):
        if text[1:] not in _WORDS_WITH_BACKSLASH:
            raise NotReadable(f"no words for {text}")
        yield Term("word", text[1:])
    elif tag == "mn":
        yield Term("number", text)
    elif len(text) > 1 and text[0].isalpha():
        yield Term("word", text)
    elif sign in ",;.:":
        yield Term("mark", sign)
    elif text.isalpha():
        yield Term("letter", sign)
    else:
        yield Term("sign", sign)


def _paired(unpaired: Iterable[Term]) -> Row:
    """The terms with what stands in brackets or between bars as one; one without partner is left out."""
    terms = list(unpaired)
    stack: list[tuple[str, list[Term]]] = [("", [])]
    for index, term in enumerate(terms):
        bracket = _bracket(term)
        opened, inside = stack[-1]
        if (bracket in _CLOSING and opened in _OPENING) or (
            bracket in _BARS and bracket == opened and inside
        ):
            stack.pop()
            fence = Term("fence", opened + bracket, (tuple(inside),))
            is_base = term.kind == "script"  # (a + b)^2: the bracket alone is raised
            stack[-1][1].append(replace(term, parts=((fence,), *term.parts[1:])) if is_base else fence)
        elif bracket in _OPENING or (bracket in _BARS and not _is_given(terms, index, opened)):
            stack.append((bracket, []))
        elif bracket not in _CLOSING:
            inside.append(term)
    while len(stack) > 1:
        opened, inside = stack.pop()
        if opened in _BARS:
            inside.insert(0, Term("sign", opened))
        stack[-1][1].extend(inside)
    return tuple(stack[0][1])


def _bracket(term: Term) -> str:
    """The bracket or bar that a term is, or that has its script: "" for none."""
    if term.kind == "script" and len(term.parts[0]) == 1:
        term = term.parts[0][0]
    is_bracket = term.kind == "sign" and (
        term.text in _OPENING or term.text in _CLOSING or term.text in _BARS
    )
    return term.text if is_bracket else ""


def _is_given(terms: list[Term], index: int, opened: str) -> bool:
    """Whether the bar at `index` is the only one in its brackets, as in P(A|B), and so is said."""
    if opened not in _OPENING or _bracket(terms[index - 1]) == opened:
        return False
    for term in terms[index + 1 :]:
        if (bracket := _bracket(term)) in _BARS or bracket in _CLOSING:
            return bracket in _CLOSING
    return True
