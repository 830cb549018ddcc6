from __future__ import annotations

import pytest

from voice_server.core.text.splitting.lexicon import lexicon
from voice_server.core.text.splitting.mark_context import MarkContext, MoreTextNeeded, mark_context


def _survey(text: str, at: int, *, final: bool = False, quoted: bool = False) -> MarkContext:
    return mark_context(text, 0, at, final=final, quoted=quoted, lexicon=lexicon("en"))


@pytest.mark.parametrize(
    ("text", "run"),
    [
        ("Yes. No", "."),
        ("Yes?! No", "?!"),
        ("Yes. . . no", ". . ."),
        ("Yes. .NET", "."),
        ("Yes.”) No", ".”)"),
        ("Yes.** No", ".**"),
        ('Yes." No', '."'),
        ('Yes."No', "."),
        ("Yes. ) No", ". )"),
        ("Yes. '' No", ". ''"),
        ("Yes. ' No", ". '"),
        ("Yes. 'No", "."),
        ("Yes.[1][2] No", ".[1][2]"),
        ("Yes. [...] No", ". [...]"),
        ("Yes.² No", ".²"),
        ("Yes. 😊👍🏽 No", ". 😊👍🏽"),
        ("Yes. :-) No", ". :-)"),
    ],
)
def test_closers_belong_to_the_mark(text: str, run: str) -> None:
    place = _survey(text, 3)
    assert text[place.at : place.end] == run


def test_a_detached_straight_quote_closes_what_is_open() -> None:
    assert _survey('"Yes. " No', 4).end == 7
    assert _survey('Yes. " No', 3).end == 4
    assert _survey('Yes. " No', 3, quoted=True).end == 6
    assert _survey('"Yes. "No', 4).end == 5


def test_a_french_quote_may_close_behind_a_space() -> None:
    assert _survey("« Oui ! » Il", 6).end == 9
    assert _survey("Oui ! » Il", 4).end == 5


def test_emoji_at_the_head_of_a_sentence_are_its_bullets() -> None:
    assert _survey("✨ Yes. ✨ No", 5).end == 6


@pytest.mark.parametrize(
    "text",
    ["Yes.", "Yes. ", "Yes.[1", "Yes. [", "Yes. :", "Yes. '", 'Yes."', "Yes. 😊", "Yes. :)", "Yes. []"[:-1]],
)
def test_what_may_still_grow_is_unseen(text: str) -> None:
    with pytest.raises(MoreTextNeeded):
        _survey(text, 3)
    assert _survey(text, 3, final=True).at == 3


def test_an_open_quote_that_may_close_or_open_is_unseen() -> None:
    with pytest.raises(MoreTextNeeded):
        _survey('"Yes. "', 4)


def test_a_line_break_ends_the_look_ahead() -> None:
    assert _survey("Yes.\n", 3).next == ""


def test_words_are_told_without_what_opens_before_them() -> None:
    place = _survey("So “(Inc. “The end", 8)
    assert place.word_before() == "Inc"
    assert place.word_after() == ("The", " ")
    assert place.letter_after() == "T"


def test_a_sentence_that_begins_with_its_mark_has_no_word_before_it() -> None:
    assert _survey(". The end", 0).word_before() == ""


@pytest.mark.parametrize("text", ["Inc. The", "Inc. It'", "Inc. “", "Inc. It-"])
def test_a_word_that_may_grow_is_unseen(text: str) -> None:
    with pytest.raises(MoreTextNeeded):
        _survey(text, 3).word_after()


def test_no_word_may_follow() -> None:
    assert _survey("Inc. + so", 3).word_after() == ("", "+")


def test_two_commas_are_a_low_quote() -> None:
    assert _survey("Ja. ,,Nein", 2).is_low_quote()
    assert not _survey("Ja. , Nein", 2).is_low_quote()
    with pytest.raises(MoreTextNeeded):
        _survey("Ja. ,", 2).is_low_quote()


@pytest.mark.parametrize(
    ("text", "is_ellipsis"),
    [("Yes. No", False), ("Yes.. No", True), ("Yes. . No", True), ("Yes… No", True), ("Yes.) No", False)],
)
def test_ellipses(text: str, is_ellipsis: bool) -> None:
    assert _survey(text, 3).is_ellipsis is is_ellipsis


def test_what_the_mark_stands_in() -> None:
    assert _survey("Yes . No", 4).is_detached
    assert not _survey("Yes. No", 3).is_detached
    assert not _survey(". No", 0).is_detached
    assert _survey("Yes.No", 3).is_glued
    assert _survey("Yes.” No", 3).closes_quote
    assert not _survey("Yes.) No", 3).closes_quote


@pytest.mark.parametrize(
    ("following", "is_so"), [("and it", True), ("AND'", True), ("“and ", True), ("any", False)]
)
def test_the_next_word_is_known_as_soon_as_it_can_be(following: str, is_so: bool) -> None:
    text = f"end. {following}"
    place = mark_context(text, 0, 3, final=False, quoted=False, lexicon=lexicon("en"))
    assert place.next_is(("and", "or")) is is_so


@pytest.mark.parametrize("following", ["a", "an", "and", "“", "or"])
def test_a_next_word_that_may_still_be_one_of_them_is_unseen(following: str) -> None:
    text = f"end. {following}"
    place = mark_context(text, 0, 3, final=False, quoted=False, lexicon=lexicon("en"))
    with pytest.raises(MoreTextNeeded):
        place.next_is(("and", "or"))
    final = mark_context(text, 0, 3, final=True, quoted=False, lexicon=lexicon("en"))
    assert final.next_is(("and", "or")) is (following in ("and", "or"))
