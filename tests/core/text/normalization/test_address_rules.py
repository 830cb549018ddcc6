from __future__ import annotations

import pytest

from voice_server.core.text.normalization.normalizer import normalized


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("Write to ana.b@acme.example.", "Write to ana dot b at acme dot example."),
        ("See github.com.", "See github dot com."),
        ("#OpenSource by @ana_b", "hashtag Open Source by at ana b"),
        ("Node.js and e.g. this", "Node.js and for example this"),
        ("first-last+tag@mail.acme.com", "first dash last plus tag at mail dot acme dot com"),
    ],
)
def test_it_is_said_as_people_say_it(written: str, spoken: str) -> None:
    assert normalized(written, "en-US")[0] == spoken
