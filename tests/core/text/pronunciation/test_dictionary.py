"""Words of a dictionary are found as whole words, longest first, and lead back to what was typed."""

from __future__ import annotations

from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice_server.core.text.offsets import rewrite
from voice_server.core.text.pronunciation.dictionary import NO_PRONUNCIATIONS, PronunciationDictionary
from voice_server.core.text.pronunciation.entries import MAX_ENTRIES, read_entries
from voice_server.core.text.pronunciation.phonemes import with_phonemes


def dictionary(base: PronunciationDictionary | None = None, **words: object) -> PronunciationDictionary:
    return PronunciationDictionary(read_entries(words, most=MAX_ENTRIES), base)


def of(words: dict[str, object], base: PronunciationDictionary | None = None) -> PronunciationDictionary:
    return PronunciationDictionary(read_entries(words, most=MAX_ENTRIES), base)


def said(
    text: str,
    words: PronunciationDictionary,
    *,
    language: str = "en-US",
    backend: str = "b",
    phonemes: bool = True,
) -> str:
    edits = words.edits(text, language=language, backend=backend, says_phonemes=phonemes)
    return rewrite(text, edits)[0]


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("Nginx runs.", "X runs."),
        ("nginx, NGINX and “Nginx”!", "X, X and “X”!"),
        ("Nginxes, MyNginx and nginx2 stay.", "Nginxes, MyNginx and nginx2 stay."),
        ("my_nginx stays", "my_nginx stays"),
        ("An nginx-based, non-nginx setup.", "An X-based, non-X setup."),
        ("Nginx's speed, NGINX’S speed.", "X's speed, X’S speed."),
        ("nginx.conf and etc.nginx stay; end nginx.", "nginx.conf and etc.nginx stay; end X."),
        ("nginx/apache (nginx)", "X/apache (X)"),
        ("nginx", "X"),
        ("nginx\u0301 is another letter", "nginx\u0301 is another letter"),
    ],
)
def test_a_word_is_found_whole_and_in_any_case(text: str, spoken: str) -> None:
    assert said(text, dictionary(Nginx="X")) == spoken


@pytest.mark.parametrize(
    ("words", "language", "text", "spoken"),
    [
        ({"don": "X", "s": "Y", "clock": "Z"}, "en", "don't o'clock don's s", "don't o'clock X's Y"),
        ({"eau": "o", "l": "X"}, "fr", "l'eau, l’eau", "X'o, X’o"),
        ({"14": "X", "3": "Y", "000": "Z"}, "en", "3.14 1,000 3 14, 3.", "3.14 1,000 Y X, Y."),
        ({"東京": "とうきょう"}, "ja", "東京都は東京です", "とうきょう都はとうきょうです"),
        ({"서울": "X"}, "ko", "서울은 서울에서", "X은 X에서"),
        ({"กา": "X"}, "th", "กากา กาก้ กิกา", "XX Xก้ กิX"),
        ({"ก": "X"}, "th", "กิ ก", "กิ X"),
        ({"C++": "see plus plus", ".NET": "dot net", "&": "and"}, "en", "C++ & .NET, C++11, ASP.NET",
         "see plus plus and dot net, see plus plus11, ASP.NET"),
        ({"GitHub": "git hub"}, "en", "github.com and GitHub.", "github.com and git hub."),
        ({"straße": "X", "ΟΔΟΣ": "Y"}, "de", "STRAßE οδος οδοσ ΟΔΟΣ İ", "X Y Y Y İ"),
        ({"می": "X"}, "fa", "می\u200cخواهم می", "می\u200cخواهم X"),
    ],
)  # fmt: skip
def test_what_a_whole_word_is_depends_on_script_and_language(
    words: dict[str, object], language: str, text: str, spoken: str
) -> None:
    assert said(text, of(words), language=language) == spoken


def test_the_longest_phrase_is_found_and_what_was_said_is_not_looked_at_again() -> None:
    words = of({"New York": "Gotham", "New": "Old", "York": "X", "Old": "never", "New York City": "NYC"})
    assert said("New York  City, New York City, new\nyork, New Yorker, York", words) == (
        "Gotham  City, NYC, Gotham, Old Yorker, X"
    )


def test_ipa_is_written_for_who_says_it_and_a_respelling_for_others() -> None:
    words = of({"GIF": {"ipa": "ˈdʒɪf", "say": "jif"}, "SQL": {"say": "sequel"}, "Qt": {"ipa": "kjuːt"}})
    assert said("GIF SQL Qt", words) == "[GIF](/dʒˈɪf/) sequel [Qt](/kjˈuːt/)"
    assert said("GIF SQL Qt", words, phonemes=False) == "jif sequel [Qt](/kjˈuːt/)"


@pytest.mark.parametrize(
    ("ipa", "sound"),
    [("dʒɪf", "dʒˈɪfs"), ("ˈɛnˈɛks", "ˈɛnˈɛksɪz"), ("ˈlɪnə", "lˈɪnəz"), ("bæʃ", "bæʃɪz"), ("viː", "vˈiːz")],
)
def test_an_english_possessive_is_said_with_the_word(ipa: str, sound: str) -> None:
    words = of({"Foo": {"ipa": ipa}, "'s": "never"})
    assert said("Foo's and Foo’s", words) == f"[Foo's](/{sound}/) and [Foo’s](/{sound}/)"
    assert said("Foo's", words, language="de").startswith("[Foo](")


def test_a_backend_may_have_its_own_way_and_others_have_the_general_one() -> None:
    words = of(
        {
            "SQL": {"say": "sequel", "backends": {"kokoro": {"ipa": "siː"}, "espeak": {"say": "see quel"}}},
            "Qt": {"backends": {"kokoro": "cute"}},
        }
    )
    assert said("SQL Qt", words, backend="kokoro") == "[SQL](/sˈiː/) cute"
    assert said("SQL Qt", words, backend="kokoro", phonemes=False) == "sequel cute"
    assert said("SQL Qt", words, backend="espeak") == "see quel Qt"
    assert said("SQL Qt", words, backend="piper") == "sequel Qt"


def test_the_entry_of_the_language_is_taken_and_of_these_the_nearest() -> None:
    words = of(
        {
            "chat": [{"language": "fr", "say": "sha"}, {"language": "fr-CA", "say": "tchat"}],
            "Polish": [{"say": "any"}, {"case": True, "say": "of Poland"}],
            "us": {"case": True, "say": "we"},
            "US": {"case": True, "say": "States"},
        }
    )
    assert [said("chat", words, language=tag) for tag in ("en", "fr", "fr-FR", "fr-CA", "frr")] == [
        "chat", "sha", "sha", "tchat", "chat",
    ]  # fmt: skip
    assert said("Polish polish US us Us", words) == "of Poland any States we Us"


def test_own_words_come_before_those_of_the_base_and_longer_ones_before_all() -> None:
    base = of({"New York": "Gotham", "York": "base", "GIF": {"say": "base", "case": True}})
    own = of({"New": "own", "York": "own", "GIF": {"language": "fr", "say": "own"}}, base)
    assert said("New York, New, York, GIF", own) == "Gotham, own, own, base"
    assert (len(own), len(base), len(NO_PRONUNCIATIONS)) == (6, 3, 0)


def test_equal_are_own_words_over_the_same_base_and_a_base_only_to_itself() -> None:
    base, other = dictionary(a="b"), dictionary(a="b")
    assert base != other
    assert dictionary(base, c="d") == dictionary(base, c="d")
    assert dictionary(base, c="d") != dictionary(other, c="d")
    assert dictionary(base, c="d") != dictionary(base, c="e")
    assert dictionary(base, c="d") != base
    assert {dictionary(base, c="d"): 1, base: 2}[dictionary(base, c="d")] == 1
    assert base != 1


def test_a_new_base_takes_the_place_of_the_old_one() -> None:
    old, new = dictionary(a="old"), dictionary(a="new")
    own = dictionary(old, c="own")
    assert old.over(new) is new
    assert own.over(old) is own
    assert said("a c", own.over(new)) == "new own"


def test_words_that_have_phonemes_already_keep_them() -> None:
    text = f"GIF {with_phonemes('GIF', 'ɡɪf')}{with_phonemes('a GIF', 'ɡɪf')} GIF, a [GIF](/a"
    words = of({"GIF": "jif", "jif": "never", "GIF [": "never", "ɡɪf": "never"})
    assert said(text, words) == text.replace("GIF ", "jif ", 1).replace(" GIF, a [GIF]", " jif, a [jif]")


def test_a_text_of_other_words_is_not_changed() -> None:
    assert said("Nothing of it.", NO_PRONUNCIATIONS) == "Nothing of it."
    assert said("", dictionary(a="b")) == ""


HOSTILE = (*".*([\\^$-’\u0301", "(a+)+$", "a|b", "(?i)x", "\\b", "𝒳", "''")


@given(st.text(st.sampled_from("ab'’.-*(\\ 東กิ\u0301[]/$|\n"), max_size=40), st.booleans())
def test_any_entry_is_taken_literally_and_every_character_leads_back(text: str, phonemes: bool) -> None:
    words = of({word: {"ipa": "a"} if phonemes else "X" for word in (*HOSTILE, "a", "b'", "a b", "東", "ก")})
    edits = words.edits(text, language="en", backend="b", says_phonemes=phonemes)
    spoken, offsets = rewrite(text, edits)
    spans = [offsets.to_source(at, at + 1) for at in range(len(spoken))]
    assert spans == sorted(spans)
    kept = [span for span in spans if not any(edit.start <= span[0] < edit.end for edit in edits)]
    assert [text[slice(*span)] for span in kept] == [
        each for at, each in enumerate(text) if not any(edit.start <= at < edit.end for edit in edits)
    ]


def seconds(words: PronunciationDictionary, text: str) -> float:
    def once() -> float:
        began = process_time()
        words.edits(text, language="en", backend="b", says_phonemes=True)
        return process_time() - began

    return min(once() for _ in range(3))


def test_ten_thousand_entries_take_as_long_as_ten_and_time_grows_with_the_text() -> None:
    few, many = (of({f"Word{n}": "x" for n in range(count)}) for count in (10, MAX_ENTRIES))
    text = "Some words, Word3 of them, are Word7 here. " * 500
    assert seconds(many, text) < 3 * seconds(few, text) + 0.01
    assert seconds(many, text * 8) < 24 * seconds(many, text) + 0.01


@pytest.mark.parametrize("unit", ["a ", "a", "東", "a-", "'", "a.", "a'"])
def test_phrases_that_all_begin_alike_do_not_make_it_slow(unit: str) -> None:
    words = of({(unit * 100)[:length] + "!": "x" for length in range(1, 99)})
    few, many = (unit * (characters // len(unit)) for characters in (2_000, 8_000))
    assert seconds(words, many) < 12 * seconds(words, few) + 0.01
