"""Durations in the letters of their units."""

from __future__ import annotations

import pytest

from voice_server.core.text.normalization.normalizer import normalized


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("1h 5m 30s", "one hour five minutes thirty seconds"),
        ("2h30m", "two hours thirty minutes"),
        ("1d 4h", "one day four hours"),
        ("5m 30s", "five minutes thirty seconds"),
        ("10min 1s", "ten minutes one second"),
    ],
)
def test_english(written: str, spoken: str) -> None:
    assert normalized(written, "en")[0] == spoken


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("1h 5min", "eine Stunde fünf Minuten"),
        ("2h 1m", "zwei Stunden eine Minute"),
    ],
)
def test_german(written: str, spoken: str) -> None:
    assert normalized(written, "de")[0] == spoken


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("5m 3h", "five meters three hours"),
        ("30s", "thirties"),
        ("5 m 3 s", "five meters three seconds"),
    ],
)
def test_one_unit_or_another_order_is_no_duration(written: str, spoken: str) -> None:
    assert normalized(written, "en")[0] == spoken
