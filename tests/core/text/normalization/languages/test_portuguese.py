from __future__ import annotations

import pytest

from voice_server.core.text.normalization.normalizer import normalized


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("em 12x", "em doze vezes"),
        ("R$ 4,50", "quatro reais e cinquenta centavos"),
        ("21 min", "vinte e um minutos"),
        ("2 min", "dois minutos"),
        ("7 de setembro de 1822", "sete de setembro de mil oitocentos e vinte e dois"),
        ("1º lugar", "primeiro lugar"),
        ("às 14h30", "às catorze e trinta"),
        ("5 %", "cinco por cento"),
        ("200–400 mg", "duzentos a quatrocentos miligramas"),
        ("Sr. Silva chegou.", "senhor Silva chegou."),
        ("século XXI", "século vinte e um"),
        ("-5 °C", "menos cinco graus Celsius"),
        ("15/03/2024", "quinze de março de dois mil e vinte e quatro"),
        ("2,5 kg", "dois vírgula cinco quilogramas"),
        ("R$ 1,3 mi", "um vírgula três milhão de reais"),
        ("R$ 2 bi", "dois bilhões de reais"),
    ],
)
def test_what_is_written_is_said_as_portuguese_has_it(written: str, spoken: str) -> None:
    assert normalized(written, "pt")[0] == spoken
