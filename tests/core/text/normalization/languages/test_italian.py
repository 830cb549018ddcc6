from __future__ import annotations

import pytest

from voice_server.core.text.normalization.normalizer import normalized


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("21 €", "ventun euro"),
        ("2,5 kg", "due virgola cinque chilogrammi"),
        ("1 maggio 2020", "primo maggio duemilaventi"),
        ("3º posto", "terzo posto"),
        ("5 %", "cinque per cento"),
        ("200–400 mg", "duecento a quattrocento milligrammi"),
        ("Sig. Rossi arriva.", "signor Rossi arriva."),
        ("p. es. questo", "per esempio questo"),
        ("14:30", "quattordici e trenta"),
        ("15/03/2024", "quindici marzo duemilaventiquattro"),
        ("-5 °C", "meno cinque gradi Celsius"),
        ("XXI secolo", "ventunesimo secolo"),
        ("Luigi XIV", "Luigi quattordicesimo"),
        ("€ 3,50", "tre euro e cinquanta"),
        ("il sig. Rossi", "il signor Rossi"),
        ("alle 9:00", "alle nove"),
        ("1 libro, 1 studente, 1 tazza", "un libro, uno studente, una tazza"),
    ],
)
def test_what_is_written_is_said_as_italian_has_it(written: str, spoken: str) -> None:
    assert normalized(written, "it")[0] == spoken
