"""Polish years, centuries, rulers and numbers with a dot, which are ordinals: the noun tells their case.

"w 2015 roku", "XXI wiek", "Jan III", "3. miejsce", "do 3. klasy". What the noun does not tell is left as it
is written: one in -e behind "w" or "na" may be of any gender, unless it is a common one. So is a number that
begins a sentence, which may be the label of an item.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from voice_server.core.text.normalization.abbreviation_rules import roman_value
from voice_server.core.text.normalization.polish_ordinals import OrdinalEnding
from voice_server.core.text.normalization.rule import Language, Rule, ends_text
from voice_server.core.text.offsets import Edit

_LOCATIVE: Final = r"(?:(?<!\w)(?:[Ww]e?|[Oo]|[Pp]o|[Pp]rzy)\s)"
_NOUNS: Final[dict[str, OrdinalEnding]] = {
    "rok": "y", "roku": "ego", "rokiem": "ym", "wiek": "y", "wieku": "ego", "wiekiem": "ym",
    "lata": "e", "lat": "ych", "latach": "ych",
    "wojna": "a", "wojny": "ej", "wojnie": "ej", "wojnę": "ą", "wojną": "ą",
}  # fmt: skip
"""Years, centuries, decades and wars, with the ending of their ordinals: -ym for -ego behind `_LOCATIVE`."""
_LETTERS: Final = {"r.": "roku", "w.": "wieku"}
_MASCULINE: Final = (
    "Jan|Jan Paweł|Zygmunt|Kazimierz|Władysław|Bolesław|Stanisław|August|Karol|Ludwik|Henryk|Fryderyk|Mikołaj"
    "|Aleksander|Piotr|Paweł|Benedykt|Pius|Franciszek|Leon|Grzegorz|Mieszko|Otton|Filip|Napoleon|Wilhelm|Jerzy"
    "|Jakub|Ferdynand|Edward|Ryszard|Klemens|Innocenty|Urban|[Ww]iek|[Rr]ozdział|[Tt]om|[Aa]kt"
)
_QUEENS: Final = "Elżbieta|Katarzyna|Maria|Małgorzata|Anna|Wiktoria"

_BEFORE: Final = {
    **dict.fromkeys(
        ("do", "od", "z", "ze", "bez", "dla", "u", "koło", "obok", "podczas", "według"), "genitive"
    ),
    **dict.fromkeys(("w", "we", "na", "o", "po", "przy"), "locative"),
}
_FEMININE: Final = "klas|stron|rund|godzin|minut|sekund|połow|faz|dywizj|kolejk|lig|rocznic"
_FEMININE_IN_E: Final = (
    "klasie|stronie|rundzie|godzinie|minucie|sekundzie|połowie|dobie|fazie|kolejce|lidze|próbie|kwarcie"
)
_MASCULINE_IN_E: Final = (
    "rzędzie|piętrze|etapie|okresie|rozdziale|semestrze|tomie|akcie|planie|świecie|sezonie|secie|punkcie|wagonie"
    "|peronie|kwartale|dystansie|zdaniu"
)
_IN_A: Final = (
    "miejsca|piętra|dnia|tygodnia|miesiąca|półrocza|zdania|zadania|pytania|okrążenia|maja|pokolenia"
)
_NO_NOUN: Final = (
    "był|była|było|były|jest|są|nie|ale|oraz|lub|czy|albo|więc|gdy|jak|bez|dla|pod|nad|przed|przez|potem|też|już"
    "|tylko|wtedy|tam|tutaj"
)
_NAMED: Final[tuple[tuple[str, str, OrdinalEnding], ...]] = (
    ("część|noc|powieść|oś|twarz", "nominative locative", "a"),
    (rf"(?:{_FEMININE})[yi]|części|linii|\w+ji", "nominative genitive locative", "ej"),
    (_FEMININE_IN_E, "locative", "ej"),
    (_MASCULINE_IN_E, "locative", "ym"),
    (_IN_A, "nominative genitive", "ego"),
    (r"\w+[ua]", "genitive", "ego"),
    (r"\w+u", "nominative", "ego"),
    (r"\w+u", "locative", "ym"),
    (r"\w+[yi]", "genitive locative", "ej"),
    (r"\w+(?:em|im|ym)", "nominative genitive locative", "ym"),
    (r"\w+ego", "nominative genitive", "ego"),
    (r"\w+[ęą]", "nominative genitive locative", "ą"),
    (r"\w+a", "nominative", "a"),
    (r"\w+(?:szy|ski|cki)", "nominative", "y"),
    ("miejsce", "locative", "e"),
    (r"\w+(?:o|um)", "nominative locative", "e"),
    (r"\w+(?:ce|nie|cie)", "nominative", "e"),
    (r"\w+[bcćdfghjklłmnńprsśtwzźż](?<!ch)(?<!ów)(?<!om)", "nominative", "y"),
)
_ENDINGS: Final = tuple((re.compile(rf"(?:{noun})\Z"), cases.split(), end) for noun, cases, end in _NAMED)
"""Nouns, the cases in which that form of them stands, and the ending of an ordinal before it; first match.

A noun without a preposition stands in the nominative, or in the genitive if nothing else has its form.
"""


def polish_rules(language: Language) -> list[Rule]:
    """The rules of Polish alone; none for another language."""
    if language.tag != "pl":
        return []
    reader = _Ordinals(language)
    year = rf"(?P<in>{_LOCATIVE})?(?<![\w.,-])(?P<year>[1-9]\d{{2,3}})\s(?P<word>rok(?:u|iem)?|r\.)(?!\w)"
    decade = r"(?<!\w)(?P<word>lata|latach|lat)\s(?P<number>(?:1\d|20)?[1-9]0)\.(?!\d)"
    century = (
        rf"(?P<in>{_LOCATIVE})?(?<!\w)(?P<roman>[IVX]{{1,7}})\s"
        r"(?P<word>wiek(?:u|iem)?|w\.|wojn(?:a|y|ie|ę|ą))(?!\w)"
    )
    ruler = rf"(?<!\w)(?:(?:{_MASCULINE})|(?P<queen>{_QUEENS}))\s(?P<roman>[IVX]{{1,7}})(?!\w|\.\w)"
    dotted = (
        r"(?P<before>[^\W\d]{0,30})[,;:)]?\s(?P<number>\d{1,3})\."
        rf"(?=\s(?!(?:{_NO_NOUN})(?!\w))(?P<noun>[a-ząćęłńóśźż]{{3,30}})(?!\w))"
    )
    return [
        Rule("dates", re.compile(year), reader.read_year),
        Rule("dates", re.compile(r"(?<=(?:1\d|20)\d\d\s)(?P<word>r\.)(?!\w)"), reader.read_letter),
        Rule("dates", re.compile(decade), reader.read_decade),
        Rule("abbreviations", re.compile(century), reader.read_century),
        Rule("abbreviations", re.compile(ruler), reader.read_ruler),
        Rule("amounts", re.compile(dotted), reader.read_dotted),
    ]


class _Ordinals:
    def __init__(self, language: Language) -> None:
        self._language = language

    def read_year(self, match: re.Match[str]) -> Sequence[Edit]:
        """ "w 2015 roku", "do 1990 r."."""
        return self._before_noun(match, match.span("year"), int(match["year"]))

    def read_century(self, match: re.Match[str]) -> Sequence[Edit]:
        """ "XXI wiek", "w XX w."."""
        return self._before_noun(match, match.span("roman"), roman_value(match["roman"]))

    def _before_noun(self, match: re.Match[str], span: tuple[int, int], number: int) -> Sequence[Edit]:
        word = match["word"]
        noun = _LETTERS.get(word, word)
        ending = _NOUNS[noun]
        if match["in"] and ending == "ego":
            ending = "ym"
        edits = [Edit(*span, self._ordinal(number, ending))]
        return edits if noun == word else [*edits, *self.read_letter(match)]

    def read_letter(self, match: re.Match[str]) -> Sequence[Edit]:
        """ "r." behind a date; the dot may also end the sentence."""
        last_dot = "." * ends_text(match.string, match.end())
        return [Edit(*match.span("word"), _LETTERS[match["word"]] + last_dot)]

    def read_decade(self, match: re.Match[str]) -> Sequence[Edit]:
        """ "w latach 90."."""
        return [self._dotted(match, _NOUNS[match["word"]])]

    def read_ruler(self, match: re.Match[str]) -> Sequence[Edit]:
        """ "Jan III" and "Elżbieta II"; names in another case are left as they are."""
        ending: OrdinalEnding = "a" if match["queen"] else "y"
        return [Edit(*match.span("roman"), self._ordinal(roman_value(match["roman"]), ending))]

    def read_dotted(self, match: re.Match[str]) -> Sequence[Edit]:
        """ "3. miejsce", "do 3. klasy", "w 3. rzędzie"."""
        case = _BEFORE.get(match["before"].lower(), "nominative")
        found = (end for noun, cases, end in _ENDINGS if case in cases and noun.match(match["noun"]))
        ending = next(found, None)
        return () if ending is None else [self._dotted(match, ending)]

    def _dotted(self, match: re.Match[str], ending: OrdinalEnding) -> Edit:
        """The edit of a number with its dot, which may also end the sentence."""
        end = match.end("number") + 1
        last_dot = "." * ends_text(match.string, end)
        return Edit(match.start("number"), end, self._ordinal(int(match["number"]), ending) + last_dot)

    def _ordinal(self, number: int, ending: OrdinalEnding) -> str:
        return self._language.spelling.ordinal(number, ending)
