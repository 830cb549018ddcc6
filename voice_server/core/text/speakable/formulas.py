"""Where formulas stand in a sentence, and which signs for money are none.

A dollar sign opens a formula where pandoc takes it for one (no blank inside the signs, no digit behind the
second), and where what stands between looks like a formula and not like prose between two amounts.
"""

from __future__ import annotations

import re

from voice_server.core.text.speakable.math_speech import spoken_formula

_ENVIRONMENTS = (
    "equation|align|aligned|alignat|gather|gathered|multline|eqnarray|split|cases|array|flalign|math|displaymath"
    "|[bpvVB]?matrix|smallmatrix"
)
FORMULA = rf"""
      \$\$(?P<display>(?:[^$\\]|\\.)++)\$\$
    | \\\[(?P<bracketed>(?:[^\\]|\\(?![\[\]]).)*+)\\\]
    | \\\((?P<parenthesised>(?:[^\\]|\\(?![()]).)*+)\\\)
    | (?P<environment>\\begin\{{(?P<kind>(?:{_ENVIRONMENTS})\*?)\}}
        (?:[^\\]|\\(?!(?:begin|end)\{{(?P=kind)\}}))*+\\end\{{(?P=kind)\}})
    | (?<![A-Za-z0-9$\\])\$(?![\s$])(?P<inline>(?:[^$\\]|\\.)++)(?<!\s)\$(?![0-9$])
    | (?P<unclosed>\$\$[^$]++\Z|\\\[(?:[^\\]|\\(?![\[\]]).)*+\Z)
    | (?P<stray>\$\$|\\\])
"""
"""Formulas as the source of a verbose pattern, where "." matches line ends too."""

_TEX_SIGN = re.compile(r"\\[A-Za-z]|[\^_{}]")
_OPERATOR = re.compile(r"[=<>+*/|×·÷≤≥≠≈∈±−√∞'-]")
_MACRO = re.compile(r"\\[A-Za-z]++(?:\{[^{}]*+\})?|\{[^{}]*+\}")
_WORD = re.compile(r"[^\W\d_]{3,}")
_FUNCTIONS = "sin cos tan log exp max min lim det mod gcd lcm inf sup arg deg dim ker"
_FUNCTION_NAMES = frozenset(_FUNCTIONS.split())


def formula_in(match: re.Match[str]) -> str | None:
    """The TeX of a match of `FORMULA`; None for what is no formula but text, or a lone delimiter."""
    groups = match.groupdict()
    if groups["environment"] is not None:
        return groups["environment"]
    if (unclosed := groups["unclosed"]) is not None:
        return unclosed[2:] if _TEX_SIGN.search(unclosed[2:]) else None
    if (display := groups["display"]) is not None:
        return display if _is_formula(display) else None
    if (inline := groups["inline"]) is not None:
        tex = inline.strip("`") if inline.startswith("`") and inline.endswith("`") else inline
        goes_on = match.string[match.end() : match.end() + 1]
        is_glued = goes_on.isascii() and goes_on.isalpha() and not (len(tex) <= 3 or "\\" in tex)
        return tex if _is_formula(tex) and not is_glued else None
    escaped = groups["bracketed"] if groups["bracketed"] is not None else groups["parenthesised"]
    return escaped if escaped is not None and _is_formula(escaped) else None


def _is_formula(text: str) -> bool:
    """Whether the text between delimiters is a formula: not words, nor prose between two amounts."""
    if not text.strip():
        return False
    if _TEX_SIGN.search(text):
        return True
    words = [word for word in _WORD.findall(_MACRO.sub(" ", text)) if word.lower() not in _FUNCTION_NAMES]
    if not words:
        return len(text.split()) <= 2 or _OPERATOR.search(text) is not None or not text[0].isdigit()
    if text.lstrip()[0].isdigit():
        return False  # "$5 per kg and 10$"
    return (len(text.split()) == 1 and words[0].isupper()) or _OPERATOR.search(text) is not None


def read_formula(tex: str, language: str) -> str:
    """What is said of a formula; a mark at its end, which belongs to the sentence, stays."""
    bare = tex.strip().rstrip("\\").rstrip()
    core = bare.rstrip(".,;")
    said = spoken_formula(core, language)
    return said + bare[len(core) :][:1]
