from __future__ import annotations

import pytest

from voice_server.core.text.normalization.normalizer import normalized


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("बी-29", "बी-उनतीस"),
        ("$1.5 मिलियन", "एक दशमलव पाँच मिलियन डॉलर"),
        ("₹2,00,000", "दो लाख रुपए"),
        ("5 kg", "पाँच किलोग्राम"),
        ("15 मार्च 2024", "पन्द्रह मार्च दो हज़ार चौबीस"),
        ("14:30", "चौदह बजकर तीस मिनट"),
        ("5 लाख", "पाँच लाख"),
        ("50%", "पचास प्रतिशत"),
        ("डॉ. शर्मा", "डॉक्टर शर्मा"),
        ("3.5 किमी", "तीन दशमलव पाँच किलोमीटर"),
        ("-5 °C", "माइनस पाँच डिग्री सेल्सियस"),
        ("200–400 mg", "दो सौ से चार सौ मिलीग्राम"),
    ],
)
def test_what_is_written_is_said_as_hindi_has_it(written: str, spoken: str) -> None:
    assert normalized(written, "hi")[0] == spoken
