"""Only exact forms are tags; whether one stands there is the same however the text is cut."""

from __future__ import annotations

import pytest

from voice_server.core.text.directives import PLAIN, Style
from voice_server.core.text.filtering.tags import OpenTags, Tag, break_ms, tag_at
from voice_server.core.text.splitting.mark_context import MoreTextNeeded

PAUSES = {
    "[pause]": 500, "[short pause]": 250, "[Long_Pause]": 1000, "[pause:500ms]": 500, "[pause: 1s]": 1000,
    "[pause 0.5s]": 500, "[PAUSE:1.25 S ]": 1250, '<break time="1s"/>': 1000, "<break time='300ms' />": 300,
    "<break/>": 250, '<break strength="strong">': 600, "<break time='.5s' strength='weak'/>": 500,
    '<break\n time=" 2 s "/>': 2000, '<break strength="none"/>': 0,
}  # fmt: skip
NONE = (
    "[pause:500]", "[pause:s]", "[pause:-1s]", "[pause:1234567ms]", "[pause:1s", "[pauses]", "[voice:]",
    "[voice: ]", "[voice:a\nb]", "[voice:" + "x" * 401 + "]", "[rate:0]", "[rate:quick]", "[rate 5]",
    "[/pause]", "[/x]",
    '<break time="5"/>', '<break time="soon"/>', '<break size="1"/>', '<break strength="huge"/>', "<breaks/>",
    "<b and b>", "[pause](x)", "[voice:x](http://y)", "[1]", "<", "[", "[rate]",
)  # fmt: skip


def read(text: str) -> Tag | None:
    """What stands at the beginning of a text that comes character by character."""
    for end in range(1, len(text)):
        try:
            return tag_at(text[:end], 0, final=False)
        except MoreTextNeeded:
            continue
    return tag_at(text, 0, final=True)


@pytest.mark.parametrize(("text", "pause_ms"), PAUSES.items())
def test_a_pause_is_as_long_as_it_says(text: str, pause_ms: float) -> None:
    for behind in ("", " x"):
        tag = read(text + behind)
        assert tag == tag_at(text + behind, 0, final=True) == Tag(len(text), len(text), pause_ms=pause_ms)


@pytest.mark.parametrize(
    ("text", "style"),
    [
        ("[voice:af_bella]", Style(voice="af_bella")),
        ("[Voice: espeak/de+f3 ]", Style(voice="espeak/de+f3")),
        ("[rate:1.2]", Style(rate=1.2)),
        ("[rate: 80%]", Style(rate=0.8)),
        ("[rate: x-fast]", Style(rate=1.75)),
        ("[/voice]", PLAIN),
    ],
)
def test_a_style_holds_from_its_tag_on(text: str, style: Style) -> None:
    tag = read(text)
    assert tag is not None
    assert tag.end == tag.holds_from == len(text)
    tags = OpenTags()
    tags.take(tag)
    assert tags.style == style


@pytest.mark.parametrize("text", NONE)
def test_anything_else_is_text(text: str) -> None:
    assert read(text) is read(text + " x") is tag_at(text, 0, final=True) is None


def test_marks_that_touch_the_end_of_a_style_belong_to_it() -> None:
    for text in ("[/rate]?!", "[pause:1s],"):
        tag = read(text + " x")
        assert tag is not None
        assert (text[: tag.end][-1], tag.holds_from) == ("]", len(text))
    opening = read("[rate:2]...so")
    assert opening is not None
    assert opening.end == opening.holds_from == 8


def test_a_tag_that_closes_nothing_changes_nothing_and_others_close_the_last() -> None:
    tags = OpenTags()
    for tag in (
        "[/voice]",
        "[/rate]",
        "[voice:a]",
        "[rate:2]",
        "[voice:b]",
        "[rate:3]",
        "[/voice]",
        "[/rate]",
    ):
        found = read(tag)
        assert found is not None
        tags.take(found)
    assert tags.style == Style(voice="a", rate=2)


def test_a_speaker_begins_with_the_own_voice_and_keeps_the_rate() -> None:
    tags = OpenTags()
    for tag in (Tag(0, 0, voice="a"), Tag(0, 0, rate=2.0)):
        tags.take(tag)
    tags.begin_speaker("Anna")
    assert tags.style == Style(speaker="Anna", rate=2)


def test_so_many_tags_may_be_open_and_the_outermost_are_forgotten() -> None:
    tags = OpenTags()
    for number in range(1000):
        tags.take(Tag(0, 0, voice=str(number)))
    for _ in range(64):
        tags.take(Tag(0, 0, closed="voice"))
    assert tags.style == PLAIN


def test_a_break_without_attributes_is_of_medium_strength() -> None:
    assert break_ms({}) == 250
    assert break_ms({"time": "+1s"}) == 1000
