from __future__ import annotations

import pytest
from babel.numbers import get_currency_name
from babel.units import get_unit_name

from voice_server.core.text.normalization.languages import WORDS
from voice_server.core.text.normalization.units import CURRENCY_CODES, CURRENCY_SYMBOLS, UNITS


@pytest.mark.parametrize("tag", WORDS)
def test_cldr_names_every_unit_and_currency(tag: str) -> None:
    symbols = {*UNITS.values(), *WORDS[tag].unit_symbols.values()}
    assert [unit for unit in symbols if get_unit_name(unit, locale=tag) is None] == []
    codes = {*CURRENCY_CODES, *CURRENCY_SYMBOLS.values()}
    assert [code for code in codes if get_currency_name(code, locale=tag) == code] == []
