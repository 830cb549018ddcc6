"""Sentences as people and models write them; "¦" marks where they end."""

from __future__ import annotations

import pytest

from voice_server.core.text.splitter import Splitter, SplitterOptions


def _split(text: str, language: str) -> str:
    splitter = Splitter(SplitterOptions(language=language))
    pieces = splitter.feed(text) + splitter.finish()
    return "¦".join(piece.text for piece in pieces)


def _check(marked: str, language: str = "en") -> None:
    sentences = [sentence.strip() for sentence in marked.split("¦")]
    assert _split(marked.replace("¦", ""), language) == "¦".join(sentences)


@pytest.mark.parametrize(
    "marked",
    [
        "It rains.¦ We stay.¦ Why not?¦ Great!",
        "Dr. Smith met Mrs. Jones and Prof. Lee, i.e. the others, vs. nobody.",
        "She works for Acme Inc. in Ohio.¦ He left Acme Inc.¦ It closed.",
        "I live in the U.S. and like it.¦ We left the U.S.¦ They stayed.",
        "The U.S. Army met the U.N. Council.",
        "J. R. R. Tolkien wrote it.¦ So did George W. Bush.",
        "We chose plan B.¦ It worked.¦ Take vitamin C.¦ You need it.",
        "So do I.¦ He does not.",
        "We meet at 5 p.m. sharp.¦ We met at 5 p.m. Eastern.¦ It was 5 p.m.¦ Tom left.",
        "At 5 a.m. Mr. Smith went out.",
        "He died in 44 B.C. in Rome.¦ It was 44 B.C.¦ Caesar died.¦ A.D. 79 saw it erupt.",
        "She earned her Ph.D.¦ Tom was proud.",
        "See No. 5 and Fig. 2.1 on pp. 4 f.¦ Is it five?¦ No.¦ I think it is six.",
        "Fig. A shows it, Vol. II does not.",
        "It is 3 ft. 2 in. tall.¦ The shelf is 3 ft.¦ Tom measured it.",
        "He moved from Boston, Mass. to Ohio.¦ We sat.¦ Tom stood.",
        "It took approx. 3.5 hours in v2.0.1 of Node.js, see https://a.b/c.html?d=e.¦ Then 10.0.0.1 came.",
        "Write to jane.doe@example.com.¦ She answers.",
        "It ended in 1999.¦ 20 people came.¦ It costs $5.00.¦ Tax is extra.",
        "P.S. I love you.",
        "Hmm.¦ I see.¦ My tv.¦ It broke.",
        "It is Jim's.¦ It isn't Bob’s.¦ I know it.",
        "Hello Mr . Robinson , it is late .¦ We go .",
    ],
)
def test_full_stops(marked: str) -> None:
    _check(marked)


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
        "why?¦ i do not know.¦ he is not here.¦ ok?",
        "Are you in?¦ we go now.¦ Is it he? and she?",
        "Look at this.¦ it is fine.¦ oh no.¦ my bad.¦ He sees gen. rules.",
    ],
)
def test_loud_marks_and_ellipses(marked: str) -> None:
    _check(marked)


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
        "**It is bold.**¦ *So it is.*¦ `Code.`¦ Yes.",
        "Sure! 😊¦ Here it is. 🎉🎉¦ I like it. :)¦ Bye!",
        "👉 One.¦ 👉 Two.",
        "We stop — really. — he said so.",
        "It is so.¦ - He left.",
        "He opened (and never closed. It went on",
    ],
)
def test_quotations_brackets_and_signs(marked: str) -> None:
    _check(marked)


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
def test_a_missing_space(marked: str) -> None:
    _check(marked)


@pytest.mark.parametrize(
    ("language", "marked"),
    [
        (
            "de",
            "Am 3. Juli kam Dr. Meier, z. B. aus der Hauptstr. 5, ca. um 8 Uhr.¦ Er ging am 4.¦ Das war gut.",
        ),
        ("de", "Ludwig XIV. war der 2. König, d.h. fast.¦ »Gut.«¦ »Ja!«¦ „Nein.“¦ Er ging usw. heim."),
        ("de", ",,Komm.''¦ ,,Nein.''"),
        (
            "fr",
            "M. Dupont est né av. J.-C. à Gand.¦ « Bonjour ! »¦ Il part.¦ Il y a l'av. Foch.¦ Vas-y.¦ Bien.",
        ),
        (
            "es",
            "El Sr. Ruiz vive en EE. UU. hoy.¦ ¿Qué?¦ ¡Sí!¦ Dijo que no.¦ Pedro rió.¦ Es del 300 a. C.¦ La.",
        ),
        ("it", "L'Ing. Rossi vide l'art. 4.¦ Non lo è.¦ Marco sì."),
        ("pt", "O Sr. Silva viu a pág. 4.¦ Ele é.¦ Nós também."),
        ("nl", "Dhr. Jansen woont bijv. in Gent.¦ Dat is nr. 5."),
        ("pl", "To jest np. prof. Nowak z 2007 r. i inni.¦ Było to w 2007 r.¦ Polska wygrała."),
        ("cs", "Pan dr. Novák přišel 3. ledna.¦ Bylo to 3.¦ Pavel odešel."),
        (
            "ru",
            "Проф. Семёнов живёт на ул. Ленина в г. Орёл.¦ В 1999 г. Путин победил.¦ Он умер в 1999 г.¦ Иван жил.¦ Это я.¦ Он.",
        ),
        ("uk", "Живу на вул. Франка.¦ Так і є.¦ Добре."),
        ("bg", "Не води до смърт.¦ Скоро ще видим."),
        ("el", "Τι είναι αυτό;¦ Είναι ο κ. Παππάς.¦ Ναι."),
        ("hy", "Այսօր երկուշաբթի է:¦ Ես գնում եմ. դու մնա։¦ Լավ: "),
        ("ja", "今日は晴れ。¦明日は？¦「ここにある。」と言った。¦すごい!¦本当（そう。）だ。¦はい。"),
        ("zh", "你好。¦我们去看《摔跤吧！爸爸》好吗？¦好！"),
        ("hi", "डॉ. सिंह आए।¦ जी.डी.पी. बढ़ी।¦ क्या?¦ हाँ।"),
        ("ar", "د. أحمد هنا.¦ هل جاء؟¦ نعم."),
        ("ur", "یہ اردو ہے۔¦ جی ہاں۔"),
        ("am", "ዓ.ም. ተወለዱ።¦ ደህና።"),
        ("ml", "ഇത് കെ. പി. മോഹനൻ.¦ അതെ."),
        ("da", "Det er f.eks. dr.phil. Hansen, jf. nr. 5.¦ Det var d. 3. maj."),
        ("fi", "Hän tuli 3. kesäkuuta.¦ Se oli sija 21.¦ Matti lähti."),
    ],
)
def test_other_languages(language: str, marked: str) -> None:
    _check(marked, language)


@pytest.mark.parametrize(
    "marked",
    [
        "# Bread\n\n¦It needs this:\n\n¦- flour\n¦- water, approx. 1 l\n¦- **Salt**: a pinch\n\n¦Enjoy!",
        "1. **Mix** it.\n¦2. Bake it; wait.\n¦   - Don't open!\n¦3. Eat.",
        "1)\nFirst of all\n¦a.\nThen this",
        "| Step | Time |\n¦|------|------|\n| Mix | 5 min. |\n¦| Bake | 10 min. |",
        "Yes.\n\n¦---\n\nNo.",
        "See [the docs](https://a.b/c.d).¦ **Note:** it is free.¦ _So._¦ There.",
        "Roses are red,\n¦Violets are blue.\n¦— Yes, he said.\n¦Q: Why?\n¦A: So.",
        "This line of a letter was broken by a mail program after so many\ncharacters, which is not its end.",
        "This line of a letter was broken by a mail program after so many\n¦Characters are not lower case.",
        "1. The first item ¦2. The second item ¦3. The third",
        "1) one ¦2) two ¦3) three",
        "• 9. The first item ¦• 10. The second",
        "a. The first ¦b. The second ¦c. The third",
        "i) one ¦ii) two ¦iii) three",
        "• apples ¦• pears",
        "We do A • B, by 1) this and 2) that.",
        "Take 1.5 or 2.5.¦ That is all.",
    ],
)
def test_what_models_write(marked: str) -> None:
    _check(marked)


def test_a_wide_gap_ends_a_sentence() -> None:
    _check("It is the U.S." + " " * 60 + "¦Army")


def test_a_hard_wrapped_line_at_the_end_of_the_text_ends_it() -> None:
    _check("This line of a letter was broken by a mail program after so many\n")
