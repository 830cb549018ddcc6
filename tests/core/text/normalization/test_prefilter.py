"""What a rule needs is in every text that it changes: to ask fewer rules changes nothing that is said."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.core.speech.fragments import fragments
from voice_server.core.text.normalization.languages import WORDS
from voice_server.core.text.normalization.normalizer import rules_of
from voice_server.core.text.normalization.prefilter import any_of, atoms_of
from voice_server.core.text.normalization.rule import Rule

WRITTEN = st.text(
    st.sampled_from("0123456789.,:-–/%$€£~<>±+°'’\"″#@&=→x×* ½MKkmghTXVIaépQ№§ \n") | st.characters(),
    max_size=40,
)
RULES_WITH_NEEDS = [rule for tag in WORDS for rule in rules_of(tag) if rule.needs]


def has_what_it_needs(rule: Rule, text: str) -> bool:
    """Whether a rule is asked of a text in which it changes something."""
    changes = any(rule.read(match) for match in rule.pattern.finditer(text))
    return not (changes and rule.needs and rule.needs.isdisjoint(atoms_of(text)))


def test_the_atoms_of_a_text_are_its_marks_and_what_stands_beside_its_digits() -> None:
    assert atoms_of("Nothing of that kind.") == set()
    assert atoms_of("R&D, e.g. now") == any_of("& .a")
    assert atoms_of("World War II") == any_of("I")
    assert atoms_of("Take 5 km") == any_of("1 1k")
    assert atoms_of("H2O and 1204:5") == any_of("1 0 : 1O 1: a1 1a 111 1111")
    assert atoms_of("½ 30 20") == any_of("½ 1 0 1_1")


@pytest.mark.parametrize("tag", WORDS)
def test_every_rule_is_asked_of_the_fragments_that_it_changes(tag: str) -> None:
    texts = [each.written for each in fragments()]
    assert [
        (rule.pattern.pattern, text)
        for rule in rules_of(tag)
        for text in texts
        if not has_what_it_needs(rule, text)
    ] == []


@given(text=WRITTEN, tag=st.sampled_from(sorted(WORDS)))
def test_every_rule_is_asked_of_any_text_that_it_changes(text: str, tag: str) -> None:
    assert all(has_what_it_needs(rule, text) for rule in rules_of(tag))


@settings(suppress_health_check=list(HealthCheck), deadline=None)
@given(drawn=st.data())
def test_every_rule_is_asked_of_a_text_that_is_made_of_its_pattern(drawn: st.DataObject) -> None:
    rule = drawn.draw(st.sampled_from(RULES_WITH_NEEDS))
    assert has_what_it_needs(rule, drawn.draw(st.from_regex(rule.pattern)))
