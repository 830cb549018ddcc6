from __future__ import annotations

import pytest

from voice_server.core.text.normalization.normalizer import normalized


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("5 kg", "خمسة كيلوغرام"),
        ("50%", "خمسون بالمئة"),
        ("3.5 كم", "ثلاثة فاصلة خمسة كيلومتر"),
        ("15 مارس 2024", "خمسة عشر مارس ألفين وأربعة وعشرون"),
        ("14:30", "أربعة عشر وثلاثون دقيقة"),
        ("$100", "مائة دولار"),
        ("200–400 مل", "مائتان إلى أربعة مائة مليلتر"),
        ("1/2", "نصف"),
        ("د. أحمد هنا", "الدكتور أحمد هنا"),
        ("#5", "رقم خمسة"),
        ("-5 °C", "ناقص خمسة درجة مئوية"),
        ("2024-03-15", "خمسة عشر مارس ألفين وأربعة وعشرون"),
    ],
)
def test_what_is_written_is_said_as_arabic_has_it(written: str, spoken: str) -> None:
    assert normalized(written, "ar")[0] == spoken
