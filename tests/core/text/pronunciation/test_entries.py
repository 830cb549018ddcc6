"""What a dictionary of pronunciations may hold, and what is said of a mistake."""

from __future__ import annotations

import re

import pytest

from voice_server.core.text.pronunciation.entries import MAX_WORD_CHARS, Entry, Said, read_entries
from voice_server.errors import RequestError


def test_an_entry_is_a_respelling_or_fields_or_a_list_of_them() -> None:
    raw = {
        "Nginx": "engine x",
        "GIF": {"ipa": "dʒɪf", "case": True},
        "chat": [{"language": "fr", "ipa": "ʃa"}, "chat"],
        "SQL": {"say": "sequel", "backends": {"kokoro": {"ipa": "ˈsiːkwəl"}, "espeak": "see quel"}},
    }
    assert read_entries(raw, most=4) == {
        "Nginx": (Entry(say="engine x"),),
        "GIF": (Entry(ipa="dʒɪf", case=True),),
        "chat": (Entry(language="fr", ipa="ʃa"), Entry(say="chat")),
        "SQL": (
            Entry(say="sequel", backends={"kokoro": Said(ipa="ˈsiːkwəl"), "espeak": Said(say="see quel")}),
        ),
    }


def test_an_entry_may_be_for_single_backends_alone() -> None:
    (entry,) = read_entries({"SQL": {"backends": {"kokoro": "sequel"}}}, most=1)["SQL"]
    assert (entry.say, entry.ipa, entry.backends) == (None, None, {"kokoro": Said(say="sequel")})


def test_words_are_the_same_with_other_blanks_and_with_accents_apart() -> None:
    entries = read_entries({" New \n York ": "a", "New York": "b", "cafe\u0301": "c"}, most=3)
    assert entries == {"New York": (Entry(say="a"), Entry(say="b")), "café": (Entry(say="c"),)}


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        ({1: "x"}, "the word 1 must be a text: 42, null, yes and no stand in quotes"),
        ({False: "x"}, "the word False must be a text"),
        ({"": "x"}, "a word or phrase must have 1 to 100 characters, not '', which has 0"),
        ({" \n": "x"}, "which has 0"),
        ({"x" * 1_000_000: "x"}, "must have 1 to 100 characters, not 'xxx"),
        ({"a": "x", "b": "x", "c": "x"}, "at most 2 words may have a pronunciation, not 3"),
        ({"GIF": 5}, "'GIF' must be a respelling, or a mapping with say or ipa, and perhaps backends"),
        ({"GIF": []}, "'GIF' must be a respelling"),
        ({"GIF": None}, "'GIF' must be a respelling"),
        ({"GIF": ""}, "'GIF': say: expected str of length >= 1"),
        ({"GIF": "  "}, "'GIF': say must have something in it beside blanks"),
        ({"GIF": "x" * 201}, "'GIF': say: expected str of length <= 200"),
        ({"GIF": {}}, "'GIF' must have say (a respelling) or ipa"),
        (
            {"GIF": {"ipa": "d]("}},
            "'GIF': ipa must be letters of the IPA, the signs ˈ ˌ ː, and blanks, not 'd]('",
        ),
        ({"GIF": {"ipa": 1}}, "'GIF': ipa: expected str | null, got int"),
        ({"GIF": {"ipe": "x"}}, "'GIF': unknown key 'ipe'; did you mean ipa"),
        ({"GIF": {"say": "x", "case": "yes"}}, "'GIF': case: expected bool, got str"),
        (
            {"GIF": {"say": "x", "language": "english please"}},
            "'GIF': language must be a tag such as en",
        ),
        ({"GIF": {"say": "x", "backends": "espeak"}}, "'GIF': backends: expected object, got str"),
        ({"GIF": {"backends": {"espeak": {}}}}, "'GIF: backends.espeak' must have say"),
        (
            {"GIF": {"backends": {"espeak": {"says": "x"}}}},
            "'GIF: backends.espeak': unknown key 'says'",
        ),
        ({"GIF": {"backends": {"espeak": 5}}}, "'GIF': backends[...]: expected object, got int"),
        ({"GIF": {"backends": {"espeak": {"ipa": "/"}}}}, "'GIF: backends.espeak': ipa must be letters"),
    ],
)
def test_a_mistake_is_a_sentence_that_names_the_entry_and_what_is_allowed(
    raw: dict[object, object], sentence: str
) -> None:
    with pytest.raises(RequestError, match=re.escape(sentence)) as caught:
        read_entries(raw, most=2)
    assert caught.value.code == "invalid_pronunciation"
    assert len(caught.value.message) < 300
    assert MAX_WORD_CHARS == 100
