from __future__ import annotations

import pytest

from voice_server.core.text.normalization.normalizer import normalized


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("€ 3,50", "drie euro vijftig"),
        ("5 km/h", "vijf kilometer per uur"),
        ("3 mei 1984", "drie mei negentienvierentachtig"),
        ("2e plaats", "tweede plaats"),
        ("bijv. dit", "bijvoorbeeld dit"),
        ("5 %", "vijf procent"),
        ("200–400 mg", "tweehonderd tot vierhonderd milligram"),
        ("dhr. Jansen komt.", "de heer Jansen komt."),
        ("14:30 uur", "veertien uur dertig"),
        ("15-03-2024", "vijftien maart tweeduizendvierentwintig"),
        ("-5 °C", "min vijf graden Celsius"),
        ("½ liter", "een half liter"),
        ("3,5", "drie komma vijf"),
        ("om 14.30 uur", "om veertien uur dertig"),
        ("1,3 mln. euro", "een komma drie miljoen euro"),
        ("120 km/u", "honderdtwintig kilometer per uur"),
        ("Willem II", "Willem de tweede"),
    ],
)
def test_what_is_written_is_said_as_dutch_has_it(written: str, spoken: str) -> None:
    assert normalized(written, "nl")[0] == spoken
