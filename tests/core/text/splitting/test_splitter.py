from __future__ import annotations

import random

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from voice_server.core.text.splitting.boundary import is_speakable
from voice_server.core.text.splitting.splitter import Piece, Splitter, SplitterOptions

_WORDS = """
    Hello the end Dr Mr U S e.g etc Inc a.m p.m No 3 12 2024 1 a b ii I It He Die Juli он г 是的 です नमस्ते է
    Ναι مرحبا www x@y Node js Yahoo . .. ... ! ? ?! !!! … 。 ！ ？ । ؟ ۔ ։ : ; , " “ ” ‘ ’ ' '' ( ) [ ] [1] «
    » 「 」 * ** _ ` ``` # - • — – | 1) 2) a) 1. 2. 😊 🎉 :) 👍🏽 \u200d / :// % № $ ½ é \u0301
"""
_SPACES = (" ", " ", " ", "  ", "\n", "\n\n", "\r\n", "\t", "\u00a0", "\u2028")
_PHRASES = ("It is so. ", "time, pay ", "$5", "$x$", "**Bob:** ", "e.g. 😀", "$3 costs ")
_ATOMS = (*_WORDS.split(), *_SPACES, *_PHRASES, "x" * 120, "lorem ipsum " * 12)
_TEXTS = st.lists(st.sampled_from(_ATOMS), max_size=40).map("".join) | st.text(max_size=60)
_OPTIONS = st.builds(
    lambda language, first, hard: SplitterOptions(
        language=language, first_piece=first, first_piece_max=min(80, hard), soft_cap=hard // 2, hard_cap=hard
    ),
    st.sampled_from([None, "en", "de", "ja", "hy"]),
    st.sampled_from(["sentence", "clause"]),
    st.sampled_from([60, 300]),
)


def _split(chunks: list[str], options: SplitterOptions | None = None) -> list[Piece]:
    splitter = Splitter(options)
    return [piece for chunk in chunks for piece in splitter.feed(chunk)] + splitter.finish()


def _texts(text: str, **options: object) -> list[str]:
    return [piece.text for piece in _split([text], SplitterOptions(**options))]  # type: ignore[arg-type]


def _cut(text: str, rng: random.Random) -> list[str]:
    chunks, at = [], 0
    while at < len(text):
        size = rng.randint(1, 9)
        chunks.append(text[at : at + size])
        at += size
    return chunks


@example("It is so. 😀**Bob:** x", SplitterOptions(), random.Random(0))
@example(
    "In time, we pay $5x item", SplitterOptions(first_piece="clause", first_piece_min=5), random.Random(0)
)
@example("This is 你好. CO2 is a gas.", SplitterOptions(language="en"), random.Random(0))
@example("Das ist gut. 2425.2", SplitterOptions(language="de"), random.Random(0))
@given(_TEXTS, _OPTIONS, st.randoms(use_true_random=False))
def test_the_pieces_are_the_same_however_the_text_is_cut(
    text: str, options: SplitterOptions, rng: random.Random
) -> None:
    by_character = _split(list(text), options)
    assert _split([text], options) == by_character
    assert _split(_cut(text, rng), options) == by_character


@pytest.mark.parametrize("seed", range(10))
def test_the_pieces_are_the_same_for_ten_thousand_random_texts(seed: int) -> None:
    rng = random.Random(seed)
    options = SplitterOptions(language="en", soft_cap=100, hard_cap=150)
    for _ in range(1000):
        text = "".join(rng.choices(_ATOMS, k=rng.randint(1, 12)))
        assert _split([text], options) == _split(_cut(text, rng), options), text


@given(_TEXTS, _OPTIONS)
def test_nothing_is_lost_and_nothing_comes_twice(text: str, options: SplitterOptions) -> None:
    at = 0
    for piece in _split([text], options):
        assert piece.start >= at
        assert text[at : piece.start].strip() == ""
        assert piece.text == text[piece.start : piece.end] == piece.text.strip() != ""
        at = piece.end
    assert text[at:].strip() == ""


@given(_TEXTS, _OPTIONS)
def test_no_piece_is_longer_than_the_cap(text: str, options: SplitterOptions) -> None:
    assert all(len(piece.text) <= options.hard_cap for piece in _split([text], options))


@given(_TEXTS)
def test_only_the_end_or_the_cap_leaves_a_piece_without_words(text: str) -> None:
    for piece in _split([text])[:-1]:
        assert is_speakable(piece.text, 0, len(piece.text)) or piece.reason.startswith("over-long")


@given(_TEXTS, _OPTIONS)
def test_a_provisional_piece_is_what_would_be_handed_out_if_the_text_ended(
    text: str, options: SplitterOptions
) -> None:
    splitter = Splitter(options)
    for at, character in enumerate(text):
        splitter.feed(character)
        provisional = splitter.provisional
        if provisional is None:
            continue
        assert provisional.text == text[provisional.start : provisional.end]
        if text[provisional.end : at + 1].strip() == "":
            whole = _split([text[: at + 1]], options)[-1]
            assert (provisional.start, provisional.end, provisional.text) == (
                whole.start,
                whole.end,
                whole.text,
            )


@given(_TEXTS)
def test_pending_characters_are_those_not_handed_out(text: str) -> None:
    splitter = Splitter()
    handed_out = 0
    for character in text:
        for piece in splitter.feed(character):
            handed_out += len("".join(piece.text.split()))
        assert splitter.pending_chars <= len(text)
    splitter.finish()
    assert splitter.pending_chars == 0


def test_a_sentence_is_certain_with_the_first_letter_of_the_next() -> None:
    splitter = Splitter()
    assert splitter.feed("It is done.") == []
    assert splitter.feed(" ") == []
    assert [piece.text for piece in splitter.feed("T")] == ["It is done."]


def test_a_line_break_needs_no_next_character() -> None:
    splitter = Splitter()
    assert [piece.text for piece in splitter.feed("Ingredients\n")] == ["Ingredients"]


def test_a_provisional_end_is_announced_at_the_mark_and_committed_unchanged() -> None:
    splitter = Splitter()
    splitter.feed("We are all done here")
    assert splitter.provisional is None
    splitter.feed(".")
    announced = splitter.provisional
    assert announced is not None
    (committed,) = splitter.feed(" Next")
    assert (announced.start, announced.end, announced.text) == (
        committed.start,
        committed.end,
        committed.text,
    )
    assert splitter.provisional is None


@pytest.mark.parametrize(
    "text",
    [
        "We met Dr.",
        "It has 3.",
        "He said “this is it.",
        "A list (of all things.",
        "So it is...",
        "We go. What a day!",
        "Hi.",
        "```foo bar baz qux.",
    ],
)
def test_what_may_well_go_on_is_not_announced(text: str) -> None:
    splitter = Splitter()
    splitter.feed(text)
    assert splitter.provisional is None


def test_an_opening_exclamation_is_announced_at_its_mark() -> None:
    splitter = Splitter()
    splitter.feed(" Great question")
    splitter.feed("!")
    announced = splitter.provisional
    assert announced is not None
    assert splitter.feed(" Here")[0][:3] == announced[:3] == ("Great question!", 1, 16)


def test_a_provisional_end_is_taken_back_when_the_sentence_goes_on() -> None:
    splitter = Splitter()
    splitter.feed("Please go to example.")
    assert splitter.provisional is not None
    assert splitter.feed("com and see") == []
    assert splitter.provisional is None
    assert [piece.text for piece in splitter.finish()] == ["Please go to example.com and see"]


def test_code_is_handed_out_by_its_blank_lines_and_never_by_its_marks() -> None:
    code = "Look:\n```python\na = 1. # So. It is.\nb = 2\n\nprint(a)\n```\nDone."
    assert _texts(code) == ["Look:", "```python\na = 1. # So. It is.\nb = 2", "print(a)\n```", "Done."]


def test_code_is_not_announced_and_does_not_end_in_a_pause() -> None:
    splitter = Splitter()
    splitter.feed("```\nThis is a comment here.")
    assert splitter.provisional is None
    assert splitter.end_strength == "none"


def test_the_first_piece_may_end_at_a_clause_and_only_the_first() -> None:
    text = "When the dough has risen, knead it well again. When it has risen again, bake it."
    assert _texts(text, first_piece="clause") == [
        "When the dough has risen,",
        "knead it well again.",
        "When it has risen again, bake it.",
    ]


def test_code_at_the_head_of_a_text_is_not_cut_at_its_commas() -> None:
    code = "```\nnumbers = [one_thousand, two_thousand, three]\n```"
    assert _texts(code + "\nYes.", first_piece="clause") == [code, "Yes."]


def test_the_first_piece_is_cut_at_a_space_when_no_clause_comes() -> None:
    text = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen"
    first, *_ = _texts(text, first_piece="clause", first_piece_max=40)
    assert first == "one two three four five six seven eight"


def test_flush_hands_out_what_is_there_and_the_text_goes_on() -> None:
    splitter = Splitter()
    splitter.feed("One. Two and")
    assert [(piece.text, piece.start) for piece in splitter.flush()] == [("Two and", 5)]
    assert splitter.feed(" three. F")[0].text == "three."
    assert [(piece.text, piece.start) for piece in splitter.finish()] == [("F", 20)]


def test_what_is_flushed_is_the_first_piece_and_tells_its_language() -> None:
    splitter = Splitter(SplitterOptions(first_piece="clause"))
    splitter.feed("Das ist der Tag, den wir")
    assert [piece.language for piece in splitter.flush()] == ["de"]
    assert splitter.feed(" lange wollten und nun haben, weil er so schön ist. Ja")[0].text.endswith("ist.")


def test_flushing_nothing_gives_nothing() -> None:
    splitter = Splitter()
    splitter.feed("  \n ")
    assert splitter.flush() == []


@pytest.mark.parametrize(
    ("text", "strength"),
    [
        ("Let me look that up.", "strong"),
        ("Sure!", "strong"),
        ("是的。", "strong"),
        ("Well...", "strong"),
        ("I live in the U.S.", "weak"),
        ("When it is done,", "weak"),
        ("He said “yes.", "weak"),
        ("It costs 3.", "none"),
        ("I met Dr.", "none"),
        ("See Fig.", "none"),
        ("He said no.", "weak"),
        ("It was in 2024.", "weak"),
        ("from 10 –", "none"),
        ("from 10-", "none"),
        ("We know $x,", "none"),
        ("It costs 3,", "none"),
        ("It is ten", "none"),
        ("See https://a.b.", "none"),
        ("1.", "none"),
        ("- ", "none"),
        ("• ", "none"),
        ("", "none"),
    ],
)
def test_what_a_pause_means(text: str, strength: str) -> None:
    splitter = Splitter()
    splitter.feed(text)
    assert splitter.end_strength == strength


def test_a_pause_hands_out_a_sentence_and_only_a_long_one_a_clause() -> None:
    splitter = Splitter()
    splitter.feed("Let me look,")
    assert splitter.flush_if_complete() == []
    assert [piece.text for piece in splitter.flush_if_complete(weak=True)] == ["Let me look,"]
    splitter.feed(" it is here.")
    assert [piece.text for piece in splitter.flush_if_complete()] == ["it is here."]


def test_a_finished_splitter_takes_no_more_text() -> None:
    splitter = Splitter()
    splitter.finish()
    with pytest.raises(RuntimeError, match="use a new one"):
        splitter.feed("More.")


def test_a_sentence_beyond_the_cap_is_cut_at_its_last_clause() -> None:
    text = "alpha beta, gamma delta, epsilon zeta eta theta iota kappa lambda"
    assert _texts(text, soft_cap=30, hard_cap=40) == [
        "alpha beta, gamma delta,",
        "epsilon zeta eta theta iota kappa lambda",
    ]


def test_a_mark_beyond_the_cap_does_not_help() -> None:
    assert max(map(len, _texts("a" * 40 + "." * 300 + " B", soft_cap=50, hard_cap=50))) == 50


@pytest.mark.parametrize(
    "unit",
    ["lorem ipsum dolor ", ".", "Dr. ", "7", '"lorem ipsum. ', "\n", "https://a.b/c?d=e.", "1) a ", "「あ。"],
)
def test_the_buffer_stays_bounded_on_endless_text(unit: str) -> None:
    splitter = Splitter(SplitterOptions(language="en"))
    for at in range(0, 8000, 4):
        splitter.feed((unit * 8000)[at : at + 4])
        assert splitter.pending_chars < 500


def test_the_language_is_the_clients_or_else_guessed_by_sentence() -> None:
    text = "Das ist der dritte Tag und es ist schön. Это не так, потому что он был там. 是的。"
    assert [piece.language for piece in _split([text])] == ["de", "ru", "zh"]
    assert [piece.language for piece in _split([text], SplitterOptions(language="de-AT"))] == [
        "de",
        "de",
        "de",
    ]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"first_piece_min": 80}, "first_piece_min must be from 1"),
        ({"soft_cap": 301}, "soft_cap must be from 1 to hard_cap"),
    ],
)
def test_contradicting_options_are_refused(options: dict[str, int], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        SplitterOptions(**options)  # type: ignore[arg-type]


@pytest.mark.parametrize("cap", [20, 40, 60])
def test_an_early_first_piece_keeps_to_a_low_hard_cap_too(cap: int) -> None:
    splitter = Splitter(SplitterOptions(first_piece="clause", soft_cap=cap, hard_cap=cap))
    text = "This is a rather long opening, one that goes on and on without an end, and must be cut somewhere."
    pieces = [piece for character in text for piece in splitter.feed(character)] + splitter.finish()
    assert max(len(piece.text) for piece in pieces) <= cap
    assert "".join(piece.text for piece in pieces).replace(" ", "") == text.replace(" ", "")


def test_a_sentence_that_passes_the_hard_cap_with_its_mark_is_not_announced() -> None:
    splitter = Splitter(SplitterOptions(soft_cap=20, hard_cap=24))
    splitter.feed("It is so very long today")
    splitter.feed(".")
    assert splitter.provisional is None


@pytest.mark.parametrize(
    "opening",
    [
        "(which met on Monday in a small room near the harbour that nobody had used before now)",
        "“which met on Monday in a small room near the harbour that nobody had used before now”",
        "`which --met on_monday in a_small_room near the_harbour that nobody had used before now`",
    ],
)
def test_a_first_piece_that_is_all_bracket_quotation_or_code_is_longer_than_its_cap(opening: str) -> None:
    text = f"{opening} is here."
    by_character = _split(list(text), SplitterOptions(language="en", first_piece="clause"))
    assert [piece.text for piece in by_character] == _texts(text, language="en", first_piece="clause")
    assert by_character[0].text.startswith(opening)


def test_a_line_is_as_long_as_it_is_written_wherever_its_last_sentence_begins() -> None:
    line = "Here is a sentence that ends within its line. And here is one that goes on"
    assert _texts(f"{line}\n`and` ends in the next.") == [
        "Here is a sentence that ends within its line.",
        "And here is one that goes on\n`and` ends in the next.",
    ]
    assert _texts("Short. So it is\nand here.") == ["Short.", "So it is", "and here."]
