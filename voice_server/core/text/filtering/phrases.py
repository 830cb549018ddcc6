"""What is said in place of code, tables and lists of sources, in the language of the text round it."""

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
    """Phrases of one language; a number of rows, which is not one in `table`, stands for `{rows}`."""

    code: str
    sources: str
    table_of_one: str
    table: str
    more_rows: str
    yes: str
    no: str


_PHRASES = {
    "ar": Phrases(
        "تم حذف الشفرة.",
        "تم حذف المصادر.",
        "جدول من صف واحد.",
        "جدول، عدد الصفوف: {rows}.",
        "صفوف أخرى: {rows}.",
        "نعم",
        "لا",
    ),
    "cs": Phrases(
        "Kód vynechán.",
        "Zdroje vynechány.",
        "Tabulka s jedním řádkem.",
        "Tabulka, počet řádků: {rows}.",
        "Další řádky: {rows}.",
        "ano",
        "ne",
    ),
    "de": Phrases(
        "Code ausgelassen.",
        "Quellen ausgelassen.",
        "Eine Tabelle mit einer Zeile.",
        "Eine Tabelle mit {rows} Zeilen.",
        "Weitere Zeilen: {rows}.",
        "ja",
        "nein",
    ),
    "en": Phrases(
        "Code omitted.",
        "Sources omitted.",
        "A table with one row.",
        "A table with {rows} rows.",
        "More rows: {rows}.",
        "yes",
        "no",
    ),
    "es": Phrases(
        "Código omitido.",
        "Fuentes omitidas.",
        "Una tabla con una fila.",
        "Una tabla con {rows} filas.",
        "Más filas: {rows}.",
        "sí",
        "no",
    ),
    "fr": Phrases(
        "Code omis.",
        "Sources omises.",
        "Un tableau d'une ligne.",
        "Un tableau de {rows} lignes.",
        "Autres lignes : {rows}.",
        "oui",
        "non",
    ),
    "hi": Phrases(
        "कोड छोड़ दिया गया।",
        "स्रोत छोड़ दिए गए।",
        "एक पंक्ति की तालिका।",
        "तालिका, पंक्तियाँ: {rows}।",
        "और पंक्तियाँ: {rows}।",
        "हाँ",
        "नहीं",
    ),
    "it": Phrases(
        "Codice omesso.",
        "Fonti omesse.",
        "Una tabella di una riga.",
        "Una tabella di {rows} righe.",
        "Altre righe: {rows}.",
        "sì",
        "no",
    ),
    "ja": Phrases(
        "コードは省略します。",
        "出典は省略します。",
        "1行の表です。",
        "{rows}行の表です。",
        "ほかに{rows}行あります。",
        "はい",
        "いいえ",
    ),
    "ko": Phrases(
        "코드는 생략합니다.",
        "출처는 생략합니다.",
        "1행으로 된 표입니다.",
        "{rows}행으로 된 표입니다.",
        "그 외 {rows}행.",
        "예",
        "아니요",
    ),
    "nl": Phrases(
        "Code weggelaten.",
        "Bronnen weggelaten.",
        "Een tabel met één rij.",
        "Een tabel met {rows} rijen.",
        "Meer rijen: {rows}.",
        "ja",
        "nee",
    ),
    "pl": Phrases(
        "Kod pominięty.",
        "Źródła pominięte.",
        "Tabela z jednym wierszem.",
        "Tabela, liczba wierszy: {rows}.",
        "Dalsze wiersze: {rows}.",
        "tak",
        "nie",
    ),
    "pt": Phrases(
        "Código omitido.",
        "Fontes omitidas.",
        "Uma tabela com uma linha.",
        "Uma tabela com {rows} linhas.",
        "Mais linhas: {rows}.",
        "sim",
        "não",
    ),
    "ru": Phrases(
        "Код пропущен.",
        "Источники пропущены.",
        "Таблица из одной строки.",
        "Таблица, строк: {rows}.",
        "Ещё строк: {rows}.",
        "да",
        "нет",
    ),
    "sv": Phrases(
        "Koden utelämnas.",
        "Källorna utelämnas.",
        "En tabell med en rad.",
        "En tabell med {rows} rader.",
        "Fler rader: {rows}.",
        "ja",
        "nej",
    ),
    "tr": Phrases(
        "Kod atlandı.",
        "Kaynaklar atlandı.",
        "Tek satırlık bir tablo.",
        "{rows} satırlık bir tablo.",
        "Diğer satırlar: {rows}.",
        "evet",
        "hayır",
    ),
    "uk": Phrases(
        "Код пропущено.",
        "Джерела пропущено.",
        "Таблиця з одного рядка.",
        "Таблиця, рядків: {rows}.",
        "Ще рядків: {rows}.",
        "так",
        "ні",
    ),
    "zh": Phrases(
        "代码已省略。",
        "来源已省略。",
        "一个有1行的表格。",
        "一个有{rows}行的表格。",
        "还有{rows}行。",
        "是",
        "否",
    ),
}
"""By two-letter code. Languages that inflect a noun by the number name it before the number."""

CODE_PHRASES = frozenset(each.code for each in _PHRASES.values())
SOURCES_PHRASES = frozenset(each.sources for each in _PHRASES.values())
"""What may stand for a block of code, and for a list of sources."""

_SAME_AS = {"cmn": "zh", "yue": "zh"}


def phrases_for(language: str | None, text: str) -> Phrases:
    """The phrases of a language, a BCP 47 tag, or of that which `text` seems to be in; else English ones."""
    if language is None:
        text = _LETTER.sub("", text)
        has_only_begun = len(text) < _FEW_CHARS and len(text.split()) >= _FEW_WORDS
        language = guess_language(f"{text} .", "en", 1 if has_only_begun else 2)
    code = language.partition("-")[0].lower()
    return _PHRASES.get(_SAME_AS.get(code, code), _PHRASES["en"])
