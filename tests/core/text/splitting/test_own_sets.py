from __future__ import annotations

from unicodedata import normalize

import pytest

from tests.core.text.splitting.own_sets import Example, answers, cases
from tests.core.text.splitting.sentences import split
from voice_server.core.text.splitting.splitter import Splitter, SplitterOptions


def _f1(examples: list[Example], *, guess: bool) -> float:
    right = wrong = missed = 0
    for example in examples:
        found = example.found(None if guess else example.language)
        right += len(found & example.ends)
        wrong += len(found - example.ends)
        missed += len(example.ends - found)
    return 2 * right / (2 * right + wrong + missed)


def _exact(examples: list[Example], *, guess: bool) -> float:
    right = [each.found(None if guess else each.language) == each.ends for each in examples]
    return sum(right) / len(right)


@pytest.mark.parametrize(("guess", "f1"), [(False, 0.997), (True, 0.996)])
def test_answers_are_cut_where_a_reader_would(guess: bool, f1: float) -> None:
    assert _f1(answers(), guess=guess) >= f1


@pytest.mark.parametrize(("guess", "share"), [(False, 0.975), (True, 0.96)])
def test_what_must_not_be_cut_is_held(guess: bool, share: float) -> None:
    assert _exact([case for case in cases() if not case.ends], guess=guess) >= share


@pytest.mark.parametrize(("guess", "f1"), [(False, 0.992), (True, 0.99)])
def test_what_must_be_cut_is_cut(guess: bool, f1: float) -> None:
    assert _f1([case for case in cases() if case.ends], guess=guess) >= f1


@pytest.mark.parametrize("guess", [False, True])
def test_letters_with_their_marks_apart_change_no_sentence(guess: bool) -> None:
    for example in (*answers(), *cases()):
        language = None if guess else example.language
        composed = split(normalize("NFC", example.text), language)
        apart = split(normalize("NFD", example.text), language)
        if max(map(len, apart)) < SplitterOptions().soft_cap:
            assert [normalize("NFC", sentence) for sentence in apart] == composed


def test_a_text_and_its_marks_come_apart_again() -> None:
    for example in answers():
        assert "¦" not in example.text
        assert "".join("".join(example.sentences).split()) == "".join(example.text.split())


def test_each_case_is_the_same_fed_by_character() -> None:
    for case in cases():
        splitter = Splitter(SplitterOptions(language=case.language))
        pieces = [piece.text for letter in case.text for piece in splitter.feed(letter)]
        pieces += [piece.text for piece in splitter.finish()]
        assert pieces == split(case.text, case.language), case.text
