"""What is said of a formula: the terms of `math_tree` in the words of `math_words`.

Speech has no brackets, so what stands in a fraction, a root or an exponent is parted from what follows by a
comma where it is more than one term. A formula that is broken or has no words is "a formula", never an error.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import ClassVar

from voice_server.core.text.speakable.math_tree import NotReadable, Row, Term, parse_tex
from voice_server.core.text.speakable.math_words import math_words

_BIG = {"∑": "sum", "∏": "prod", "∫": "int", "∬": "iint", "∭": "iiint", "∮": "oint", "⋃": "union", "⋂": "cap"}
_ACCENTS = {
    "^": "hat", "ˆ": "hat", "̂": "hat", "¯": "bar", "―": "bar", "‾": "bar", "_": "bar", "~": "tilde",
    "˜": "tilde", "˙": "dot", "¨": "ddot", "→": "vec", "⃗": "vec",
}  # fmt: skip
_LIMITED = frozenset(("max", "min", "sup", "inf", "argmax", "argmin", "lim", "limsup", "liminf"))
_NAMES = "sin cos tan cot sec csc arcsin arccos arctan sinh cosh tanh log ln exp lg"
_TAKE_ARGUMENT = frozenset(_NAMES.split())
_FUNCTION_LETTERS = frozenset("fghFGHPELOΓζσφψ")
_RELATIONS = frozenset("=≠<>≤≥≪≫≈≡∼∝→⇒⇔↦∈∉⊂")
_BINARY = frozenset("+−±∓") | _RELATIONS
_RAW_BEFORE = frozenset("$€£¥₹")
_RAW_BEHIND = frozenset("%‰°")
_CJK = "\u3001-\u30ff\u3400-\u9fff\uff01-\uff60"
_KEY_OF_SIGN = {"|": "given", "‖": "∥", "·": "×"}
_KEY_OF_EXPONENT = {
    "2": "squared", "3": "cubed", "−1": "inverse", "T": "transposed", "⊤": "transposed", "⊺": "transposed",
    "×": "star", "∗": "star", "⋆": "star", "′": "prime", "′′": "second",
}  # fmt: skip
_KEY_OF_BRACKETS = {"||": "abs", "‖‖": "norm", "⌊⌋": "floor", "⌈⌉": "ceil"}
_MODULO = Term("word", "mod")


@lru_cache(maxsize=512)
def spoken_formula(tex: str, language: str) -> str:
    """What is said of a formula in TeX, in a language given by its two-letter code."""
    words = math_words(language)
    try:
        said = _Speaker(words).row(parse_tex(tex))
    except (NotReadable, KeyError, RecursionError):
        return words["formula"]
    return _tidied(said) or words["formula"]


def spoken_power(base: str, exponent: str, language: str) -> str:
    """What is said of a power that is written without TeX; both parts are letters, digits or a sign."""
    return spoken_formula(f"{base}^{{{exponent}}}", language)


def _tidied(said: str) -> str:
    """One comma where several came together, none at the end, and no blanks that the script does not have."""
    said = re.sub(r"\s+", " ", said).strip()
    said = re.sub(r"\s+(?=[,;.、，])", "", said)
    said = re.sub(r"[,、，](?=[,;.、，])", "", said)
    said = re.sub(r"\s+(?=[%‰°])|(?<=°)\s+(?=[CFK]\b)|(?<=[$€£¥₹])\s+(?=\d)", "", said)
    said = re.sub(rf"(?<=[{_CJK}]) | (?=[{_CJK}])", "", said)
    return said.rstrip(",;、，").strip()


class _Speaker:
    def __init__(self, words: Mapping[str, str]) -> None:
        self._words = words

    def row(self, row: Row) -> str:
        """What is said of a row of terms."""
        said: list[str] = []
        index = 0
        while index < len(row):
            term, following = row[index], row[index + 1 :]
            phrase, taken = self._with_argument(term, following)
            if not taken:
                phrase = self._term(term, row[:index], following)
            if term.kind == "fence" and self._is_factor(row[:index]) and term.parts[0][:1] != (_MODULO,):
                said.append(self._words["×"])
            said.append(phrase)
            index += 1 + taken
        return " ".join(said)

    def _with_argument(self, term: Term, following: Row) -> tuple[str, int]:
        """A function with its argument in brackets, and how many of the following terms that took."""
        if not following or following[0].kind != "fence" or following[0].text not in ("()", "[]"):
            return "", 0
        inside = following[0].parts[0]
        core = term.parts[0][0] if term.kind == "script" and len(term.parts[0]) == 1 else term
        is_name = core.kind == "word" and core.text not in _LIMITED
        is_letter = core.kind == "letter" and (core.text in _FUNCTION_LETTERS or not _is_compound(inside))
        if not inside or not (is_name or is_letter) or inside[0].text == "mod":
            return "", 0
        if core.text == "det":
            return self._say("det", self.row(inside)), 1
        if is_letter and len(following) > 1 and following[1].kind == "fence":
            return "", 0
        return self._say("call", self._function(term), self._closed(inside, following[1:])), 1

    def _function(self, term: Term) -> str:
        """A function by itself, without "of"."""
        if term.kind == "script":
            return self._script(term, ())
        return self._words.get(term.text, term.text)

    def _is_factor(self, before: Row) -> bool:
        """Whether a bracket behind these terms is multiplied with the last of them."""
        return bool(before) and (
            before[-1].kind in ("letter", "number", "fence", "fraction", "root", "script")
            and not self._is_operator(before[-1])
        )

    def _is_operator(self, term: Term) -> bool:
        base = term.parts[0] if term.kind == "script" else ()
        return len(base) == 1 and (base[0].text in _BIG or base[0].kind in ("word", "sign"))

    def _say(self, key: str, *parts: str) -> str:
        return self._words[key].format(*parts)

    def _closed(self, row: Row, following: Row) -> str:
        """A part of more than one term, with a comma behind it where the formula goes on."""
        said = self.row(row)
        goes_on = bool(following) and following[0].kind != "mark"
        return f"{said}," if goes_on and _is_compound(row) else said

    def _term(self, term: Term, before: Row, following: Row) -> str:
        if term.kind == "sign":
            return self._sign(term.text, before)
        return self._SPOKEN[term.kind](self, term, following)

    def _letter(self, term: Term, following: Row) -> str:
        return self._words.get(term.text, term.text)

    def _number(self, term: Term, following: Row) -> str:
        return term.text.replace(".", self._words["decimal"])

    def _as_typed(self, term: Term, following: Row) -> str:
        return "," if term.text == ":" else term.text

    def _choose(self, term: Term, following: Row) -> str:
        return self._say("binom", *map(self.row, term.parts[:2]))

    def _accent(self, term: Term, following: Row) -> str:
        base = self.row(term.parts[0])
        return self._say(_ACCENTS[term.text], base) if term.text in _ACCENTS else base

    def _lines(self, term: Term, following: Row) -> str:
        """Several equations, or cases."""
        return self._rows(term, " ")

    def _word(self, term: Term, following: Row) -> str:
        word = term.text
        if word in _TAKE_ARGUMENT and following and following[0].kind not in ("mark", "sign"):
            return self._say("of", self._words.get(word, word))
        if word in ("lim", "det"):
            return self._words["lim0"] if word == "lim" else self._say("det", "")
        is_function = word in _TAKE_ARGUMENT or word in _LIMITED or word == "mod"
        return self._words.get(word, word) if is_function else word

    def _sign(self, sign: str, before: Row) -> str:
        if sign in _RAW_BEHIND or sign in _RAW_BEFORE:
            return sign
        if sign in _BIG:
            return self._say("of", self._words[_BIG[sign]])
        is_unary = not before or before[-1].kind in ("sign", "mark")
        return self._words["neg" if sign == "−" and is_unary else _KEY_OF_SIGN.get(sign, sign)]

    def _fraction(self, term: Term, following: Row) -> str:
        above, below = term.parts
        if derivative := self._derivative(above, below):
            return derivative
        if (simple := f"{_plain(above)}/{_plain(below)}") in self._words:
            return self._words[simple]
        numerator, denominator = self.row(above), self._closed(below, following)
        order = self._words["frac"]
        if _is_compound(above) and order.index("{0}") < order.index("{1}"):
            numerator += ","
        return order.format(numerator, denominator)

    def _derivative(self, above: Row, below: Row) -> str:
        """dy/dx, ∂f/∂x, d/dx and the second derivatives; "" for another fraction."""
        pattern = re.fullmatch(r"([d∂])(\^2)?(.?)/\1(.)(\^2)?", f"{_plain(above)}/{_plain(below)}")
        if pattern is None or pattern[2] != pattern[5]:
            return ""
        name, variable = (self._words.get(part, part) for part in pattern.group(3, 4))
        prefix = "p" if pattern[1] == "∂" else ""
        if name:
            return self._say(prefix + ("deriv2" if pattern[2] else "deriv"), name, variable)
        return "" if pattern[2] else self._say(f"{prefix}by", variable)

    def _root(self, term: Term, following: Row) -> str:
        inside, index = self._closed(term.parts[0], following), _plain(term.parts[1])
        if index in ("", "2"):
            return self._say("root", inside)
        return (
            self._say("cuberoot", inside)
            if index == "3"
            else self._say("nthroot", inside, self.row(term.parts[1]))
        )

    def _script(self, term: Term, following: Row) -> str:
        base, below, above = term.parts
        core = base[0] if len(base) == 1 else Term("word")
        if core.text in _BIG:
            return self._big(self._words[_BIG[core.text]], below, above)
        if core.kind == "word" and core.text in _LIMITED:
            return self._limited(core.text, below)
        said = self._group(base)
        if below and core.text in ("log", "lg"):
            said = self._say("base", self._words["log"], self.row(below))
        elif below:
            said = (
                f"{said} {self.row(below)}"
                if not _is_compound(below)
                else self._say("sub", said, self.row(below))
            )
        if above:
            said = self._raised(said, core, above, following)
        if core.kind == "word" and core.text in _TAKE_ARGUMENT and following and following[0].kind != "fence":
            said = self._say("of", said)
        return said

    def _group(self, base: Row) -> str:
        """The base of a script: brackets round more than one term are said, since all of it is meant."""
        if (
            len(base) == 1
            and base[0].kind == "fence"
            and base[0].text == "()"
            and _is_compound(base[0].parts[0])
        ):
            return self._say("group", self.row(base[0].parts[0]))
        if len(base) == 1 and base[0].kind == "word":
            return self._words.get(base[0].text, base[0].text)
        return self.row(base)

    def _raised(self, base: str, core: Term, above: Row, following: Row) -> str:
        exponent = _plain(above)
        if not base:
            return self.row(above)
        is_function = core.kind == "word" or core.text.isupper() or core.text in _FUNCTION_LETTERS
        if exponent in _KEY_OF_EXPONENT and (exponent != "−1" or is_function):
            return self._say(_KEY_OF_EXPONENT[exponent], base)
        if exponent in ("∘", "°"):
            return f"{base}°"
        if exponent in ("+", "−"):
            return f"{base} {self._words[exponent]}"
        if exponent.startswith("′"):
            return " ".join([base, *[self._say("prime", "").strip()] * len(exponent)])
        return self._say("power", base, self._closed(above, following))

    def _big(self, name: str, below: Row, above: Row) -> str:
        """A sum, product or integral with what stands below and above it."""
        if below and above:
            return self._say("bounds", name, self.row(below), self._upper(above))
        return self._say("over", name, self.row(below or above)) if below or above else self._say("of", name)

    def _upper(self, row: Row) -> str:
        return self._words["∞to"] if _plain(row) == "∞" else self.row(row)

    def _limited(self, name: str, below: Row) -> str:
        arrow = next((at for at, term in enumerate(below) if term.text == "→"), None)
        if name == "lim" and arrow is not None:
            return self._say("lim", self.row(below[:arrow]), self._upper(below[arrow + 1 :]))
        own = self._words["lim0"] if name == "lim" else self._words.get(name, name)
        return self._say("over", own, self.row(below))

    def _fence(self, term: Term, following: Row) -> str:
        inside = term.parts[0]
        if len(inside) == 1 and inside[0].kind == "table":
            return self._matrix(inside[0], term.text)
        if term.text in _KEY_OF_BRACKETS:
            core = inside[0] if len(inside) == 1 else Term("word")
            is_set = term.text == "||" and core.kind == "letter" and core.text.isupper()
            return self._say(
                "size" if is_set else _KEY_OF_BRACKETS[term.text], self._closed(inside, following)
            )
        if term.text == "{}":
            return self._say("set", self._set(inside))
        comma = _only_comma(inside)
        if term.text in ("[]", "(]", "[)") and comma is not None:
            return self._say("interval", self.row(inside[:comma]), self._upper(inside[comma + 1 :]))
        return self._say("group", self.row(inside)) if _is_compound(inside) else self.row(inside)

    def _set(self, inside: Row) -> str:
        bar = next((at for at, term in enumerate(inside) if term.text in ("|", ":")), None)
        if bar is None:
            return self.row(inside)
        return f"{self.row(inside[:bar])} {self._words['suchthat']} {self.row(inside[bar + 1 :])}"

    def _matrix(self, table: Term, brackets: str) -> str:
        rows = self._rows(table, ", ")
        if brackets == "||":
            return self._say("det", self._say("matrix", rows))
        return self._say("column", rows.replace(";", ",")) if table.text == "1" else self._say("matrix", rows)

    def _rows(self, table: Term, between_cells: str) -> str:
        columns = int(table.text)
        cells = [self.row(cell) for cell in table.parts]
        rows = [cells[start : start + columns] for start in range(0, len(cells), columns)]
        return "; ".join(between_cells.join(filter(None, row)) for row in rows)

    # Each says a term of its kind, which the given terms follow.
    _SPOKEN: ClassVar[dict[str, Callable[[_Speaker, Term, Row], str]]] = {
        "letter": _letter,
        "number": _number,
        "word": _word,
        "text": _as_typed,
        "mark": _as_typed,
        "fraction": _fraction,
        "choose": _choose,
        "root": _root,
        "script": _script,
        "accent": _accent,
        "fence": _fence,
        "table": _lines,
    }


def _is_compound(row: Row) -> bool:
    """Whether a row has a sign in it, beside one at its beginning, so that its end could not be heard."""
    return any(term.kind == "sign" and term.text in _BINARY for term in row[1:])


def _plain(row: Row) -> str:
    """A short row of letters, numbers and signs as one string, `d^2y`; with anything else "?"."""
    if len(row) > 4:
        return "?"
    parts = []
    for term in row:
        if term.kind in ("letter", "number", "sign"):
            parts.append(term.text)
        elif term.kind == "script" and not term.parts[1]:
            parts.append(f"{_plain(term.parts[0])}^{_plain(term.parts[2])}")
        else:
            return "?"
    return "".join(parts)


def _only_comma(row: Row) -> int | None:
    commas = [at for at, term in enumerate(row) if term.kind == "mark" and term.text == ","]
    return commas[0] if len(commas) == 1 else None
