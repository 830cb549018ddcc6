from __future__ import annotations

from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice_server.core.text.speakable.markdown import (
    MAY_CONTAIN_MARKUP,
    TOKEN,
    may_contain_markup,
    token_search,
)
from voice_server.core.text.speakable.spoken_text import speakable
from voice_server.core.text.speakable.unicode_forms import plain_form

WRITTEN_AND_SPOKEN = [
    # emphasis
    ("**Bold** and *it* and ***both***.", "Bold and it and both."),
    ("__Bold__ and _it_, ~~gone~~ and ==lit==.", "Bold and it, and lit."),
    ('**"Hello,"** she said.', '"Hello," she said.'),
    ("**Note:** mind the gap.", "Note: mind the gap."),
    ("**R**andom **A**ccess and *T*ext and **5**th", "Random Access and Text and 5th"),
    ("un**believ**able", "unbelievable"),
    # cut apart by the splitter: the partner is in the next sentence
    ("*This is one.", "This is one."),
    ("And this two.**", "And this two."),
    ("And that](https://x.y).", "And that."),
    ("[See this.", "[See this."),
    # not emphasis
    ("2*3*4 = 24", "2*3*4 = 24"),
    ("5 * 3 is 15", "5 * 3 is 15"),
    ("x**2 and a*b", "x**2 and a*b"),
    ("call snake_case_name now", "call snake_case_name now"),
    ("a == b and x==y", "a == b and x==y"),
    ("about ~5 or ~6", "about ~5 or ~6"),
    ("fill ____ in", "fill in"),
    # blocks
    ("# Title", "Title"),
    ("### Title ###", "Title"),
    ("## Learn C#", "Learn C#"),
    ("#hashtag and #", "#hashtag and #"),
    ("> quoted\n> twice", "quoted\ntwice"),
    ("- item", "item"),
    ("* item", "item"),
    ("• item", "item"),
    ("  - nested\n  + other", "nested\nother"),
    ("- [x] done", "done"),
    ("1. **First:** do it", "1. First: do it"),
    ("2) second", "2) second"),
    ("Title\n=====", "Title"),
    ("-5 degrees", "-5 degrees"),
    # code
    ("use `foo_bar*` now", "use foo_bar* now"),
    ("``a`b`` and `cut", "a`b and cut"),
    ("```python\nprint(1)\n```", "print(1)"),
    # links
    ("see [the docs](https://x.y/z).", "see the docs."),
    ('see [docs](https://x.y/z "A title").', "see docs."),
    ("see [Foo](https://x.y/Foo_(bar)).", "see Foo."),
    ("see [the **bold** docs][1].", "see the bold docs."),
    ("![a cat](cat.png) sleeps", "a cat sleeps"),
    ("[![logo](i.png)](https://x.y) here", "logo here"),
    ("![](cat.png) sleeps", "sleeps"),
    ("m[i][j] and f[0](x)", "m[i][j] and f[0](x)"),
    ("[laugh](https://x.y)", "laugh"),
    ("a]b", "a]b"),
    # addresses
    ("at https://www.example.com/a/b?c=d#e.", "at example.com."),
    ("at http://user:pass@example.com:8080/x now", "at example.com, port 8080 now"),
    ("(https://en.wikipedia.org/wiki/Foo_(bar))", "(en.wikipedia.org)"),
    ("**https://x.org/a_b**!", "x.org!"),
    ("on www.example.com, or", "on example.com, or"),
    ("ws://localhost:8000/stream-tokens", "localhost, port 8000"),
    ("https://例え.jp/道。次", "例え.jp。次"),
    ("<https://a.org/c> or <me@x.org> or <mailto:you@x.org>", "a.org or me@x.org or you@x.org"),
    ("write to me@x.org", "write to me@x.org"),
    ("the www. prefix and https:// too", "the www. prefix and https:// too"),
    # tables
    ("| Name | Age |", "Name, Age"),
    ("| Name | | Age |", "Name, Age"),
    ("| Name: | 7 |", "Name: 7"),
    ("Red | Green | Blue", "Red, Green, Blue"),
    ("|:--|--:|", ""),
    ("|a|b|\n|--|--|\n|1|2|", "a,b\n\n1,2"),
    ("int | None", "int | None"),
    # footnotes and citations
    ("as shown[^1] here", "as shown here"),
    ("[^note]: Smith 2020", "Smith 2020"),
    ("as said【4†source】.", "as said."),
    ("[1]: https://x.y 'T'", ""),
    ("[Note]: keep this", "[Note]: keep this"),
    # HTML
    ("Hi <b>you</b>, <span class='x'>there</span>", "Hi you, there"),
    ("one<br>two<br/>three", "one two three"),
    ("a < b and List<String> > c", "a < b and List<String> > c"),
    ("so<!-- not this --> it is", "so it is"),
    ('<speak>wait <break time="1s"/>here</speak>', "wait here"),
    ("Tom &amp; Jerry &lt;3 AT&T &nosuch;", "Tom & Jerry <3 AT&T &nosuch;"),
    # pictures and what is not seen
    ("Hello 👋 world 🎉!", "Hello world!"),
    ("Hi👋🏽there", "Hi there"),
    ("👨‍👩‍👧 family ❤️", "family"),
    ("🏴󠁧󠁢󠁥󠁮󠁧󠁿 England 🇬🇧", "England"),
    ("1️⃣ first ✅", "1 first"),
    ("soft\u00adhyphen zero\u200bwidth \ufeffmark", "softhyphen zerowidth mark"),
    ("می‌خواهم و क्‍ष", "می‌خواهم و क्‍ष"),
    ("F♯ and B♭, 5 → 6, © 2024 ™", "F♯ and B♭, 5 → 6, © 2024 ™"),
    # escapes
    (r"\*plain\* and \$5 in C:\Users", "*plain* and $5 in C:\\Users"),
]


@pytest.mark.parametrize(("typed", "spoken"), WRITTEN_AND_SPOKEN)
def test_what_is_written_for_the_eye_is_not_spoken(typed: str, spoken: str) -> None:
    assert speakable(typed).text == spoken


@pytest.mark.parametrize("typed", [case[0] for case in WRITTEN_AND_SPOKEN])
def test_speak_leaves_the_markup_alone(typed: str) -> None:
    assert speakable(typed, markup="speak").text in {plain_form(typed)[0], ""}


HOSTILE = [
    "*a",
    "_a_",
    "[",
    "](",
    "](()",
    "``a`b",
    "<a ",
    "| ",
    " ",
    "&a",
    "https://",
    "[a](b",
    "![",
    "[^",
    "【a†",
]
HOSTILE += ["<!--", "\n|a|b", "\n- [ ] ", "\n# #", "www.a", "\\", "🎉", "[laugh]", "a@b", "> ", " ,"]


@pytest.mark.parametrize("unit", HOSTILE)
def test_time_is_linear_in_the_length(unit: str) -> None:
    """At this length the square would take minutes, and the suite's time limit would end it."""
    text = (unit * 100_000)[:100_000]
    assert len(speakable(text).text) <= len(text)


ELABORATE = [
    "$a", "$$a ", "$$a$ ", "\\[a", "\\(a", "\\begin{align}a", "$x^2$ ", "~~a", "<s>a", "<a b=", "<a b ",
    "x^2 ", "x^", "x_1 ", "√2", "a²", "word³ ", "[1] ", "a [1", "[[1]](", "(A & A, 2019; ", "(A, A, ",
    "([a](b", "a/b/", "/a", "a.com/", "a.b.", "a:\\b\\", "✅ a", "⭐⭐ ", "❌: ", "`a/b` ",
    "\n1. https://a", "a+b/", "http://a:1 ",
]  # fmt: skip


@pytest.mark.parametrize("unit", ELABORATE)
@pytest.mark.parametrize("policy", ["skip", "say"])
def test_time_is_linear_where_more_may_be_said(unit: str, policy: Literal["skip", "say"]) -> None:
    """At this length the square would take minutes, and the suite's time limit would end it."""
    speakable((unit * 50_000)[:50_000], emoji=policy, citations=policy)


def test_backtick_runs_of_every_length_are_matched_in_one_pass() -> None:
    text = "".join("`" * length + "a" for length in range(1, 600))
    assert set(speakable(text).text) == {"a"}


def test_a_known_sound_keeps_its_brackets_and_whatever_is_in_them() -> None:
    assert speakable("*a* [uv_break] _b_", known_tags=frozenset({"uv_break"})).text == "a [uv_break] b"


@given(st.text(st.sampled_from("abwn 1e.:;,-–—+*~=)(•✅️😀→/²\n\t") | st.characters(), max_size=12))
def test_whether_a_sentence_may_contain_markup_is_asked_in_two_steps(text: str) -> None:
    assert may_contain_markup(text) == (MAY_CONTAIN_MARKUP.search(text) is not None)


@given(st.text(st.sampled_from("ab 1.:?#e-\n*_~=|`[]()<>!&;$\\^²₂√✅️😀【†】") | st.characters(), max_size=30))
def test_the_quick_search_finds_the_tokens_of_the_slow_one(text: str) -> None:
    find, found, position = token_search(text), [], 0
    while match := find(text, position):
        found.append((match.span(), match.lastgroup))
        position = match.end()
    assert found == [(match.span(), match.lastgroup) for match in TOKEN.finditer(text)]
