from __future__ import annotations

from voice_server.core.text.normalization.cldr import CldrNames
from voice_server.core.text.normalization.languages import WORDS


def names(tag: str) -> CldrNames:
    return CldrNames(tag, WORDS[tag])


def test_a_unit_has_the_form_that_its_number_asks_for() -> None:
    assert names("en").unit("mass-kilogram", 1) == "{} kilogram"
    assert names("pl").unit("length-kilometer", 2) == "{} kilometry"
    assert names("pl").unit("length-kilometer", 5) == "{} kilometrów"
    assert names("ja").unit("temperature-celsius", 5).startswith("摂氏")


def test_a_sign_of_money_does_not_name_the_country() -> None:
    assert names("en").currency("USD", 2, is_symbol=True) == "dollars"
    assert names("en").currency("USD", 2, is_symbol=False) == "US dollars"
    assert names("de").currency("GBP", 2, is_symbol=True) == "Pfund"


def test_a_magnitude_that_the_language_counts_otherwise_has_no_pattern() -> None:
    assert names("en").magnitude(6, 4.5) == "{} million"
    assert names("fr").magnitude(9, 2) == "{} milliards"
    assert names("ja").magnitude(6, 4.5) == ""


def test_months_are_known_by_all_their_names() -> None:
    assert names("en").months()["dec"] == names("en").months()["december"] == 12
    assert names("ru").month(10) == "октября"


def test_the_decimal_mark_is_the_languages() -> None:
    assert names("en").decimal_mark == "."
    assert names("de").decimal_mark == ","
