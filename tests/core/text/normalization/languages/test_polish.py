from __future__ import annotations

import pytest

from voice_server.core.text.normalization.normalizer import normalized


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("do 24.12. tak", "do dwudziestego czwartego grudnia tak"),
        ("5 kg", "pięć kilogramów"),
        ("22 km", "dwadzieścia dwa kilometry"),
        ("3,5 mln zł", "trzy przecinek pięć miliona złotych"),
        ("3 maja 2020", "trzeciego maja dwa tysiące dwudziestego"),
        ("np. tak", "na przykład tak"),
        ("dr Kowalski jest tutaj.", "doktor Kowalski jest tutaj."),
        ("5 %", "pięć procent"),
        ("200–400 mg", "dwieście do czterystu miligramów"),
        ("-5 °C", "minus pięć stopni Celsjusza"),
        ("2 godz.", "dwie godziny."),
        ("nr 5", "numer pięć"),
        ("itd.", "i tak dalej."),
        ("w 1990 r.", "w tysiąc dziewięćset dziewięćdziesiątym roku."),
        ("pn.–pt. i o godz. 8", "poniedziałek do piątek i o godzinie osiem"),
    ],
)
def test_what_is_written_is_said_as_polish_has_it(written: str, spoken: str) -> None:
    assert normalized(written, "pl")[0] == spoken
