"""A label is a known name and a colon; whether one stands there is the same however the text is cut."""

from __future__ import annotations

import pytest

from voice_server.core.text.filtering.speaker_labels import label_at
from voice_server.core.text.splitting.mark_context import MoreTextNeeded

NAMES = ("Anna Maria", "Straße", "Anna", "Bob")


def read(text: str) -> tuple[str, int] | None:
    """What stands at the beginning of a text that comes character by character."""
    for end in range(len(text)):
        try:
            return label_at(text[:end], 0, NAMES, final=False)
        except MoreTextNeeded:
            continue
    return label_at(text, 0, NAMES, final=True)


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("Anna: ", "Anna"),
        ("ANNA:", "Anna"),
        ("**Anna:** ", "Anna"),
        ("**Anna**: ", "Anna"),
        ("_Bob_:  ", "Bob"),
        ("Anna (whispering): ", "Anna"),
        ("**Anna** (low): ", "Anna"),
        ("Anna Maria:", "Anna Maria"),
        ("Bob：", "Bob"),
        ("straße : ", "Straße"),
    ],
)
def test_a_known_name_and_a_colon_are_a_label(label: str, name: str) -> None:
    for behind in ("Hi.", "", "\nHi."):
        text = label + behind
        assert read(text) == label_at(text, 0, NAMES, final=True) == (name, len(label))


@pytest.mark.parametrize(
    "text",
    [
        "Carl: no",
        "Anna says: no",
        "Anna",
        "Ann",
        "Annabel: no",
        "**Anna** no",
        "Anna (so",
        "Anna (\n): x",
        "Anna:****",
        "",
    ],
)
def test_anything_else_is_text(text: str) -> None:
    assert read(text) is label_at(text, 0, NAMES, final=True) is None


def test_a_label_holds_no_more_than_a_few_blanks() -> None:
    assert read("Bob:" + " " * 20 + "x") == ("Bob", 12)
