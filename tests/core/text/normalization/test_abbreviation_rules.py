from __future__ import annotations

import pytest

from voice_server.core.text.normalization.normalizer import normalized


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("Parts I and II, III-B", "Parts I and II, III-B"),
        (
            "Dr. Smith lives at 5 Oak St. near St. Paul.",
            "Doctor Smith lives at five Oak Street near Saint Paul.",
        ),
        ("Mr. and Mrs. Wilson on Oak St.", "Mister and Missus Wilson on Oak Street."),
        ("e.g. this, i.e. that, etc.", "for example this, that is that, et cetera."),
        ("E.g. this", "For example this"),
        ("No. 5, p. 7, Fig. 3", "number five, page seven, Figure three"),
        ("I said no.", "I said no."),
        ("Mon. to Fri., the Sun. He sat.", "Monday to Friday, the Sun. He sat."),
        (
            "Henry VIII, World War II, Chapter IV, Rocky II",
            "Henry the eighth, World War two, Chapter four, Rocky two",
        ),
        ("I am X.", "I am X."),
        ("vs. them, approx. ten, w/ milk", "versus them, approximately ten, with milk"),
        ("Prof. Green has a Ph.D. in physics.", "Professor Green has a Ph.D. in physics."),
        ("The Smith Co. and Acme Inc.", "The Smith Company and Acme Incorporated."),
        ("500 mg b.i.d. or PRN", "five hundred milligrams twice daily or as needed"),
        ("my 401(k)", "my four oh one k"),
    ],
)
def test_it_is_said_as_people_say_it(written: str, spoken: str) -> None:
    assert normalized(written, "en-US")[0] == spoken
