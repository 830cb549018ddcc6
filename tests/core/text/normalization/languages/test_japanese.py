from __future__ import annotations

import pytest

from voice_server.core.text.normalization.normalizer import normalized


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("だが08年4月", "だが08年4月"),
        ("5/13に放送", "5月13日に放送"),
        ("価格は¥1,990で、20%引きです。", "価格は1990円で、20パーセント引きです。"),
        ("$4.5M", "4500000ドル"),
        ("3/7", "7分の3"),
        ("5 mg", "5ミリグラム"),
        ("25 °C", "摂氏25度"),
        ("120 km/h", "時速120キロメートル"),
        ("50%", "50パーセント"),
        ("2024-03-15", "2024年3月15日"),
        ("14:30", "14時30分"),
        ("3/4", "4分の3"),
        ("3–5 km", "3から5キロメートル"),
        ("#5", "ナンバー5"),
        ("$100", "100ドル"),
        ("A4の紙", "A4の紙"),
        ("約-5°C", "約マイナス摂氏5度"),
        ("5〜10kg", "5から10キログラム"),
    ],
)
def test_what_is_written_is_said_as_japanese_has_it(written: str, spoken: str) -> None:
    assert normalized(written, "ja")[0] == spoken
