"""IPA in espeak's names of sounds: what a voice has it says so, and every other character keeps its place."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.backends.speaking import speak
from tts_backends.espeak.backend import Backend, _parameters
from tts_backends.espeak.sounds import in_own_names, names_of_sounds, with_own_names
from voice_server.worker.api import complete_options, parts_of

NAMES = {"t": "t", "ʃ": "S", "tʃ": "tS", "ɑː": "A:", "i": "i", "n": "n", "j": "j", "s": "s", "k": "k"}


@pytest.fixture(scope="module")
def espeak() -> Iterator[Backend]:
    backend = Backend()
    yield backend
    backend.close()


@pytest.mark.parametrize(
    ("ipa", "own"),
    [
        ("tʃˈɑːt", "tS'A:t"),
        ("ˌti tˈi", ",ti t'i"),
        ("tɑ", "tA:"),  # the long sound for the short one
        ("tiː", "ti"),  # the sign for length is left out
        ("tɒ", "tA:"),
        ("ɲi", "nji"),
        ("θi", "si"),
        ("ʔi", "i"),
        ("tɑ̃", "tA:"),
        ("tʘ", None),
        ("ʔ", None),
        ("ta" * 101, None),
    ],
)
def test_a_sound_is_said_by_its_own_name_or_the_nearest(ipa: str, own: str | None) -> None:
    assert in_own_names(ipa, NAMES) == own


def test_the_library_is_asked_how_each_name_sounds_and_odd_answers_are_passed_over() -> None:
    answers = {"[[t'Et]]": "t_ˈɛ_t", "[[t'at]]": "t_a_ɪ_t", "[[aS'a]]": "a_ʃ_ˈa", "[[ap-'a]]": "a_p-_a"}
    assert names_of_sounds(lambda texts: [answers.get(text, "") for text in texts]) == {"ɛ": "E", "ʃ": "S"}
    assert in_own_names("ɛ", {}) is None


def test_every_other_character_stands_where_it_stood() -> None:
    text = "A [chat](/tʃˈɑːt/), [x](/ʘ/) [[and]] [y](/tʃtʃtʃtʃtʃ/)."
    read = with_own_names(text, NAMES)
    assert read == "A [[tS'A:t      ]],  x       [ and]] [[tStStStStS   ]]."
    assert (
        with_own_names("[a](/ɲ/)", {"nj": "a much too long name", "n": "n^^^^^", "j": "j^^^^^"}) == " a      "
    )


@given(st.lists(st.sampled_from(["[ab](/tʃ/)", "[[x]]", "(", " one", "[a b](/ʘ/)", "["]), max_size=6))
def test_the_text_is_as_long_as_before(parts: list[str]) -> None:
    text = "".join(parts)
    read = with_own_names(text, NAMES)
    assert len(read) == len(text)
    for part in parts_of(text):
        if not part.ipa:
            assert read[part.start : part.start + len(part.text)] == part.text.replace("[[", "[ ")


WORDS = {
    "en-us": "thought vision judge singing yellow world tour server",
    "de": "Straße Mädchen schön Zeitung Buch Apfel",
    "fr-fr": "bonjour enfant montagne huit",
    "es": "niño calle perro huevo",
    "pl": "chrząszcz łódź być",
    "ru": "здравствуйте жизнь щука",
}


@pytest.mark.parametrize("voice", WORDS)
def test_what_a_voice_says_it_says_again_from_its_ipa(espeak: Backend, voice: str) -> None:
    file, _ = espeak._voice_file(voice)
    parameters = _parameters(complete_options(espeak.options, {}), 175)
    names = espeak._names_of_sounds(file, parameters)

    def ipa_of(text: str) -> str:
        (ipa,) = espeak._library.ipa_of([text], file, parameters)
        return ipa.replace("_", "").strip()

    for word in WORDS[voice].split():
        own = in_own_names(ipa_of(word), names)
        assert own is not None
        assert ipa_of(f"[[{own}]]") == ipa_of(word), word


def test_a_word_is_said_by_its_phonemes_and_timed_as_itself(espeak: Backend) -> None:
    plain, _ = speak(espeak, "The nginx server, and the rest.", "en-us")
    text = "The [nginx](/ˌɛndʒɪnˈɛks/) server, and the [GIF](/dʒˈɪf/)-like ([New York](/nˈuː jˈɔːɹk/))."
    pcm, marks = speak(espeak, text, "en-us")
    assert [(mark.word, text[mark.start : mark.end]) for mark in marks] == [
        (word, word) for word in ("The", "nginx", "server", "and", "the", "GIF", "like", "New", "York")
    ]
    assert all(one.end_ms <= other.start_ms for one, other in pairwise(marks))
    again, _ = speak(espeak, "The nginx server, and the rest.", "en-us")
    assert again == plain
    assert len(pcm) > len(plain)
    other, _ = speak(espeak, "[GIF](/ɡˈɪf/)", "en-us+f3")
    assert other != speak(espeak, "[GIF](/dʒˈɪf/)", "en-us+f3")[0]


def test_with_ssml_the_notation_is_text(espeak: Backend) -> None:
    text = "[GIF](/dʒˈɪf/)"
    assert speak(espeak, text, "en-us", ssml=True)[0] != speak(espeak, text, "en-us")[0]
