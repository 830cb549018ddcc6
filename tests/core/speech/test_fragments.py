"""What should be said of fragments in thirteen languages is said, and the same however they are cut."""

from __future__ import annotations

import random
from collections import Counter
from itertools import pairwise

import pytest

from tests.core.speech.fragments import Fragment, fragments
from voice_server.core.text.normalization.languages import WORDS
from voice_server.core.types import NORMALIZED_KINDS

FRAGMENTS = fragments()


def _name(fragment: Fragment) -> str:
    return f"{fragment.language} {fragment.written}"


def test_there_are_four_hundred_in_thirteen_languages_and_each_is_another() -> None:
    assert len({_name(each) for each in FRAGMENTS}) == len(FRAGMENTS) >= 400
    languages = Counter(each.language for each in FRAGMENTS)
    assert languages.keys() == WORDS.keys()
    assert min(languages.values()) >= 28
    assert {each.kind for each in FRAGMENTS} > NORMALIZED_KINDS


@pytest.mark.parametrize("fragment", FRAGMENTS, ids=_name)
def test_what_should_be_said_is_said_but_for_the_misses_that_are_known(fragment: Fragment) -> None:
    assert (fragment.spoken() in fragment.ways) is not fragment.is_missed, fragment.spoken()


@pytest.mark.parametrize("fragment", FRAGMENTS, ids=_name)
def test_the_same_is_said_under_cuttings(fragment: Fragment) -> None:
    whole, text = fragment.spoken(), fragment.written
    assert fragment.spoken(text) == whole
    seed = len(text)
    chosen = random.Random(seed)
    for _ in range(2):
        cuts = [0, *sorted(chosen.sample(range(len(text)), min(3, len(text)))), len(text)]
        tokens = [text[start:end] for start, end in pairwise(cuts)]
        assert fragment.spoken(tokens) == whole, f"seed {seed}"
