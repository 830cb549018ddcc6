from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice_server.core.text.offsets import Edit, OffsetMap, rewrite


@st.composite
def edited_texts(draw: st.DrawFn, text: str | None = None) -> tuple[str, list[Edit]]:
    """A text of distinct characters, so that each can be told, and edits that add none of them."""
    if text is None:
        text = "".join(chr(0x4E00 + i) for i in range(draw(st.integers(0, 30))))
    cuts = sorted(draw(st.lists(st.integers(0, len(text)), max_size=10)))
    spans = zip(cuts[::2], cuts[1::2], strict=False)
    return text, [Edit(a, b, draw(st.text("xyz", max_size=4))) for a, b in spans]


def source_of(offsets: OffsetMap, index: int) -> tuple[int, int]:
    return offsets.to_source(index, index + 1)


@given(edited_texts())
def test_untouched_characters_map_to_themselves(case: tuple[str, list[Edit]]) -> None:
    text, edits = case
    spoken, offsets = rewrite(text, edits)
    for index, character in enumerate(spoken):
        if character not in "xyz":
            start, end = source_of(offsets, index)
            assert text[start:end] == character


@given(edited_texts())
def test_every_character_of_a_replacement_maps_to_all_that_it_replaced(
    case: tuple[str, list[Edit]],
) -> None:
    text, edits = case
    spoken, offsets = rewrite(text, edits)
    wanted = [(edit.start, edit.end) for edit in edits for _ in edit.replacement]
    got = [source_of(offsets, index) for index, character in enumerate(spoken) if character in "xyz"]
    assert got == wanted


@given(edited_texts())
def test_the_text_is_what_slicing_by_hand_gives(case: tuple[str, list[Edit]]) -> None:
    text, edits = case
    by_hand = text
    for edit in reversed(edits):
        by_hand = by_hand[: edit.start] + edit.replacement + by_hand[edit.end :]
    assert rewrite(text, edits)[0] == by_hand


@given(edited_texts(), st.integers(-5, 60), st.integers(-5, 60))
def test_spans_stay_inside_and_in_order(case: tuple[str, list[Edit]], start: int, end: int) -> None:
    text, edits = case
    _, offsets = rewrite(text, edits)
    first, last = offsets.to_source(start, end)
    assert 0 <= first <= last <= len(text)


@given(edited_texts())
def test_the_way_back_never_goes_backwards(case: tuple[str, list[Edit]]) -> None:
    text, edits = case
    spoken, offsets = rewrite(text, edits)
    spans = [source_of(offsets, index) for index in range(len(spoken))]
    for (start, end), (next_start, next_end) in itertools.pairwise(spans):
        assert start <= next_start
        assert end <= next_end
    positions = [offsets.to_source(index, index)[0] for index in range(len(spoken) + 1)]
    assert positions == sorted(positions)


@given(st.data())
def test_two_rewrites_compose_to_the_same_way_back(data: st.DataObject) -> None:
    text, edits = data.draw(edited_texts())
    middle, first = rewrite(text, edits)
    _, more = data.draw(edited_texts(middle))
    spoken, second = rewrite(middle, more)
    both = first.then(second)
    for index in range(len(spoken)):
        assert source_of(both, index) == first.to_source(*source_of(second, index))
    assert both.length == len(spoken)


@given(st.data())
def test_a_part_of_a_map_leads_where_the_map_does(data: st.DataObject) -> None:
    text, edits = data.draw(edited_texts())
    spoken, whole = rewrite(text, edits)
    start = data.draw(st.integers(0, len(spoken)))
    end = data.draw(st.integers(start, len(spoken)))
    first, last = whole.to_source(start, end)
    part = whole.part(start, end, (first, last))
    assert part.length == end - start
    for index in range(end - start):
        source = source_of(whole, start + index)
        assert source_of(part, index) == (source[0] - first, source[1] - first)


@given(st.integers(0, 9))
def test_a_text_left_alone_maps_to_itself(length: int) -> None:
    offsets = OffsetMap.identity(length)
    assert [source_of(offsets, i) for i in range(length)] == [(i, i + 1) for i in range(length)]
    assert offsets.to_source(0, length) == (0, length)


def test_a_span_over_a_replacement_covers_what_was_replaced() -> None:
    spoken, offsets = rewrite("pay $5 now", [Edit(4, 6, "five dollars")])
    assert spoken == "pay five dollars now"
    assert offsets.to_source(4, 8) == (4, 6)
    assert offsets.to_source(0, len(spoken)) == (0, 10)


def test_a_replacement_of_either_rewrite_stands_for_all_that_was_typed_in_its_place() -> None:
    middle, first = rewrite("$5 & up", [Edit(0, 2, "five"), Edit(3, 4, "and")])
    spoken, second = rewrite(middle, [Edit(0, 4, "5 dollars")])
    assert spoken == "5 dollars and up"
    both = first.then(second)
    assert both.to_source(0, 9) == (0, 2)
    assert both.to_source(10, 13) == (3, 4)
    assert both.to_source(14, 16) == (5, 7)


@pytest.mark.parametrize("edits", [[Edit(2, 3), Edit(1, 2)], [Edit(0, 3), Edit(2, 4)], [Edit(3, 9)]])
def test_edits_out_of_order_or_out_of_bounds_are_refused(edits: list[Edit]) -> None:
    with pytest.raises(ValueError, match="edits must ascend inside the text of 5 characters"):
        rewrite("abcde", edits)


def test_maps_of_different_texts_do_not_compose() -> None:
    with pytest.raises(ValueError, match="the first text has 3 characters, not 4"):
        OffsetMap.identity(3).then(OffsetMap.identity(4))


@given(edited_texts())
def test_a_map_tells_the_edits_that_made_the_text(case: tuple[str, list[Edit]]) -> None:
    text, edits = case
    spoken, offsets = rewrite(text, edits)
    again, _ = rewrite(text, offsets.edits(spoken))
    assert again == spoken
    touched = {at for edit in edits for at in range(edit.start, edit.end)}
    assert {at for edit in offsets.edits(spoken) for at in range(edit.start, edit.end)} == touched
