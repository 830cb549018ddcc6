"""What holds of every rule and language; what each says is in the other files."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice_server.core.text.normalization.languages import WORDS
from voice_server.core.text.normalization.normalizer import normalized, prepare
from voice_server.core.text.offsets import Edit
from voice_server.core.types import NORMALIZED_KINDS, NormalizedKind

PROSE = (
    "Bread rises because yeast is alive, and the dough takes its time.",
    "She said: “Wait!” — and left; nobody knew why (or where).",
    "It's well-known that e-mail, Wi-Fi and and/or are words.",
    "Das Brot geht auf, weil die Hefe lebt.",
    "Le pain lève parce que la levure est vivante : voilà.",
    "パンは酵母が生きているから膨らむ。",
)
ONE_OF_EACH: dict[NormalizedKind, tuple[str, str]] = {
    "numbers": ("I saw 42 birds", "I saw forty-two birds"),
    "amounts": ("5 km", "five kilometers"),
    "dates": ("Dec. 24", "December twenty-fourth"),
    "times": ("9:30", "nine thirty"),
    "codes": ("H2O", "H two O"),
    "signs": ("R&D", "R and D"),
    "abbreviations": ("e.g. this", "for example this"),
    "addresses": ("@ana", "at ana"),
}
WRITTEN = st.text(
    st.sampled_from("0123456789.,:-–/%$€£~<>±+°'\"#@&=x ×½ MKkmghTXVIaé年") | st.characters(), max_size=40
)


@pytest.mark.parametrize("text", PROSE)
@pytest.mark.parametrize("tag", WORDS)
def test_prose_stays_as_it_is(text: str, tag: str) -> None:
    assert normalized(text, tag)[0] == text


@pytest.mark.parametrize("kind", ONE_OF_EACH)
def test_every_kind_can_be_switched_off(kind: NormalizedKind) -> None:
    written, spoken = ONE_OF_EACH[kind]
    assert normalized(written, "en")[0] == spoken
    assert normalized(written, "en", NORMALIZED_KINDS - {kind})[0] != spoken
    assert ONE_OF_EACH.keys() == NORMALIZED_KINDS


def test_numbers_that_an_engine_reads_stay_digits_beside_units_and_money_too() -> None:
    kinds = NORMALIZED_KINDS - {"numbers"}
    assert normalized("1,234 cats for $4.5M", "en", kinds)[0] == "1,234 cats for 4.5 million dollars"
    assert normalized("2.300,5 kg", "de", kinds)[0] == "2300,5 Kilogramm"


def test_a_language_without_words_is_not_changed() -> None:
    assert normalized("5 km for $3", "cy")[0] == "5 km for $3"


def test_every_spoken_word_leads_back_to_what_was_written() -> None:
    text = "Take 200–400 mg for $4.5M."
    spoken, offsets = normalized(text, "en")
    for word, written in (
        ("two hundred", "200"),
        ("four hundred", "400"),
        ("milligrams", " mg"),
        ("four point five million dollars", "$4.5M"),
        ("Take", "Take"),
    ):
        start = spoken.index(word)
        first, last = offsets.to_source(start, start + len(word))
        assert text[first:last] == written


@given(text=WRITTEN, tag=st.sampled_from(sorted(WORDS)))
def test_whatever_is_written_something_is_said_and_leads_back(text: str, tag: str) -> None:
    spoken, offsets = normalized(text, tag)
    spans = [offsets.to_source(at, at + 1) for at in range(len(spoken))]
    assert all(0 <= start <= end <= len(text) for start, end in spans)
    assert spans == sorted(spans)


@pytest.mark.parametrize(
    "part", ["1", "1,234", "$", "1-", "1.", "~", "A1-", "12:", "I", "1/", "a@", "#", "+1 ", "<"]
)
def test_time_grows_with_the_text_and_not_faster(part: str) -> None:
    """The work, counted in calls of a rule, and a text that would take minutes if it were quadratic."""
    assert isinstance(normalized(part * (100_000 // len(part)), "en")[0], str)


def test_english_is_loaded_ahead_and_another_language_with_its_first_text() -> None:
    prepare()
    assert normalized("5 km", "pl")[0] == "pięć kilometrów"


def test_who_asks_is_told_which_kind_changed_what() -> None:
    changes: list[tuple[NormalizedKind, Sequence[Edit]]] = []
    normalized("Take 5 km at 9:30", "en", NORMALIZED_KINDS, changes=changes)
    told = {(kind, edits[0].start, edits[-1].end) for kind, edits in changes}
    assert told == {("amounts", 5, 9), ("times", 13, 17)}


def test_parts_that_are_kept_stay_as_they_are_whatever_a_rule_knows_of_them() -> None:
    text = "5 km of [H2O](/ɪks/) & 3 [5 km](/ɪks/)"
    kept = [(text.index("[H"), text.index(" &")), (text.index("[5"), len(text))]
    assert normalized(text, "en", kept=kept)[0] == "five kilometers of [H2O](/ɪks/) and three [5 km](/ɪks/)"


@pytest.mark.parametrize("written", ["{} kg", "{}°E", "${}", "${}K", "€{} T", "{} Mrd. €", "{} km/h", "{}%"])
@pytest.mark.parametrize("tag", WORDS)
def test_an_amount_beyond_every_range_is_said(written: str, tag: str) -> None:
    assert normalized(written.format("9" * 40 + ".5"), tag)[0]
