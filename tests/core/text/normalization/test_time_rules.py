from __future__ import annotations

import pytest

from voice_server.core.text.normalization.normalizer import normalized


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("13 pm", "thirteen pm"),
        ("At 9:05 a.m. and 14:30 and 9:00.", "At nine oh five a m and fourteen thirty and nine o'clock."),
        ("The meeting is at 9:30 a.m.", "The meeting is at nine thirty a m."),
        ("3pm–5pm and 9–11 a.m.", "three p m to five p m and nine to eleven a m."),
        ("12:30:15", "twelve thirty fifteen"),
        ("10:00–11:30", "ten o'clock to eleven thirty"),
        ("7:00 PM EST", "seven p m EST"),
        ("16:9 and 4:3", "sixteen to nine and four to three"),
        ("99:15", "ninety-nine to fifteen"),
        ("at 3:30pm EST", "at three thirty p m EST"),
        ("Psalm 23:4 and John 3:16–17", "Psalm twenty-three four and John three sixteen to seventeen"),
        ("q4h, q4-6h, q1h", "every four hours, every four to six hours, every hour"),
        ("1 tab x 7 days", "one tab for seven days"),
    ],
)
def test_it_is_said_as_people_say_it(written: str, spoken: str) -> None:
    assert normalized(written, "en-US")[0] == spoken
