"""Subtitles: every word is in one cue, in order, at its time."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.speech.rendering import words_of
from voice_server.core.speech.speech_settings import MarkupPolicy
from voice_server.core.speech.word_times import estimated_marks
from voice_server.core.subtitles import Cue, cues_of, to_srt, to_vtt, typed_words
from voice_server.core.types import WordMark


def marks_of(text: str) -> list[WordMark]:
    """Marks as engines give them: without the punctuation."""
    marks = []
    for mark in words_of(text):
        bare = mark.word.rstrip(".,!?")
        marks.append(WordMark(bare, mark.start_ms, mark.end_ms, mark.start, mark.start + len(bare)))
    return marks


def test_a_cue_ends_with_its_sentence_and_keeps_the_marks_as_typed() -> None:
    text = "Hello, world! Is this  speech? Yes."
    assert [cue.text for cue in cues_of(text, marks_of(text))] == ["Hello, world!", "Is this speech?", "Yes."]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("“A” is a letter. “B” too.", ["“A” is a letter.", "“B” too."]),
        ("« Oui » ! « Non »", ["« Oui » !", "« Non »"]),
        ("好。「是」", ["好。", "「是」"]),
        ("I said 'no.' \"Yes\" (maybe).", ["I said 'no.'", '"Yes" (maybe).']),
        ("It is $5. €6!", ["It is $5.", "€6!"]),
        ("Dr. Smith uses node.js e.g. for No. 5.", ["Dr. Smith uses node.js e.g. for No. 5."]),
        ("See www.foo.org, please. Now!", ["See www.foo.org, please.", "Now!"]),
    ],
)
def test_quotes_and_signs_stay_with_their_words(text: str, shown: list[str]) -> None:
    assert [cue.text for cue in cues_of(text, estimated_marks(text, 2000))] == shown


@pytest.mark.parametrize(
    ("text", "markup", "words", "shown"),
    [
        ("Say [voice:x]hi[/voice], [rate:2]you[/rate] [pause: 1s].", "strip", "Say hi you", ["Say hi, you"]),
        (
            "It is [here]. a <b and more",
            "strip",
            "It is here a b and more",
            ["It is [here].", "a <b and more"],
        ),
        ("<p>Tom &amp; <w>me</w>.</p> Bye<break time='1s'/>", "ssml", "Tom me Bye", ["Tom & me.", "Bye"]),
        ("The <sub alias='x'>WWW</sub> is", "ssml", "The WWW is", ["The x is"]),
        ("So <phoneme ph='ti'>tea</phoneme> it <b is", "ssml", "So tea it is", ["So tea it <b is"]),
    ],
)
def test_tags_are_not_shown(text: str, markup: MarkupPolicy, words: str, shown: list[str]) -> None:
    marks, at = [], 0
    for word in words.split():
        start = text.index(word, at)
        at = start + len(word)
        marks.append(WordMark(word, start, at, start, at))
    assert [cue.text for cue in cues_of(text, marks, markup=markup)] == shown


def test_a_long_sentence_is_cut_between_words_before_it_is_too_long_to_read() -> None:
    text = " ".join(["wonderful"] * 40)
    shown = list(cues_of(text, marks_of(text)))
    assert all(len(cue.text) <= 84 for cue in shown)
    assert " ".join(cue.text for cue in shown) == text


def test_a_cue_stays_no_longer_than_seven_seconds() -> None:
    slow = [WordMark("word", at * 3000.0, at * 3000.0 + 2900, at * 5, at * 5 + 4) for at in range(5)]
    assert [cue.text for cue in cues_of("word word word word word", slow)] == [
        "word word",
        "word word",
        "word",
    ]


def test_a_pause_ends_a_cue() -> None:
    marks = [WordMark("one", 0, 300, 0, 3), WordMark("two", 2000, 2300, 4, 7)]
    assert list(cues_of("one two", marks)) == [Cue(0, 300, "one"), Cue(2000, 2300, "two")]


@given(st.lists(st.sampled_from(["one", "two", "three,", "four.", "five!", "six?"]), max_size=60))
def test_no_word_is_lost_and_none_comes_twice(words: list[str]) -> None:
    text = " ".join(words)
    shown = list(cues_of(text, marks_of(text)))
    assert " ".join(cue.text for cue in shown) == text
    assert [cue.start_ms for cue in shown] == sorted(cue.start_ms for cue in shown)


@pytest.mark.parametrize("marks", ["![", " !", ";", "…"])
def test_thousands_of_marks_between_two_words_are_read_no_further_than_they_are_shown(marks: str) -> None:
    text = "One" + marks * 20_000 + " two."
    words = [WordMark("One", 0, 300, 0, 3), WordMark("two", 400, 700, len(text) - 4, len(text) - 1)]
    one, two = cues_of(text, words)
    assert (one.text[:3], two.text[-4:]) == ("One", "two.")
    assert max(len(one.text), len(two.text)) < 80


def test_a_written_word_that_is_spoken_in_several_stands_once_in_one_cue() -> None:
    text = "It costs $4.5M."
    spans = [(0, 2), (3, 8), *[(10, 14)] * 5]
    marks = [WordMark("word", 2000 * at, 2000 * at + 1900, *span) for at, span in enumerate(spans)]
    cues = list(cues_of(text, marks, "en"))
    assert " ".join(cue.text for cue in cues) == text
    assert cues[-1].end_ms == marks[-1].end_ms


@pytest.mark.parametrize(
    ("text", "bare", "with_signs"),
    [
        ("Hello, world! ", ["Hello", "world"], ["Hello,", "world!"]),
        ("I said 'no' (maybe). ", ["I", "said", "no", "maybe"], ["I", "said", "'no'", "(maybe)."]),
        ("« Oui » ! « Non »", ["Oui", "Non"], ["« Oui » !", "« Non »"]),
        ("A [rate:2]b[/rate], c.", ["A", "b", "c"], ["A", "b", "c."]),
    ],
)
def test_typed_words_stand_with_the_signs_beside_them(
    text: str, bare: list[str], with_signs: list[str]
) -> None:
    starts = [text.index(word) for word in bare]
    marks = [WordMark("x", 0, 1, start, start + len(word)) for start, word in zip(starts, bare, strict=True)]
    whole = (0, len(text))
    assert [each.word for each in typed_words(text, marks, whole)] == bare
    signed = list(typed_words(text, marks, whole, with_signs=True))
    assert [each.word for each in signed] == with_signs
    assert [text[each.start : each.end] for each in signed] == with_signs


def test_signs_of_the_next_sentence_are_not_those_of_the_last_word() -> None:
    text = "好。「是」不"
    marks = [WordMark("好", 0, 1, 0, 1)]
    assert [each.word for each in typed_words(text, marks, (0, 2), with_signs=True)] == ["好。"]


def test_a_text_without_words_has_no_cue() -> None:
    assert list(cues_of("...", [])) == []
    assert list(to_srt([])) == []
    assert list(to_vtt([])) == ["WEBVTT\n\n"]


def test_subrip_numbers_its_cues_and_writes_times_with_a_comma() -> None:
    shown = [Cue(0, 1500, "One."), Cue(3_723_004, 3_724_000, "Two.")]
    assert "".join(to_srt(shown)) == (
        "1\n00:00:00,000 --> 00:00:01,500\nOne.\n\n2\n01:02:03,004 --> 01:02:04,000\nTwo.\n\n"
    )


def test_webvtt_begins_with_its_name_and_escapes_markup() -> None:
    assert "".join(to_vtt([Cue(0, 999.6, "<b> & co.")])) == (
        "WEBVTT\n\n00:00:00.000 --> 00:00:01.000\n&lt;b&gt; &amp; co.\n\n"
    )


def test_a_mark_inside_a_word_ends_no_sentence_and_a_quote_behind_one_does_not_hide_it() -> None:
    text = 'Pi is 3.14 "or so." Yes.'
    marks = [WordMark(word, at * 100.0, at * 100.0 + 90, text.index(word), text.index(word) + len(word))
             for at, word in enumerate(("Pi", "is", "3.14", "or", "so", "Yes"))]  # fmt: skip
    assert [cue.text for cue in cues_of(text, marks)] == ['Pi is 3.14 "or so."', "Yes."]


def test_what_is_not_for_the_ear_is_not_shown() -> None:
    text = "One <think>a</think>two.\n```py\nf()\n```\n"
    fence = text.index("```py")
    marks = [
        WordMark("One", 0, 100, 0, 3),
        WordMark("two", 100, 200, 20, 23),
        WordMark("Code", 300, 400, fence, fence + 5),
    ]
    assert [cue.text for cue in cues_of(text, marks)] == ["One two.", "Code omitted."]
