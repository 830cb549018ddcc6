"""The nouns of every layer: plain values that nobody changes, and that load in any environment."""

from __future__ import annotations

import ast
import sys
from array import array
from collections.abc import Mapping
from dataclasses import FrozenInstanceError, fields, is_dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice_server.core import types
from voice_server.core.types import BYTES_PER_SAMPLE, Capabilities, OptionValue, Segment, Voice, WordMark

VALUES = [each for each in vars(types).values() if is_dataclass(each)]


def test_the_backends_environments_need_nothing_but_the_standard_library() -> None:
    tree = ast.parse(Path(types.__file__).read_text(encoding="utf-8"))
    modules = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    modules |= {name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names}
    assert {str(module).split(".")[0] for module in modules} <= set(sys.stdlib_module_names)


@pytest.mark.parametrize("kind", VALUES, ids=lambda kind: kind.__name__)
def test_a_value_that_layers_share_is_changed_by_none_of_them(kind: Any) -> None:
    value = object.__new__(kind)
    with pytest.raises(FrozenInstanceError):
        setattr(value, fields(kind)[0].name, "other")


def test_a_sample_is_as_wide_as_a_16_bit_integer() -> None:
    assert array("h").itemsize == BYTES_PER_SAMPLE


@given(st.floats(0, 99), st.floats(0, 99))
def test_how_long_nobody_misses_a_segment_does_not_make_it_another(one_s: float, other_s: float) -> None:
    assert Segment("b", "Hello.", "v", spare_s=one_s) == Segment("b", "Hello.", "v", spare_s=other_s)


@pytest.mark.parametrize(
    "other",
    [
        Segment("c", "Hello.", "v", {"speed": 1.0}, 7),
        Segment("b", "Hello!", "v", {"speed": 1.0}, 7),
        Segment("b", "Hello.", "w", {"speed": 1.0}, 7),
        Segment("b", "Hello.", "v", {"speed": 1.5}, 7),
        Segment("b", "Hello.", "v", {"speed": 1.0}, 8),
    ],
)
def test_everything_that_decides_a_segments_sound_makes_it_another(other: Segment) -> None:
    assert other != Segment("b", "Hello.", "v", {"speed": 1.0}, 7)


def test_segments_without_options_do_not_share_them() -> None:
    options: list[Mapping[str, OptionValue]] = [Segment("b", text, "v").options for text in ("One.", "Two.")]
    assert options == [{}, {}]
    assert options[0] is not options[1]


def test_a_backend_that_says_nothing_of_itself_can_do_nothing_beyond_speaking() -> None:
    assert not any(getattr(Capabilities(), each.name) for each in fields(Capabilities))


def test_a_voice_is_built_in_and_of_no_known_gender_unless_its_backend_says_more() -> None:
    voice = Voice("af", "Heart", "en-US")
    assert (voice.kind, voice.gender) == ("built_in", "")


def test_voices_and_word_marks_are_told_apart_by_what_they_hold() -> None:
    assert len({Voice("af", "Heart", "en"), Voice("af", "Heart", "en"), Voice("af", "Heart", "fr")}) == 2
    assert len({WordMark("a", 0, 1, 0, 1), WordMark("a", 0, 1, 0, 1), WordMark("a", 0, 1, 2, 3)}) == 2
