from __future__ import annotations

import pytest

from voice_server.core.text.normalization.normalizer import normalized


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("Am 24.12. um 18 Uhr", "Am vierundzwanzigsten Dezember um achtzehn Uhr"),
        ("bis zum 3.10.", "bis zum dritten Oktober."),
        ("3x täglich", "drei mal täglich"),
        ("Kapitel 2.00", "Kapitel zwei Komma null null"),
        ("Es kostet 2.300,75 €.", "Es kostet zweitausenddreihundert Euro fünfundsiebzig."),
        ("3,5 Mio. € Gewinn", "drei Komma fünf Millionen Euro Gewinn"),
        ("200–400 mg", "zweihundert bis vierhundert Milligramm"),
        ("-5 °C bei 120 km/h", "minus fünf Grad Celsius bei einhundertzwanzig Kilometer pro Stunde"),
        (
            "Am 3. Oktober 1990 um 14:30 Uhr",
            "Am dritten Oktober neunzehnhundertneunzig um vierzehn Uhr dreißig",
        ),
        ("15.03.2024", "fünfzehnter März zweitausendvierundzwanzig"),
        ("der 21. Geburtstag", "der einundzwanzigste Geburtstag"),
        ("z. B. Nr. 5", "zum Beispiel Nummer fünf"),
        ("Dr. Müller kommt.", "Doktor Müller kommt."),
        ("½ Liter", "ein halb Liter"),
        ("1.234 Leute", "eintausendzweihundertvierunddreißig Leute"),
        ("Seit 1984", "Seit neunzehnhundertvierundachtzig"),
        ("ca. 5 %", "circa fünf Prozent"),
        ("21 €", "einundzwanzig Euro"),
        ("$4.5M", "vier Komma fünf Millionen Dollar"),
        ("Kap. 3, S. 12", "Kapitel drei, Seite zwölf"),
        ("am 1. Mai", "am ersten Mai"),
        ("9:00 Uhr", "neun Uhr"),
        (
            "Ludwig XIV., Karl V. und Elisabeth II.",
            "Ludwig der Vierzehnte, Karl der Fünfte und Elisabeth die Zweite.",
        ),
        ("Er war Friedrich II.", "Er war Friedrich der Zweite."),
        ("in den 1990er Jahren, die 80er", "in den neunzehnhundertneunziger Jahren, die achtziger"),
        ("Das Verhältnis ist 16:9.", "Das Verhältnis ist sechzehn zu neun."),
        ("Am Ende 2. Platz; der 1. Mai", "Am Ende zweiter Platz; der erste Mai"),
        ("3,5 l/100 km", "drei Komma fünf Liter pro einhundert Kilometer"),
        ("150 PS, 2.000 U/min", "einhundertfünfzig PS, zweitausend Umdrehungen pro Minute"),
        ("500 mg/Tag, 3 EL Öl", "fünfhundert Milligramm pro Tag, drei Esslöffel Öl"),
        ("20 Min. und 18 J. alt", "zwanzig Minuten und achtzehn Jahre alt"),
        ("48,1° N, 11,6° O", "achtundvierzig Komma eins Grad Nord, elf Komma sechs Grad Ost"),
        ("4,5/5 Sterne", "vier Komma fünf von fünf Sterne"),
        ("1 Buch, 1 Woche, um 1 Uhr", "ein Buch, eine Woche, um ein Uhr"),
        ("Seite 1 von 5", "Seite eins von fünf"),
    ],
)
def test_what_is_written_is_said_as_german_has_it(written: str, spoken: str) -> None:
    assert normalized(written, "de")[0] == spoken
