"""What is spoken of SSML is the same however it is cut, leads back to what was typed, and loses no text."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice_server.core.text.directives import PLAIN, Directive, Style
from voice_server.core.text.filtering.filtered_text import FilteredText
from voice_server.core.text.filtering.ssml_filter import SsmlFilter
from voice_server.core.text.offsets import rewrite

_Read = tuple[str, list[Directive], list[str]]
_PARTS = (
    "<speak>", "</speak>", "<p>", "</p>", "<s>", "</s>", "<break/>", "<break time='1s'/>", "<voice name='a'>",
    "</prosody>", "<prosody rate='fast'>", "</voice>", "<lang xml:lang='de'>", "</lang>", "<sub alias='x y'>",
    "<say-as interpret-as='ordinal'>", "</say-as>", "<phoneme ph='3'>", "</phoneme>", "<emphasis>",
    "</sub>", "<foo>", "</foo>", "<w>", "<!-- c -->", "</emphasis>", "<![CDATA[", "]]>", "<?x?>", "&amp;",
    "&lt", "&#65;", "&", "<", ">", "<b", "a='", "'", " ", "  ", "\n", "word", "3", ".", ",", "Größe",
)  # fmt: skip
_TEXTS = st.lists(st.sampled_from(_PARTS), max_size=40).map("".join)


def read(text: str, size: int | None = None) -> _Read:
    """What is let through, what changes where, and the sentences of the warnings."""
    passed = FilteredText()
    ssml = SsmlFilter(passed)
    step = size or max(1, len(text))
    came = "".join(ssml.feed(text[at : at + step]) for at in range(0, len(text), step))
    return came + ssml.finish(), passed.take_directives(), [each.message for each in passed.warnings]


def through(text: str) -> str:
    return read(text)[0]


@given(_TEXTS, st.randoms(use_true_random=False))
def test_what_is_spoken_is_the_same_however_the_text_is_cut(text: str, rng: random.Random) -> None:
    whole = read(text)
    assert read(text, 1) == read(text, rng.randint(2, 9)) == whole
    offsets = [each.offset for each in whole[1]]
    assert offsets == sorted(offsets)


@given(_TEXTS, st.integers(1, 9))
def test_what_is_spoken_leads_back_to_what_was_typed(text: str, size: int) -> None:
    passed = FilteredText()
    ssml = SsmlFilter(passed)
    came = "".join(ssml.feed(text[at : at + size]) for at in range(0, len(text), size)) + ssml.finish()
    last = 0
    for start in range(0, len(came), 7):
        piece = came[start : start + 7]
        first, end = passed.typed_span(start, start + len(piece))
        assert last <= first <= end <= len(text)
        last = end
        assert rewrite(text[first:end], passed.edits(start, piece))[0] == piece


@given(st.lists(st.sampled_from((*_PARTS[:25], "word ", "other. ")), max_size=30))
def test_no_mistake_of_a_document_loses_a_word(parts: list[str]) -> None:
    spoken = through("".join(parts).replace("alias='x y'", ""))
    assert spoken.count("word") == parts.count("word ")
    assert spoken.count("other") == parts.count("other. ")


@pytest.mark.parametrize(
    ("typed", "spoken"),
    [
        ("Tom &amp; Jerry", "Tom & Jerry"),
        ("a\n   b\t c", "a b c"),
        ("<?xml version='1.0'?>\n<speak>\n  Hi.\n</speak>\n", "Hi. \n\n"),
        ("<p><s>One</s> <s>Two</s></p><p>Three</p>Four", "One\nTwo\n\nThree\n\nFour"),
        ("<s>One</s>Two", "One\nTwo"),
        ("a<!-- no -->b <![CDATA[<c> &amp;]]>", "ab <c> &amp;"),
        ("The <sub alias='World Wide Web'>WWW</sub> is", "The World Wide Web is"),
        ("<sub alias='a &amp; b'> x </sub>", "a & b"),
        ("<sub>x</sub>", "x"),
        ("<sub alias='y'>x<b/>z</sub>", "xz"),
        ("<sub alias='y'/>x", "x"),
        ("<phoneme alphabet='ipa' ph='pɪˈkɑːn'>pecan</phoneme> pie", "[pecan](/pɪkˈɑːn/) pie"),
        ("<phoneme ph=' pi '>p</phoneme>", "[p](/pˈi/)"),
        ("<phoneme alphabet='x-sampa' ph='pi'>pecan</phoneme> pie", "pecan pie"),
        ("<phoneme ph='pi'></phoneme>.", "."),
        ("the <say-as interpret-as='ordinal'>3</say-as> of", "the third of"),
        ("<say-as interpret-as='shout'>no</say-as>", "no"),
        ("<audio src='x'>or this</audio>", "or this"),
        ("1 < 2 & 3 &lt; 4 &foo;", "1 < 2 & 3 < 4 &foo;"),
        ("&#32;&#10;x", "  x"),
        ("unfinished <brea", "unfinished <brea"),
        ("<w>a</w> <emphasis level='none'>b</emphasis>", "a b"),
    ],
)
def test_elements_are_left_out_and_entities_are_characters(typed: str, spoken: str) -> None:
    assert read(typed, 1) == read(typed)
    assert through(typed) == spoken


@pytest.mark.parametrize(
    ("typed", "directives"),
    [
        ("a<break time='1s'/>b", [Directive(1, 1000)]),
        ("a<break strength=' weak '></break>b", [Directive(1, 120)]),
        ("<prosody rate='fast' volume='+6dB' pitch='high'>a</prosody>, b",
         [Directive(0, None, Style(rate=1.25, volume=10**0.3, pitch=1.2)), Directive(2, None, PLAIN)]),
        ("<prosody rate='2'><prosody rate='+50%'>a</prosody></prosody>b",
         [Directive(0, None, Style(rate=2)), Directive(0, None, Style(rate=3)),
          Directive(1, None, Style(rate=2)), Directive(1, None, PLAIN)]),
        ("<voice name='x' gender='Female' language='de'>a",
         [Directive(0, None, Style(voice="x", gender="female", language="de"))]),
        ("<lang xml:lang='de'><voice name='x' gender='robot'>a",
         [Directive(0, None, Style(language="de")), Directive(0, None, Style(voice="x"))]),
        ("<p xml:lang='fr'>a</p>b",
         [Directive(0, None, Style(language="fr")), Directive(1, None, PLAIN),
          Directive(1, ends_sentence=True)]),
        ("<voice>a</voice>b", []),
        ("<s>a</s><s>b</s>", [Directive(1, ends_sentence=True), Directive(3, ends_sentence=True)]),
        ("<voice name='x'><s>a</voice>b",
         [Directive(0, None, Style(voice="x")), Directive(1, None, PLAIN)]),
    ],
)  # fmt: skip
def test_what_elements_ask_for_is_told_where_it_is(typed: str, directives: list[Directive]) -> None:
    assert read(typed, 1) == read(typed)
    assert read(typed)[1] == directives


@pytest.mark.parametrize(
    ("typed", "warning"),
    [
        ("<foo>a</foo>",
         ("<foo> is not known and its text is spoken; elements are speak, p, s, break, prosody, voice, "
          "lang, sub, say-as, emphasis, phoneme, w and token")),
        ("</p>", "</p> closes nothing"),
        ("<p><voice name='a'>b</p>", "<voice> is not closed before </p>"),
        ("<break time='soon'/>",
         '<break time="soon"> is left out; time is: a number with its unit, such as 500ms or 1.5s'),
        ("<break strength='big'/>",
         '<break strength="big"> is left out; strength is: none, x-weak, weak, medium, strong, x-strong'),
        ("<voice gender='robot'>",
         '<voice gender="robot"> changes no gender; gender is: female or male'),
        ("<prosody rate='quick'>",
         ('<prosody rate="quick"> has no effect; rate is: x-slow, slow, medium, default, fast, x-fast, '
          "a factor (1.2) or a share (120%, +20%)")),
        ("<prosody volume='11dBx'>",
         ('<prosody volume="11dBx"> has no effect; volume is: silent, x-soft, soft, medium, default, loud, '
          "x-loud, decibels (+6dB), a factor (0.5) or a share (50%, +20%)")),
        ("<prosody pitch='+20Hz'>",
         ('<prosody pitch="+20Hz"> has no effect; pitch is: x-low, low, medium, default, high, x-high, '
          "semitones (+2st), a factor (1.2) or a share (+10%)")),
        ("<prosody contour='(0%,+20Hz)'>",
         ("no voice can change the contour of prosody, which has no effect; what can be changed is rate, "
          "volume, pitch")),
        ("<emphasis>a</emphasis>", "no voice can stress words that are marked"),
        ("<sub>a</sub>",
         "<sub> is read as it is written; it needs alias: what is said in place of its text"),
        ("<say-as interpret-as='x'>a</say-as>",
         ('<say-as interpret-as="x"> is read as it is written; interpret-as is: ordinal, date, characters, '
          "spell-out, verbatim, digits, telephone, cardinal, number, time, currency, unit, fraction, "
          "address, duration")),
        ("<phoneme ph='3'>a</phoneme>",
         ('<phoneme ph="3"> is read as it is written; ph is: letters of the IPA, the signs ˈ ˌ ː, and '
          "blanks")),
        ("<phoneme alphabet='x-sampa' ph='k{t'>cat</phoneme>",
         '<phoneme alphabet="x-sampa"> is read as it is written; alphabet is: ipa'),
        ("<phoneme ph='a'></phoneme>",
         "<phoneme> says nothing; it has the word in it that is said by its sounds"),
        ("a < b", "a < that begins no element is read as text; write &lt; for it"),
        ("<!DOCTYPE speak>", "a document type is left out, and what it declares is not known"),
        ("<sub alias='x'/>",
         "sub holds up to 500 characters of text and no element; else it is read as it is written"),
    ],
)  # fmt: skip
def test_what_is_wrong_or_cannot_be_done_is_told(typed: str, warning: str) -> None:
    assert read(typed)[2] == [warning]


def test_elements_that_are_nested_too_deep_have_no_effect_and_the_others_close_as_they_opened() -> None:
    typed = "<prosody rate='2'>" + "<voice name='x'>" * 1000 + "a" + "</voice>" * 1000 + "b</prosody>c"
    spoken, directives, warnings = read(typed)
    assert spoken == "abc"
    assert warnings == ["elements within more than 200 others have no effect"] * 801
    assert directives == [
        Directive(0, None, Style(rate=2)), Directive(0, None, Style(rate=2, voice="x")),
        Directive(1, None, Style(rate=2)), Directive(2, None, PLAIN),
    ]  # fmt: skip


def test_what_is_held_back_waits_and_a_pause_does_not_decide() -> None:
    ssml = SsmlFilter(FilteredText())
    assert ssml.feed("a <brea") == "a "
    assert (ssml.held_chars, ssml.holds_rows, ssml.paused()) == (5, False, "")
    assert ssml.flush() == "<brea"


@pytest.mark.parametrize(
    "part",
    ["<p>", "</p>", "<", "&", "<!--", "<![CDATA[", "<a b='", "<sub alias='x'>", "<x/>a", "\n", "&#65;"],
)
def test_hostile_documents_take_time_in_proportion(part: str) -> None:
    text = part * 20_000
    assert len(read(text, 50)[0]) <= len(text)
