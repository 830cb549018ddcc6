"""What is said in place of code and of tables, in the language of the text round it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from voice_server.core.text.splitting.language_guess import guess_language

_LETTER = re.compile(r"\b\w\b")
"""A letter by itself is a name here ("A:") and no word of any language."""
_FEW_CHARS = 60
_FEW_WORDS = 3
"""In a text that has only begun, one sign of a language is enough, but not in a word or two."""


@dataclass(frozen=True, slots=True)
class Phrases:
    """Phrases of one language; a number of rows stands for `{rows}`."""

    code: str
    table: str
    more_rows: str
    yes: str
    no: str


_PHRASES = {
    "ar": Phrases("تم حذف الشفرة.", "جدول، عدد الصفوف: {rows}.", "صفوف أخرى: {rows}.", "نعم", "لا"),
    "cs": Phrases("Kód vynechán.", "Tabulka, počet řádků: {rows}.", "Další řádky: {rows}.", "ano", "ne"),
    "de": Phrases(
        "Code ausgelassen.", "Eine Tabelle mit {rows} Zeilen.", "Weitere Zeilen: {rows}.", "ja", "nein"
    ),
    "en": Phrases("Code omitted.", "A table with {rows} rows.", "More rows: {rows}.", "yes", "no"),
    "es": Phrases("Código omitido.", "Una tabla con {rows} filas.", "Más filas: {rows}.", "sí", "no"),
    "fr": Phrases("Code omis.", "Un tableau de {rows} lignes.", "Autres lignes : {rows}.", "oui", "non"),
    "hi": Phrases("कोड छोड़ दिया गया।", "तालिका, पंक्तियाँ: {rows}।", "और पंक्तियाँ: {rows}।", "हाँ", "नहीं"),
    "it": Phrases("Codice omesso.", "Una tabella di {rows} righe.", "Altre righe: {rows}.", "sì", "no"),
    "ja": Phrases("コードは省略します。", "{rows}行の表です。", "ほかに{rows}行あります。", "はい", "いいえ"),
    "ko": Phrases("코드는 생략합니다.", "{rows}행으로 된 표입니다.", "그 외 {rows}행.", "예", "아니요"),
    "nl": Phrases("Code weggelaten.", "Een tabel met {rows} rijen.", "Meer rijen: {rows}.", "ja", "nee"),
    "pl": Phrases(
        "Kod pominięty.", "Tabela, liczba wierszy: {rows}.", "Dalsze wiersze: {rows}.", "tak", "nie"
    ),
    "pt": Phrases("Código omitido.", "Uma tabela com {rows} linhas.", "Mais linhas: {rows}.", "sim", "não"),
    "ru": Phrases("Код пропущен.", "Таблица, строк: {rows}.", "Ещё строк: {rows}.", "да", "нет"),
    "sv": Phrases("Koden utelämnas.", "En tabell med {rows} rader.", "Fler rader: {rows}.", "ja", "nej"),
    "tr": Phrases("Kod atlandı.", "{rows} satırlık bir tablo.", "Diğer satırlar: {rows}.", "evet", "hayır"),
    "uk": Phrases("Код пропущено.", "Таблиця, рядків: {rows}.", "Ще рядків: {rows}.", "так", "ні"),
    "zh": Phrases("代码已省略。", "一个有{rows}行的表格。", "还有{rows}行。", "是", "否"),
}
"""By two-letter code. Languages that inflect a noun by the number name it before the number."""

CODE_PHRASES = frozenset(each.code for each in _PHRASES.values())
"""What may stand for a block of code."""

_SAME_AS = {"cmn": "zh", "yue": "zh"}


def phrases_for(language: str | None, text: str) -> Phrases:
    """The phrases of a language, a BCP 47 tag, or of that which `text` seems to be in; else English ones."""
    if language is None:
        text = _LETTER.sub("", text)
        has_only_begun = len(text) < _FEW_CHARS and len(text.split()) >= _FEW_WORDS
        language = guess_language(f"{text} .", "en", 1 if has_only_begun else 2)
    code = language.partition("-")[0].lower()
    return _PHRASES.get(_SAME_AS.get(code, code), _PHRASES["en"])
