from __future__ import annotations

import pytest

from voice_server.core.text.normalization.normalizer import normalized


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("2 300,75 €", "deux mille trois cents euros soixante-quinze"),
        ("4 M€", "quatre millions d'euros"),
        ("le 1er mai 2020 à 14h30", "le premier mai deux mille vingt à quatorze heures trente"),
        ("3 mai", "trois mai"),
        ("le XXe siècle", "le vingtième siècle"),
        ("Louis XIV", "Louis quatorze"),
        ("M. Dupont et Mme Martin", "Monsieur Dupont et Madame Martin"),
        ("12/05/2021", "douze mai deux mille vingt-et-un"),
        ("1 234 habitants", "mille deux cent trente-quatre habitants"),
        ("9 h 15", "neuf heures quinze"),
        ("21 min", "vingt-et-une minutes"),
        ("-5 °C", "moins cinq degrés Celsius"),
        ("5 %", "cinq pour cent"),
        ("½ litre", "un demi litre"),
        ("200–400 mg", "deux cents à quatre cents milligrammes"),
        ("p. ex. ceci", "par exemple ceci"),
        ("n° 5", "numéro cinq"),
        ("2e étage", "deuxième étage"),
        ("2,5 Md€", "deux virgule cinq milliards d'euros"),
        ("4,5/5, 45° N", "quatre virgule cinq sur cinq, quarante-cinq degrés nord"),
    ],
)
def test_what_is_written_is_said_as_french_has_it(written: str, spoken: str) -> None:
    assert normalized(written, "fr")[0] == spoken
