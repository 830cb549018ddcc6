"""What is let through is the same however the text is cut, and leads back to what was typed."""

from __future__ import annotations

import random
from collections.abc import Collection

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.text.filtering.filtering import filtered, lines_of
from voice_server.core.text.directives import PLAIN, Directive, Style
from voice_server.core.text.filtering.text_filter import CodePolicy, TextFilter
from voice_server.core.text.offsets import rewrite

_WORDS = """
    Hello the end. It is! `code` `` ``` ```py ```text ```md ~~~ ~~~~ | |---|---| |a|b| +--+--+ |:-: - -- : *
    <think> </think> <thinking> <think <th < </ > <tool_call> </tool_call> {"a":1} <b and b> <T> <s> </s> 1.
    <|im_start|> <|im_start|>user <|im_end|> <| |> <|channel|> <|message|> <|start|> <|end|> final analysis
    <｜tool▁call▁begin｜> <｜tool▁call▁end｜> [TOOL_CALLS] [THINK] [/THINK] [TO [1] ◁think▷ ◁/think▷ ◁ \\|
    \ue200 \ue201 \ue202 cite f(x) x=1; ✅ ❌ <start_of_turn> model <|python_tag|> <function=f> </function>
    > <eos> der Größe assistant
"""
_SPACES = (" ", " ", "\n", "\n", "\n\n", "\r\n", "\t", "    ", "\n\n    ")
_TEXTS = st.lists(st.sampled_from((*_WORDS.split(), *_SPACES)), max_size=40).map("".join)


@given(_TEXTS, st.sampled_from(["announce", "skip", "read"]), st.randoms(use_true_random=False))
def test_what_is_let_through_is_the_same_however_the_text_is_cut(
    text: str, code: CodePolicy, rng: random.Random
) -> None:
    whole = filtered(text, code=code)
    assert filtered(text, 1, code=code) == whole
    assert filtered(text, rng.randint(2, 9), code=code) == whole


@given(_TEXTS, st.integers(1, 9))
def test_what_is_let_through_leads_back_to_what_was_typed(text: str, size: int) -> None:
    text_filter = TextFilter()
    came = "".join(text_filter.feed(text[at : at + size]) for at in range(0, len(text), size))
    came += text_filter.finish()
    last = 0
    for start in range(0, len(came), 7):
        piece = came[start : start + 7]
        first, end = text_filter.text.typed_span(start, start + len(piece))
        assert last <= first <= end <= len(text)
        last = end
        assert rewrite(text[first:end], text_filter.text.edits(start, piece))[0] == piece


@pytest.mark.parametrize(
    "markup", ["a <b and b> c", "List<String> x", "x < y > z", "if (a<b) | c", "<T> [1] [TODO]"]
)
def test_what_is_no_element_is_let_through(markup: str) -> None:
    assert filtered(markup) == filtered(markup, 1) == markup


@pytest.mark.parametrize(
    ("typed", "lines"),
    [
        ("<think>\nShe wants tea.\n\nTwo.\n</think>\nTea it is.", ["Tea it is."]),
        ("<thinking>Count: 3.</thinking>Three.", ["Three."]),
        ("<Reasoning effort='high'>Hm.</Reasoning >\n\nYes.", ["Yes."]),
        ("Well. <think>Hm.</think>Yes.", ["Well.", "Yes."]),
        ("Tea <think>x</think> it is.", ["Tea  it is."]),
        ("Tea<think>x</think>it is.", ["Tea it is."]),
        ("Sure.\n<think>It goes on and on", ["Sure."]),
        ("What I thought</think>\nThe answer.", ["What I thought", "The answer."]),
        ("The <think> tag opens it.\n\nNext.", ["The <think> tag opens it.", "Next."]),
        ("The <think> tag " + "and so on " * 250 + "end.", None),
        ("Write `<think>` and ``a`</think>`` here.", ["Write `<think>` and ``a`</think>`` here."]),
        ("An open ` and\n<think>a</think>b", ["An open ` and", "b"]),
        ("[THINK]Aha.[/THINK]Yes [1].", ["Yes [1]."]),
        ("◁think▷Aha.◁/think▷Yes.", ["Yes."]),
        ("<think/>Yes.", ["Yes."]),
        ("<think>a</thin</think >b", ["b"]),
    ],
)  # fmt: skip
def test_thoughts_are_left_out(typed: str, lines: list[str] | None) -> None:
    assert lines_of(typed) == lines_of(typed, size=1) == (lines or [typed])


def test_code_that_is_read_passes_as_it_was_typed() -> None:
    typed = "Use:\n```json\n<think>1</think>\n```\n\n    f(x) = 1\n"
    assert filtered(typed, code="read") == typed


@pytest.mark.parametrize(
    ("typed", "lines"),
    [
        ('Use:\n```json\n{"a": [1]}\n\n<think>\n```\nDone.', ["Use:", "Code omitted.", "Done."]),
        ("~~~\nls -l\n```\n~~~~\nDone.", ["Code omitted.", "Done."]),
        ("1. Run\n   ```sh\n   ls\n   ```\n2. Done.", ["1. Run", "Code omitted.", "2. Done."]),
        ("> ```sh\n> ls\n> ```\nDone.", ["> Code omitted.", "Done."]),
        ("Run:```sh\nls -l\n```\nok", ["Run: Code omitted.", "ok"]),
        ("Wrap it in ``` and be done.", ["Wrap it in ``` and be done."]),
        ("```a ``` b\nc", ["```a ``` b", "c"]),
        ("```python\nx = 1", ["Code omitted."]),
        ("Die Datei ist nicht da:\n```\nls -l\n```", ["Die Datei ist nicht da:", "Code ausgelassen."]),
        ("```\nDear Ana,\n\nthanks!\n```\nBye.", ["Dear Ana,", "thanks!", "Bye."]),
        ("```markdown\n# Tea\n~~~\n``x``\n```", ["# Tea", "~~~", "``x``"]),
        ("```\n" + "word " * 80 + "\n```", ["word " * 79 + "word"]),
        ("```\n\n```\nBye.", ["Code omitted.", "Bye."]),
        ("```math\na^2\n```\nBye.", ["$$", "a^2", "$$", "Bye."]),
        ("```tool_code\nprint(1)\n```\nBye.", ["Bye."]),
        (
            "Try:\n\n    for i in range(3):\n        print(i)\n\n    f()\n\nEasy.",
            ["Try:", "Code omitted.", "Easy."],
        ),
        ("It was.\n\n    He went home at night.\n", ["It was.", "He went home at night."]),
        ("- a\n\n    f(x)\n\n        f(x)\n- b", ["- a", "f(x)", "Code omitted.", "- b"]),
    ],
)
def test_blocks_of_code_are_announced(typed: str, lines: list[str]) -> None:
    assert lines_of(typed) == lines_of(typed, size=1) == lines


def test_blocks_of_code_may_be_left_out() -> None:
    assert lines_of("Use:\n```\nf(x)\n```\n\n    f(x)\n\nDone.", code="skip") == ["Use:", "Done."]


@pytest.mark.parametrize(
    ("typed", "lines"),
    [
        ("<s> Hello there.</s>", ["Hello there."]),
        ("Now <s>old</s> new.</s>", ["Now <s>old</s> new."]),
        ("Three.<|eot_id|>", ["Three."]),
        ("a <| b |> c", ["a <| b |> c"]),
    ],
)
def test_special_tokens_are_left_out(typed: str, lines: list[str]) -> None:
    assert lines_of(typed) == lines_of(typed, size=1) == lines


@pytest.mark.parametrize(
    ("typed", "lines"),
    [
        ("|A|B|\n|---|---|\n|a|b|\nEnd.", ["a: b.", "End."]),
        ("A | B | C\n--- | --- | ---\na | b | c\n\nEnd.", ["A | B | C", "a: B b, C c.", "End."]),
        ("A | B | C\n|---|---|---|\n|a | b | c|", ["A | B | C", "a: B b, C c."]),
        ("  |A|B|\n  |---|---|\n  |a|b|\n  End.", ["a: b.", "End."]),
        ("|A|B|\nno rule", ["|A|B|", "no rule"]),
        ("|S| is a size.\n- an item", ["|S| is a size.", "- an item"]),
        ("A | B\n- c | d", ["A | B", "- c | d"]),
        ("+--+--+\n| a | b |\n+--+--+", ["a, b."]),
        ("+1 for that\n+-", ["+1 for that", "+-"]),
        ("|A|B|\n|---|---|\n|a|b|\n|" + "x" * 2100 + "|", ["a: b.", "|" + "x" * 2100 + "|"]),
        ("|" + "x" * 2100 + "|\n|---|\n", None),
    ],
)
def test_rows_of_tables_become_sentences(typed: str, lines: list[str] | None) -> None:
    whole = lines_of(typed)
    assert whole == lines_of(typed, size=1)
    assert lines is None or whole == lines


def test_rows_that_are_held_are_let_through_by_a_pause_and_by_a_flush() -> None:
    text_filter = TextFilter()
    assert text_filter.feed("|A|B|\n|---|---|\n|a|b|\n|c|") == ""
    assert text_filter.holds_rows
    assert text_filter.held_chars == 3
    assert text_filter.paused() == "a: b.\n"
    assert text_filter.flush() == "c."
    assert not text_filter.holds_rows
    assert text_filter.paused() == ""


def test_a_beginning_that_is_held_is_let_through_by_a_flush() -> None:
    text_filter = TextFilter()
    assert text_filter.feed("a <thi") == "a "
    assert text_filter.flush() == "<thi"
    assert text_filter.feed("nk>") == "nk>"
    assert text_filter.paused() == ""


def test_nothing_of_a_thought_counts_as_text_that_waits() -> None:
    text_filter = TextFilter()
    text_filter.feed("<think>Hm" * 100)
    assert text_filter.held_chars == 0
    assert text_filter.finish() == ""


def test_a_filter_that_is_off_passes_everything_from_then_on() -> None:
    text_filter = TextFilter()
    text_filter.feed("|A|B|\n|---|---|\n|a|b|\n|c")
    text_filter.configure(is_on=False, code="announce", language=None)
    assert text_filter.feed("|d|<think>") == "a: b.\n|c|d|<think>"
    text_filter.configure(is_on=True, code="announce", language=None)
    assert text_filter.feed("\n<think>x</think>y") == "\ny"


def directives_of(
    text: str, size: int | None = None, speakers: Collection[str] = ()
) -> tuple[str, list[Directive]]:
    """What is let through, and what changes where."""
    text_filter = TextFilter()
    text_filter.configure(is_on=True, code="announce", language=None, speakers=speakers)
    step = size or max(1, len(text))
    came = "".join(text_filter.feed(text[at : at + step]) for at in range(0, len(text), step))
    return came + text_filter.finish(), text_filter.text.take_directives()


_TAGGED = st.lists(
    st.sampled_from((
        "[pause:1s]", "[pause]", "[voice:a]", "[/voice]", "[rate:2]", "[/rate]", "<break/>", "[pau", "[voi",
        "<bre", "]", "[", "(", ".", ",", "Anna:", "**Bob:**", "Anna", " (low)", ":", "*", "word", "```", "`",
        "|a|", "<think>", "</think>", *_SPACES,
    )),
    max_size=30,
).map("".join)  # fmt: skip


@given(_TAGGED, st.integers(1, 9))
def test_directives_are_the_same_however_the_text_is_cut(text: str, size: int) -> None:
    whole = directives_of(text, None, ("Anna", "Bob"))
    assert directives_of(text, 1, ("Anna", "Bob")) == directives_of(text, size, ("Anna", "Bob")) == whole
    offsets = [each.offset for each in whole[1]]
    assert offsets == sorted(offsets)
    assert all(offset <= len(whole[0]) for offset in offsets)


@pytest.mark.parametrize(
    ("typed", "through", "directives"),
    [
        ("Wait[pause:1s]now", "Waitnow", [Directive(4, 1000)]),
        ("a [voice:x]b[/voice], c", "a b, c",
         [Directive(2, None, Style(voice="x")), Directive(4, None, PLAIN)]),
        ("One.\n[pause:1s]\nTwo.", "One.\nTwo.", [Directive(5, 1000)]),
        ("One.\n[pause:1s]...\nTwo.", "One.\n...\nTwo.", [Directive(8, 1000)]),
        ("[rate:2]```sh\nls\n```", "Code omitted.\n", [Directive(0, None, Style(rate=2))]),
        ("`[pause:1s]`", "`[pause:1s]`", []),
        ("<think>[pause:1s]</think>Yes", "Yes", []),
        ("Hi.\nAnna: Yes.\nBob:\nNo.", "Hi.\nYes.\nNo.",
         [Directive(4, None, Style(speaker="Anna")), Directive(9, None, Style(speaker="Bob"))]),
        ("```md\nAnna: Hi.\n```", "Anna: Hi.\n", []),
    ],
)  # fmt: skip
def test_tags_and_labels_are_left_out_and_told(typed: str, through: str, directives: list[Directive]) -> None:
    assert directives_of(typed, None, ("Anna", "Bob")) == directives_of(typed, 1, ("Anna", "Bob"))
    assert directives_of(typed, None, ("Anna", "Bob")) == (through, directives)


def test_names_are_text_where_nobody_is_a_speaker() -> None:
    assert directives_of("Anna: Hi.") == ("Anna: Hi.", [])


@pytest.mark.parametrize(
    "part", ["[pause:1s]", "[voice:a]", "[rate:2", "[voice:", "<break", "Anna: ", "Anna (", "[/voice]"]
)
def test_many_tags_take_time_in_proportion(part: str) -> None:
    text = part * 20_000
    assert len(directives_of(text, 7, ("Anna",))[0]) <= len(text)
