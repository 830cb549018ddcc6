from __future__ import annotations

import itertools
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice_server.core.text.speakable.spoken_text import Markup, speakable

WRITTEN_AND_SPOKEN = [
    # nothing to hear
    ("---", ""),
    ("***", ""),
    ("…", ""),
    ("🎉🎉", ""),
    ("", ""),
    ("?!", ""),
    ("5", "5"),
    ("%", "%"),
    ("+", "+"),
    # left as it is
    ("Plain  text , with its own  spacing !", "Plain  text , with its own  spacing !"),
    ("The .NET *way* , really", "The .NET way, really"),
    ("use *the* .NET one", "use the .NET one"),
    # entities, and letters that markup parted
    ("10&nbsp;000 &#119809;&#119848; don&#700;t cafe&#769; hel&shy;lo", "10 000 Bo don't café hello"),
    ("cafe*\u0301* don<b>ʼ</b>t", "café don't"),
]


@pytest.mark.parametrize(("typed", "spoken"), WRITTEN_AND_SPOKEN)
def test_gaps_are_closed_where_markup_was_and_left_where_none_was(typed: str, spoken: str) -> None:
    assert speakable(typed).text == spoken


SOUNDS = ["laugh", "chuckle", "sigh", "cough", "throat", "sneeze", "sniff", "clear throat", "Clears Throat"]


MODES: list[Markup] = ["strip", "speak"]


@pytest.mark.parametrize("markup", MODES)
@pytest.mark.parametrize("name", [*SOUNDS, "gasps", "laughs softly", "long pause", "whispering", "excited"])
def test_a_sound_the_engine_does_not_know_is_dropped_and_named(name: str, markup: Markup) -> None:
    spoken = speakable(f"I knew it! [{name}] Really.", markup=markup)
    assert spoken.text == "I knew it! Really."
    assert spoken.dropped_tags == (name.lower(),)


@pytest.mark.parametrize("name", SOUNDS)
def test_a_sound_the_engine_knows_stays_as_typed(name: str) -> None:
    spoken = speakable(f"**Ha!** [{name}] Yes.", known_tags=frozenset({name.lower()}))
    assert spoken.text == f"Ha! [{name}] Yes."
    assert spoken.dropped_tags == ()


def test_a_sound_only_one_engine_has_a_word_for_stays_too() -> None:
    assert speakable("a [uv_break] b", known_tags=frozenset({"uv_break"})).text == "a [uv_break] b"


def test_sounds_in_angle_brackets_are_sounds() -> None:
    spoken = speakable("<laugh> so <giggles> it is <int>")
    assert spoken.text == "so it is <int>"
    assert spoken.dropped_tags == ("laugh", "giggles")


@pytest.mark.parametrize(
    "ordinary", ["sic", "note", "John Smith", "his", "clear", "human", "citation needed"]
)
def test_ordinary_brackets_are_text(ordinary: str) -> None:
    spoken = speakable(f"So [{ordinary}] it is.")
    assert spoken.text == f"So [{ordinary}] it is."
    assert spoken.dropped_tags == ()


def test_a_sentence_of_one_unknown_sound_is_nothing_to_hear() -> None:
    spoken = speakable("[laugh]")
    assert spoken.text == ""
    assert spoken.offsets.to_source(0, 0) == (7, 7)


MARKS = [
    "*",
    "**",
    "_",
    "`",
    "``",
    "[",
    "](",
    "]",
    ")",
    "(",
    "<b>",
    "<",
    ">",
    "|",
    "\n",
    "- ",
    "# ",
    "🎉",
    "~~",
    "==",
]
MARKS += [
    "https://a.b/c",
    "&amp;",
    "\\",
    "[laugh]",
    "![",
    "[^1]",
    " ",
    "  ",
    ",",
    ".",
    "1",
    "x",
    "wort",
    "é",
    "\u00ad",
]
typed_texts = st.lists(st.one_of(st.sampled_from(MARKS), st.text(max_size=3)), max_size=25).map("".join)


@given(typed_texts)
def test_every_letter_that_is_spoken_stands_where_the_map_says(typed: str) -> None:
    spoken = speakable(typed)
    for index, character in enumerate(spoken.text):
        start, end = spoken.offsets.to_source(index, index + 1)
        origin = typed[start:end]
        forms = {*unicodedata.normalize("NFC", origin), *unicodedata.normalize("NFKC", origin), *" ,&'-\n"}
        if len(origin) == 1:  # of a narrow Hangul letter, which NFKC makes a part of a syllable
            forms |= {chr(int(code, 16)) for code in unicodedata.decomposition(origin).split()[1:]}
        is_said_otherwise = len(origin) > 1 or unicodedata.category(origin) in ("No", "So")
        assert character in forms or is_said_otherwise


@given(typed_texts)
def test_the_way_back_never_goes_backwards_or_outside(typed: str) -> None:
    spoken = speakable(typed)
    spans = [spoken.offsets.to_source(i, i + 1) for i in range(len(spoken.text))]
    assert all(0 <= start < end <= len(typed) for start, end in spans)
    assert all(a[0] <= b[0] and a[1] <= b[1] for a, b in itertools.pairwise(spans))


@given(st.text(st.sampled_from("abc XYZ 123,.!?'\"é字\n"), max_size=60))
def test_text_without_markup_is_spoken_as_typed(typed: str) -> None:
    spoken = speakable(typed)
    assert spoken.text in {typed, ""}
    assert bool(spoken.text) == any(c.isalnum() for c in typed)


@given(typed_texts)
def test_words_are_never_lost_from_text_between_marks(typed: str) -> None:
    sentence = f"alpha {typed} omega"
    assert speakable(sentence).text.startswith("alpha")
