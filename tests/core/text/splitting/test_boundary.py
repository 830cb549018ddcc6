from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.text.splitting.sentences import check
from voice_server.core.text.splitting.boundary import Decision, decide, is_speakable
from voice_server.core.text.splitting.lexicon import lexicon
from voice_server.core.text.splitting.splitter import Splitter, SplitterOptions


@pytest.mark.parametrize(
    "marked",
    [
        "# Bread\n\n¦It needs this:\n\n¦- flour\n¦- water, approx. 1 l\n¦- **Salt**: a pinch\n\n¦Enjoy!",
        "1. **Mix** it.\n¦2. Bake it; wait.\n¦   - Don't open!\n¦3. Eat.",
        "1)\nFirst of all\n¦a.\nThen this",
        "| Step | Time |\n¦|------|------|\n| Mix | 5 min. |\n¦| Bake | 10 min. |",
        "1. Mix it all 2 times ¦2. Bake it... or not",
        "Yes.\n\n¦---\n\nNo.",
        "See [the docs](https://a.b/c.d).¦ **Note:** it is free.¦ _So._¦ There.",
        "Roses are red,\n¦Violets are blue.\n¦— Yes, he said.\n¦Q: Why?\n¦A: So.",
        "This line of a letter was broken by a mail program after so many\ncharacters, which is not its end.",
        "This line of a letter was broken by a mail program after so many\n¦Characters are not lower case.",
    ],
)
def test_lines_end_sentences_and_labels_do_not_stand_alone(marked: str) -> None:
    check(marked)


def test_a_long_list_item_does_not_wait_for_the_next_line() -> None:
    splitter = Splitter(SplitterOptions(language="en"))
    item = "- a list item that is longer than most lines of a letter are and has no mark"
    assert [piece.text for piece in splitter.feed(item + "\n")] == [item]


def test_a_hard_wrapped_line_at_the_end_of_the_text_ends_it() -> None:
    check("This line of a letter was broken by a mail program after so many\n")


_PARTS = """the end Dr U.S . . ... ! ? 。 : ; , " ” ' '' ( ) [1] [ » * - — 1) 2) • 😊 :) It he I 3"""
_SENTENCES = st.lists(st.sampled_from([*_PARTS.split(), "\n", " ", " "]), min_size=2, max_size=14).map(
    "".join
)


@given(_SENTENCES, st.sampled_from(["en", "de", "hy", "el"]))
def test_more_text_never_changes_a_verdict(text: str, language: str) -> None:
    for at in range(len(text)):
        verdicts = [
            decide(text[:seen], 0, at, final=False, quoted=False, lexicon=lexicon(language))
            for seen in range(at + 1, len(text) + 1)
        ]
        known = {verdict for verdict in verdicts if verdict.decision is not Decision.WAIT}
        assert len(known) <= 1
        first = next((i for i, verdict in enumerate(verdicts) if verdict in known), len(verdicts))
        assert all(verdict in known for verdict in verdicts[first:])


@pytest.mark.parametrize(
    "text", ["1.", "(2)", "a)", "•", "- 3.", "---", "**1.**", "|---|", "iv.", "#", "...", "😊", "A", "1.2.3."]
)
def test_labels_and_marks_are_nothing_to_speak(text: str) -> None:
    assert not is_speakable(text, 0, len(text))


@pytest.mark.parametrize("text", ["1. wonderful!", "wonderful (1)", "(1) 2. wonderful", "🎉 wonderful 🎉"])
def test_a_long_word_is_something_to_speak_wherever_it_stands(text: str) -> None:
    assert is_speakable(text, 0, len(text))


@pytest.mark.parametrize("text", ["Yes", "1. x", "10 km", "Hello, you", "是", "5:30", "- a b", "iv. so"])
def test_words_are_something_to_speak(text: str) -> None:
    assert is_speakable(text, 0, len(text))


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\n    "])
@pytest.mark.parametrize("width", [72, 100, 119])
@pytest.mark.parametrize("last", ["word", "word,", "(word)", "`word`"])
def test_a_line_that_is_broken_for_the_page_goes_on_in_lower_case(
    line_end: str, width: int, last: str
) -> None:
    line = ("word " * 40)[: width - len(last) - 1].rstrip() + " " + last
    check(f"{line}{line_end}and here it ends.¦ {line}{line_end}¦Here another begins.")
