from __future__ import annotations

import pytest

from tests.core.text.splitting.sentences import check
from voice_server.core.text.splitting.splitter import Splitter, SplitterOptions


@pytest.mark.parametrize(
    "marked",
    [
        "What?!¦ No!!!¦ Really??¦ Yes.",
        "Well... maybe.¦ He left...¦ She stayed.¦ I thought... I would.¦ We saw…¦ Indeed.",
        "Wait . . . what?¦ Wait . . .¦ Now.",
        "He left....¦ She came.",
        "Happy! ... no one had said so.",
        "I read Yahoo! News and Yahoo! daily.¦ I love Yahoo!¦ It is fun.",
        "He saw Mamma Mia! twice.",
        "What the @#$%! is that?",
        "why?¦ i do not know.¦ he is not here.¦ ok?",
        "Are you in?¦ we go now.¦ Is it he? and she?",
        "Look at this.¦ it is fine.¦ oh no.¦ my bad.¦ He sees gen. rules.",
    ],
)
def test_other_marks_end_a_sentence_unless_they_belong_to_a_name_or_it_goes_on(marked: str) -> None:
    check(marked)


@pytest.mark.parametrize(
    "marked",
    [
        'He said "Go."¦ Then he left.¦ "Stop!" she cried.¦ "Why?" asked Tom.',
        "She said “Yes.”¦ “No,” he said.",
        '"Well."¦"Really?"¦ Fine.',
        '"It is late. "¦ He left.',
        "'' Stop it . ''¦ He left .",
        "He came (it was late. Really.) and went.¦ (He left.¦ She stayed.)¦ Good.",
        "He wrote [see page. 4] a lot.¦ It was fun (really).¦ Yes.",
        "He said so (Smith 5).¦ “It is so.” (Smith 5)",
        "It is a gas.[1]¦ It burns. [2][3]¦ It glows.¹¦ It is hot. [...]¦ It is cold.",
        'Run `echo "Hi. There"` or `json.Load()`.¦ It `a.¦\nb. C`.¦ He said `It is so.\'¦ He left.',
        "**It is bold.**¦ *So it is.*¦ `Code.`¦ Yes.",
        "Sure! 😊¦ Here it is. 🎉🎉¦ I like it. :)¦ Bye!",
        "👉 One.¦ 👉 Two.",
        "We stop — really. — he said so.",
        "It is so.¦ - He left.",
        "He opened (and never closed. It went on",
    ],
)
def test_quotations_brackets_and_signs_belong_to_their_sentence(marked: str) -> None:
    check(marked)


@pytest.mark.parametrize(
    "marked",
    [
        "It is the end.¦Then it began.¦He left.",
        "Really?¦Yes it is.¦It cost 1,000.¦That is a lot.",
        "Burger King.....¦But it is good.",
        "Use Node.JS and System.Out.println() at example.Com today.",
        "Mc.Donalds is open.",
        "We saw it on Tuesday.¦Mr. Smith came.",
        "See a.B and Foo.Bar here.",
        "Look at x=1?A here.",
    ],
)
def test_a_forgotten_space_is_told_from_a_name_with_a_dot(marked: str) -> None:
    check(marked)


@pytest.mark.parametrize(
    ("language", "marked"),
    [
        ("el", "Τι είναι αυτό;¦ Είναι ο κ. Παππάς.¦ Ναι."),
        ("hy", "Այսօր երկուշաբթի է:¦ Ես գնում եմ. դու մնա։¦ Լավ: "),
        ("ja", "「行く。」¦彼は行った。"),
        ("ja", "今日は晴れ。¦明日は？¦「ここにある。」と言った。¦すごい!¦本当（そう。）だ。¦はい。"),
        ("zh", "你好。¦我们去看《摔跤吧！爸爸》好吗？¦好！"),
        ("zh", "《你好，李焕英！》很好看。¦“真的？”孔子问。"),
        ("zh", "“你是谁？”他问道。¦“你是谁？”¦她不知道。"),
        ("hi", "डॉ. सिंह आए।¦ जी.डी.पी. बढ़ी।¦ क्या?¦ हाँ।"),
        ("ar", "د. أحمد هنا.¦ هل جاء؟¦ نعم."),
        ("ur", "یہ اردو ہے۔¦ جی ہاں۔"),
    ],
)
def test_each_script_has_its_own_marks(language: str, marked: str) -> None:
    check(marked, language)


@pytest.mark.parametrize(
    "marked",
    [
        "Yes!, he said.¦ (Really!): so it is.¦ Of “Acme Inc.”: nothing.",
        "What?¦ “Nothing.”¦ Is it “so”?¦ (It is.)",
        "Ναι;¦ Ο (Α): ναι.",
    ],
)
def test_what_no_sentence_begins_with_goes_on(marked: str) -> None:
    check(marked)


def test_a_dash_waits_for_what_follows_it() -> None:
    splitter = Splitter(SplitterOptions(language="en"))
    assert splitter.feed("Is it so? —") == []
    assert splitter.feed(" ") == []
    assert splitter.feed("he asked.") == []
    assert [piece.text for piece in splitter.finish()] == ["Is it so? — he asked."]


def test_a_wide_gap_ends_a_sentence() -> None:
    check("It is the U.S." + " " * 60 + "¦Army")


def test_a_chinese_quotation_waits_for_who_spoke() -> None:
    splitter = Splitter(SplitterOptions(language="zh"))
    assert splitter.feed("“你是谁？”她") == []
    assert [piece.text for piece in splitter.feed("不知道了。")] == ["“你是谁？”"]
