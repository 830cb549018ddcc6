"""English where it is said otherwise than in other languages; the tests of each rule have the rest."""

from __future__ import annotations

import pytest

from voice_server.core.text.normalization.normalizer import normalized


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("at 15:00", "at fifteen hundred hours"),
        ("order #12345", "order number one two three four five"),
        ("for 30–40 min.", "for thirty to forty minutes."),
        ("Open from 9:00 to 5:05.", "Open from nine o'clock to five oh five."),
        ("It was 1905.", "It was nineteen oh five."),
        ("$1.01", "one dollar and one cent"),
        ("Mrs. Wilson of Oak Dr. met Dr. Oak.", "Missus Wilson of Oak Drive met Doctor Oak."),
        ("2½ cups", "two and a half cups"),
    ],
)
def test_what_is_written_is_said_as_english_has_it(written: str, spoken: str) -> None:
    assert normalized(written, "en-GB")[0] == spoken
