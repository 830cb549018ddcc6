from __future__ import annotations

import pytest

from tests.core.text.splitting.sentences import split
from voice_server.core.text.splitting.lexicon import lexicon
from voice_server.core.text.splitting.mark_context import MarkContext, MoreTextNeeded, context_of_mark
from voice_server.core.text.splitting.splitter import Splitter, SplitterOptions


def _context(text: str, at: int, *, final: bool = False, quoted: bool = False) -> MarkContext:
    return context_of_mark(text, 0, at, final=final, quoted=quoted, lexicon=lexicon("en"))


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
    context = _context(text, 3)
    assert text[context.at : context.end] == run


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("\ufeffNo. 5 is it.", 1),
        ("The No\u00ad. 5 is it.", 1),
        ("“\u200bNo. 5 is” it.", 1),
        ("Say \u200ee.g. this.", 1),
        ("\uff2e\uff4f. \uff15 is it.", 1),
        ("\U0001d40d\U0001d428. 5 is it.", 1),
        ("It was Dr.\u200b Smith.", 1),
        ("Hello.\u200b World is big.", 2),
        ("Hello.\u2060 World is big.", 2),
        ("Hello!\ufe0f World is big.", 2),
        ("Hello. \u200eWorld is big.", 2),
    ],
)
def test_what_is_not_displayed_or_styled_changes_no_sentence(text: str, sentences: int) -> None:
    assert len(split(text)) == sentences


def test_a_detached_straight_quote_closes_what_is_open() -> None:
    assert _context('"Yes. " No', 4).end == 7
    assert _context('Yes. " No', 3).end == 4
    assert _context('Yes. " No', 3, quoted=True).end == 6
    assert _context('"Yes. "No', 4).end == 5


def test_a_french_quote_may_close_behind_a_space() -> None:
    assert _context("« Oui ! » Il", 6).end == 9
    assert _context("Oui ! » Il", 4).end == 5


def test_emoji_at_the_head_of_a_sentence_are_its_bullets() -> None:
    assert _context("✨ Yes. ✨ No", 5).end == 6


@pytest.mark.parametrize(
    "text",
    ["Yes.", "Yes. ", "Yes.[1", "Yes. [", "Yes. :", "Yes. '", 'Yes."', "Yes. 😊", "Yes. :)", "Yes. []"[:-1]],
)
def test_what_may_still_grow_needs_more_text(text: str) -> None:
    with pytest.raises(MoreTextNeeded):
        _context(text, 3)
    assert _context(text, 3, final=True).at == 3


def test_an_open_quote_that_may_close_or_open_needs_more_text() -> None:
    with pytest.raises(MoreTextNeeded):
        _context('"Yes. "', 4)


def test_a_line_break_ends_the_look_ahead() -> None:
    assert _context("Yes.\n", 3).next_character == ""


def test_words_are_told_without_what_opens_before_them() -> None:
    context = _context("So “(Inc. “The end", 8)
    assert context.word_before() == "Inc"
    assert context.next_word() == ("The", " ")
    assert context.next_word_first_character() == "T"


def test_a_sentence_that_begins_with_its_mark_has_no_word_before_it() -> None:
    assert _context(". The end", 0).word_before() == ""


@pytest.mark.parametrize("text", ["Inc. The", "Inc. It'", "Inc. “", "Inc. It-"])
def test_a_word_that_may_grow_needs_more_text(text: str) -> None:
    with pytest.raises(MoreTextNeeded):
        _context(text, 3).next_word()


def test_no_word_may_follow() -> None:
    assert _context("Inc. + so", 3).next_word() == ("", "+")


def test_two_commas_are_a_low_quote() -> None:
    assert _context("Ja. ,,Nein", 2).is_low_quote_next()
    assert not _context("Ja. , Nein", 2).is_low_quote_next()
    with pytest.raises(MoreTextNeeded):
        _context("Ja. ,", 2).is_low_quote_next()


@pytest.mark.parametrize(
    ("text", "is_ellipsis"),
    [("Yes. No", False), ("Yes.. No", True), ("Yes. . No", True), ("Yes… No", True), ("Yes.) No", False)],
)
def test_ellipses(text: str, is_ellipsis: bool) -> None:
    assert _context(text, 3).is_ellipsis is is_ellipsis


def test_what_the_mark_stands_in() -> None:
    assert _context("Yes . No", 4).has_space_before
    assert not _context("Yes. No", 3).has_space_before
    assert not _context(". No", 0).has_space_before
    assert _context("Yes.No", 3).is_unspaced
    assert _context("Yes.” No", 3).closes_quote
    assert not _context("Yes.) No", 3).closes_quote


@pytest.mark.parametrize(
    ("following", "is_so"), [("and it", True), ("AND'", True), ("“and ", True), ("any", False)]
)
def test_the_next_word_is_known_as_soon_as_it_can_be(following: str, is_so: bool) -> None:
    text = f"end. {following}"
    context = context_of_mark(text, 0, 3, final=False, quoted=False, lexicon=lexicon("en"))
    assert context.is_next_word_in(("and", "or")) is is_so


@pytest.mark.parametrize("following", ["a", "an", "and", "“", "or"])
def test_a_next_word_that_may_still_be_one_of_them_needs_more_text(following: str) -> None:
    text = f"end. {following}"
    context = context_of_mark(text, 0, 3, final=False, quoted=False, lexicon=lexicon("en"))
    with pytest.raises(MoreTextNeeded):
        context.is_next_word_in(("and", "or"))
    final = context_of_mark(text, 0, 3, final=True, quoted=False, lexicon=lexicon("en"))
    assert final.is_next_word_in(("and", "or")) is (following in ("and", "or"))


def test_a_note_s_number_at_the_end_of_a_line_belongs_to_the_sentence_before_it() -> None:
    splitter = Splitter(SplitterOptions(language="en"))
    assert [piece.text for piece in splitter.feed("So it ended!3\n")] == ["So it ended!3"]
    assert splitter.finish() == []
