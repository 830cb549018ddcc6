"""Numbers that are names."""

from __future__ import annotations

import pytest

from voice_server.core.text.normalization.normalizer import normalized


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        (
            "Room 204, Flight 1205, Suite 100, Room 2010",
            "Room two oh four, Flight twelve oh five, Suite one hundred, Room twenty ten",
        ),
        ("flight BA2490, Airbus A380", "flight BA twenty-four ninety, Airbus A three eighty"),
        ("Boeing 737-800, F-150", "Boeing seven thirty-seven eight hundred, F-one fifty"),
        (
            "Exit 12B, Gate 12A, Fig. 4b, Eq. 2.1a",
            "Exit twelve B, Gate twelve A, Figure four b, Equation two point one a",
        ),
        ("Llama-70B, GPT-4o, 5G", "Llama-seventy B, GPT-four o, five G"),
        ("Table 3-1, Chapter 2–4", "Table three dash one, Chapter two to four"),
        (
            "ZIP 90210-1234, CA 94103",
            "ZIP nine zero two one zero, one two three four, CA nine four one zero three",
        ),
        ("Call 911 now, call 300 500", "Call nine one one now, call three hundred thousand five hundred"),
        ("1080p, 720p, 1000p", "ten eighty p, seven twenty p, one thousand p"),
    ],
)
def test_english(written: str, spoken: str) -> None:
    assert normalized(written, "en")[0] == spoken


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("Gleis 12A, Abb. 4b, Nr. 12b", "Gleis zwölf A, Abbildung vier b, Nummer zwölf b"),
        ("PLZ 10115", "PLZ eins null eins eins fünf"),
    ],
)
def test_german(written: str, spoken: str) -> None:
    assert normalized(written, "de")[0] == spoken


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("voie 12A", "voie douze A"),
    ],
)
def test_french(written: str, spoken: str) -> None:
    assert normalized(written, "fr")[0] == spoken
