from __future__ import annotations

import pytest

from voice_server.core.text.splitting.boundary import Decision
from voice_server.core.text.splitting.clauses import cut_overlong, decide_clause


@pytest.mark.parametrize(
    ("text", "first", "why"),
    [
        ("alpha beta, gamma; delta epsilon zeta eta", "alpha beta, gamma;", "clause mark"),
        ("alpha beta gamma and delta epsilon zeta eta", "alpha beta gamma ", "conjunction"),
        ("alpha beta gamma with delta epsilon zeta eta", "alpha beta gamma ", "preposition"),
        ("alpha beta gamma delta epsilon zeta eta", "alpha beta gamma delta epsilon ", "space"),
        ("x" * 50, "x" * 32, "over-long"),
        ("alpha " + "x" * 26 + " beta", "alpha ", "space"),
        ("alpha beta\ngamma, delta epsilon zeta eta", "alpha beta\n", "line break"),
        ("あいうえおかきくけこ、" + "さ" * 30, "あいうえおかきくけこ、", "clause mark"),
        ("3,141,592,653,589,793,238,462,643,383,279", "3,141,592,653,589,793,238,462,64", "over-long"),
    ],
)
def test_a_long_sentence_is_cut_where_it_hurts_least(text: str, first: str, why: str) -> None:
    cut = cut_overlong(text, 0, 24, 32)
    assert cut is not None
    end, reason = cut
    assert text[:end] == first
    assert reason.endswith(why)


def test_a_cut_behind_the_soft_cap_is_preferred() -> None:
    text = "alpha, beta gamma delta, epsilon zeta eta"
    assert cut_overlong(text, 0, 20, 32) == (len("alpha, beta gamma delta,"), "over-long, clause mark")


def test_a_cut_lies_within_the_first_part() -> None:
    assert cut_overlong("a, " + "b" * 40, 0, 24, 32) == (3, "over-long, space")


@pytest.mark.parametrize(
    ("text", "decision"),
    [
        ("When it is done, we all leave", Decision.CUT),
        ("Well, we all leave it there", Decision.HOLD),
        ("There were about 10,000 people", Decision.HOLD),
        ("When it is done, ok. We leave", Decision.HOLD),
        ("-------------------, and so on", Decision.HOLD),
        ("When it is done, we", Decision.WAIT),
        ("When it is done,", Decision.WAIT),
        ('He said "it is done, we all leave', Decision.HOLD),
        ("He said “it is done, we all leave", Decision.HOLD),
        ("いいえいいえいいえいいえ、それはとてもいい本です", Decision.CUT),
    ],
)
def test_where_the_first_piece_may_end(text: str, decision: Decision) -> None:
    at = max(text.find(","), text.find("、"))
    assert decide_clause(text, 0, at, 12, final=False).decision is decision


def test_at_the_end_of_the_text_little_is_left_over() -> None:
    assert decide_clause("When it is done, go", 0, 15, 12, final=True).decision is Decision.HOLD


@pytest.mark.parametrize(
    ("text", "hard", "first"),
    [
        ("👨‍👩‍👧" * 3, 12, 10),
        ("क्षि" * 4, 7, 4),
        ("é" * 8, 7, 6),
        ("เก" * 8, 7, 6),
        ("🇩🇪" * 4, 5, 4),
        ("a" + "́" * 20, 7, 7),
    ],
)
def test_no_cap_cuts_a_written_syllable_or_an_emoji(text: str, hard: int, first: int) -> None:
    assert cut_overlong(text, 0, hard, hard) == (first, "over-long")


def test_only_a_place_where_it_may_end_is_taken() -> None:
    assert cut_overlong("alpha beta gamma", 0, 11, 11, lambda end: end < 8) == (6, "over-long, space")
    assert cut_overlong("alpha beta gamma", 0, 11, 11, lambda _: False) is None


@pytest.mark.parametrize(
    "text",
    [
        "When Anna, Bob and Carla arrived",
        "We went to Oslo, Norway and Rome",
        "We saw Anna, and Bob went home",
        "The list (of apples, pears and figs) is",
        "He ran `a = [first, second, third]` here",
        "On the evening of March 5, 2024 it rained",
        "They had about a few, 3000 people",
        "“We have seen him, he said so",
    ],
)
def test_the_first_piece_does_not_end_between_names_in_brackets_or_before_a_digit(text: str) -> None:
    assert decide_clause(text, 0, text.index(","), 5, final=False).decision is Decision.HOLD
