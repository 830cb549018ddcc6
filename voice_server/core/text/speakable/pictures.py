"""What is said of emoji: their names, or only what a list, a table or a rating says with them.

A tick or a cross is an answer where it begins a line, fills a cell, follows a colon, or stands beside
another one; coloured circles and thumbs are one where they stand alone.
Names are those of CLDR, from the package `emoji`.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from types import ModuleType
from typing import Literal

EmojiPolicy = Literal["skip", "say"]

_SELECTORS = dict.fromkeys(map(ord, "\ufe0e\ufe0f\u200d"))
_RATING = re.compile("([⭐★🌟]+)([☆✩✰]*)")
_YES, _NO = frozenset("✅✔☑"), frozenset("❌✗✘✖❎🚫")
_TICKS = frozenset("✓")
"""Ticks that begin a line are its bullet, and answers elsewhere."""
_LIGHTS = {"🟢": "green", "🟡": "yellow", "🟠": "orange", "🔴": "red"}
_THUMBS = {"👍": "thumbs up", "👎": "thumbs down"}
_OPERATORS = {"➕": "+", "➖": "−", "✖": "×", "➗": "÷"}
_ARROWS = {"➡": "→", "⬅": "←"}
_WINDOW = 200
"""How many characters beside a picture tell what it means."""
_ANSWERS = _YES | _NO | _TICKS
_ANSWER = re.compile(f"[{''.join(sorted(_ANSWERS))}]")

_WORDS = {
    "en": "yes;no;{0} stars;{0} of {1} stars;green;yellow;orange;red;thumbs up;thumbs down",
    "de": "ja;nein;{0} Sterne;{0} von {1} Sternen;grün;gelb;orange;rot;Daumen hoch;Daumen runter",
    "fr": "oui;non;{0} étoiles;{0} étoiles sur {1};vert;jaune;orange;rouge;pouce levé;pouce baissé",
    "es": "sí;no;{0} estrellas;{0} de {1} estrellas;verde;amarillo;naranja;rojo;pulgar arriba;pulgar abajo",
    "it": "sì;no;{0} stelle;{0} stelle su {1};verde;giallo;arancione;rosso;pollice in su;pollice in giù",
    "pt": "sim;não;{0} estrelas;{0} de {1} estrelas;verde;amarelo;laranja;vermelho;polegar para cima"
    ";polegar para baixo",
    "nl": "ja;nee;{0} sterren;{0} van de {1} sterren;groen;geel;oranje;rood;duim omhoog;duim omlaag",
    "pl": "tak;nie;liczba gwiazdek: {0};liczba gwiazdek: {0} na {1};zielony;żółty;pomarańczowy;czerwony"
    ";kciuk w górę;kciuk w dół",
    "ru": "да;нет;звёзд: {0};звёзд: {0} из {1};зелёный;жёлтый;оранжевый;красный;палец вверх;палец вниз",
    "ja": "はい;いいえ;星{0}つ;星{1}つ中{0}つ;緑;黄;オレンジ;赤;いいね;よくないね",
    "zh": "是;否;{0}星;{1}星中的{0}星;绿色;黄色;橙色;红色;赞;踩",
    "hi": "हाँ;नहीं;{0} सितारे;{1} में से {0} सितारे;हरा;पीला;नारंगी;लाल;थम्स अप;थम्स डाउन",
    "ar": "نعم;لا;عدد النجوم {0};عدد النجوم {0} من {1};أخضر;أصفر;برتقالي;أحمر;إعجاب;عدم إعجاب",
}
_KEYS = ("yes", "no", "stars", "rating", "green", "yellow", "orange", "red", "thumbs up", "thumbs down")


@cache
def _words(language: str) -> dict[str, str]:
    return dict(zip(_KEYS, _WORDS.get(language, _WORDS["en"]).split(";"), strict=True))


def read_pictures(text: str, start: int, end: int, policy: EmojiPolicy, language: str) -> str:
    """What is said of the run of emoji [start, end) of a sentence, "" for nothing."""
    run = text[start:end].translate(_SELECTORS)
    before, after = text[max(0, start - _WINDOW) : start], text[end : end + _WINDOW]
    has_others = run in _ANSWERS and _ANSWER.search(before + after) is not None
    before, after = before.rstrip(" \t"), after.lstrip(" \t")
    words = _words(language)
    if (rating := _RATING.fullmatch(run)) and len(run) > 1:
        filled, empty = map(len, rating.groups())
        return words["rating"].format(filled, filled + empty) if empty else words["stars"].format(filled)
    begins = before[-1:] in ("", "\n")
    is_alone = before[-1:] in ("", "\n", "|") and after[:1] in ("", "\n", "|")
    if (answer := _answer(run, before, begins=begins, is_alone=is_alone, has_others=has_others)) is not None:
        said = words[answer]
        return f"{said[:1].upper()}{said[1:]}:" if begins and not is_alone else said
    sentences = (
        (run in _THUMBS and not before.strip() and not after.strip(), words.get(_THUMBS.get(run, ""))),
        (run in _LIGHTS and (is_alone or before[-1:] == ":"), words.get(_LIGHTS.get(run, ""))),
        (before[-1:].isdigit() and after[:1].isdigit(), _OPERATORS.get(run)),
        (not begins and after, _ARROWS.get(run)),
    )
    said = next((said for is_so, said in sentences if is_so and said), "")
    return said or (_names(run, language) if policy == "say" else "")


def _answer(run: str, before: str, *, begins: bool, is_alone: bool, has_others: bool) -> str | None:
    """The key of what a tick or a cross says; None where it only decorates."""
    if run not in _ANSWERS or (begins and not is_alone and run in _TICKS):
        return None
    if begins or is_alone or before[-1:] == ":" or has_others:
        return "no" if run in _NO else "yes"
    return None


@cache
def _library() -> ModuleType:
    import emoji  # noqa: PLC0415 - 50 ms and 4 MB, for those who want to hear names

    return emoji


@lru_cache(maxsize=512)
def _names(run: str, language: str) -> str:
    """The names of emoji with commas between them: in English where the package lacks the language."""
    library = _library()
    language = language if language in library.LANGUAGES else "en"
    library.config.load_language(language)
    found = [str(each["emoji"]) for each in library.emoji_list(run)]
    names = [library.demojize(each, language=language).strip(":").replace("_", " ") for each in found]
    return f" {', '.join(names)} " if names else ""
