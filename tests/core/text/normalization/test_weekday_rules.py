"""Short names of weekdays."""

from __future__ import annotations

import pytest

from voice_server.core.text.normalization.normalizer import normalized


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("Mon–Fri 9-5", "Monday to Friday nine to five"),
        ("Mon.-Thurs.", "Monday to Thursday."),
        ("closed Sat. & Sun.", "closed Saturday and Sunday."),
        ("Tue, Jan 5 and Wed 3", "Tuesday, January fifth and Wednesday three"),
        ("the sun sat, Sat on it", "the sun sat, Sat on it"),
    ],
)
def test_english(written: str, spoken: str) -> None:
    assert normalized(written, "en")[0] == spoken


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("Mo.–Fr. 9–18 Uhr", "Montag bis Freitag neun bis achtzehn Uhr"),
        ("Mo-Fr", "Montag bis Freitag"),
        ("Sa. 10 Uhr", "Samstag zehn Uhr"),
        ("Am Mo, 5 Leute", "Am Montag, fünf Leute"),
        ("So 5 Leute", "So fünf Leute"),
    ],
)
def test_german(written: str, spoken: str) -> None:
    assert normalized(written, "de")[0] == spoken


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("lun.–ven.", "lundi à vendredi."),
        ("sam. 10 h", "samedi dix heures"),
    ],
)
def test_french(written: str, spoken: str) -> None:
    assert normalized(written, "fr")[0] == spoken


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("lun-vie", "lunes a viernes"),
        ("dom. 5", "domingo cinco"),
    ],
)
def test_spanish(written: str, spoken: str) -> None:
    assert normalized(written, "es")[0] == spoken


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("月–金", "月–金"),
    ],
)
def test_languages_whose_numbers_stay_digits_keep_them(written: str, spoken: str) -> None:
    assert normalized(written, "ja")[0] == spoken
