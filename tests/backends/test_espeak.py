"""espeak through its adapter: repeatable, punctual, in every language, deaf to commands in the text."""

from __future__ import annotations

import random
import re
import subprocess
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import espeakng_loader
import numpy as np
import pytest

from tests.backends.speaking import speak
from tts_backends.espeak.backend import Backend, _parameters
from tts_backends.espeak.library import Event
from voice_server.worker.api import Pcm, RequestError, UnknownName, WordMark, complete_options, measured_lufs
from voice_server.worker.edge_trimmer import EdgeTrimmer
from voice_server.worker.gain import gain_of

_INAUDIBLE = 105  # of 32768, -50 dB
SENTENCE = "The quick brown fox jumps over the lazy dog, and then it sleeps."
TEXTS = (
    SENTENCE,
    "a",
    "?!",
    "Über den Wolken muss die Freiheit wohl grenzenlos sein.",
    "Съешь же ещё этих мягких булок. Hello there.",
    "今天天气很好。OK?",
    "مرحبا بالعالم، كيف حالك؟",
    "(a) [b]: $3.14; e! 50%",
)


@pytest.fixture(scope="session")
def espeak() -> Iterator[Backend]:
    backend = Backend()
    yield backend
    backend.close()


def samples(pcm: bytes) -> np.ndarray[Any, np.dtype[np.float64]]:
    return np.frombuffer(pcm, "<i2").astype(np.float64)


def seconds(pcm: bytes) -> float:
    return len(pcm) / 2 / 22_050


def stopped(backend: Backend, text: str, voice: str, pieces: int, **options: Any) -> None:
    """Begin to speak and break off."""
    rendering = backend.synthesize(text, voice, complete_options(backend.options, options))
    for _ in zip(range(pieces), rendering, strict=False):
        pass
    rendering.close()  # type: ignore[attr-defined]


def test_the_first_voice_is_american_english(espeak: Backend) -> None:
    first = next(iter(espeak.voices()))
    assert (first.id, first.language, first.gender) == ("en-us", "en-US", "male")


def test_voice_ids_are_unique_and_languages_are_tags(espeak: Backend) -> None:
    voices = list(espeak.voices())
    assert len({voice.id for voice in voices}) == len(voices) > 200
    tag = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|\d{3}))?(-[a-z\d]{5,8})*(-x(-[a-z\d]{1,8})+)?")
    assert [voice.language for voice in voices if not tag.fullmatch(voice.language)] == []


def test_every_language_speaks_with_its_own_dictionary(
    espeak: Backend, capfd: pytest.CaptureFixture[str]
) -> None:
    silent = [voice.id for voice in espeak.voices() if not any(speak(espeak, "1, abba. Да ᎠᎡ", voice.id)[0])]
    assert silent == []
    assert capfd.readouterr().err == ""


def test_a_variant_goes_with_any_language_or_alone(espeak: Backend) -> None:
    plain, varied = speak(espeak, SENTENCE, "de")[0], speak(espeak, SENTENCE, "de+f3")[0]
    assert plain != varied
    assert speak(espeak, SENTENCE, "+f3") == speak(espeak, SENTENCE, "en-us+f3")


@pytest.mark.parametrize("voice", ["xx", "de+", "de+nobody", "../de", "de+../f3", "gmw/en-US"])
def test_an_unknown_voice_is_refused(espeak: Backend, voice: str) -> None:
    with pytest.raises(UnknownName, match="there are"):
        speak(espeak, SENTENCE, voice)


def test_buffers_grow_fourfold_from_60_to_3840_ms(espeak: Backend) -> None:
    library, lengths_ms = espeak._library, []
    options = complete_options(espeak.options, {})

    def take(pcm: bytes, _events: list[Event]) -> bool:
        lengths_ms.append(1000 * seconds(pcm))
        return False

    # One clause of more than 30 s: at the end of a clause a buffer is handed out before it is full.
    text = "and on " * 60
    file, _ = espeak._voice_file("en-us")
    library.speak(text.encode(), file, _parameters(options, 80), ssml=False, phonemes=False, on_buffer=take)
    assert lengths_ms[:4] == [pytest.approx(ms, abs=0.1) for ms in (60, 240, 960, 3840)]
    assert max(lengths_ms) == lengths_ms[3]


def test_samples_depend_on_nothing_spoken_or_broken_off_before(espeak: Backend) -> None:
    seed = random.randrange(2**32)
    print("seed", seed)
    chance = random.Random(seed)
    voices = [voice.id for voice in espeak.voices()]
    tried = ["en-us", "cmn", "ru", "en-us+f3", "de+whisper", "en-us+klatt4", "fr-fr+robosoft2", "en-gb+Reed"]
    settings: list[dict[str, Any]] = [
        {},
        {"pitch": 80, "speed": 1.7},
        {"punctuation": "all"},
        {"volume": 1.8},
    ]
    heard: dict[tuple[str, str, int], bytes] = {}
    for _ in range(250):
        voice, text, number = chance.choice(tried), chance.choice(TEXTS), chance.randrange(len(settings))
        if chance.random() < 0.4:
            other = chance.choice([voice, chance.choice(tried), chance.choice(voices)])
            ssml = chance.random() < 0.3
            stopped(espeak, chance.choice(TEXTS), other, chance.randrange(4), ssml=ssml)
        pcm, _ = speak(espeak, text, voice, **settings[number])
        assert heard.setdefault((voice, text, number), pcm) == pcm, (voice, text, settings[number])


def test_markup_that_is_broken_off_leaves_nothing_behind(espeak: Backend) -> None:
    before = speak(espeak, SENTENCE, "en-us")
    ssml = f"<speak><prosody pitch='x-high' volume='x-loud'><voice name='de'>{SENTENCE} {SENTENCE}"
    for pieces in range(1, 5):
        stopped(espeak, ssml, "en-us", pieces, ssml=True)
        assert speak(espeak, SENTENCE, "en-us") == before


def test_audio_comes_in_pieces_the_first_one_small(espeak: Backend) -> None:
    pieces = [
        piece
        for piece in espeak.synthesize(SENTENCE, "en-us", complete_options(espeak.options, {}))
        if isinstance(piece, bytes)
    ]
    assert seconds(pieces[0]) <= 0.061
    assert len(pieces) >= 4


def test_pushed_and_yielded_pieces_are_the_same(espeak: Backend) -> None:
    options = complete_options(espeak.options, {"speed": 3.0})
    pushed: list[Pcm | WordMark] = []

    def give(piece: Pcm | WordMark) -> bool:
        pushed.append(piece)
        return False

    espeak.push(SENTENCE, "en-us", options, give)
    assert pushed == list(espeak.synthesize(SENTENCE, "en-us", options))


def test_pushing_ends_when_the_receiver_has_enough(espeak: Backend) -> None:
    pushed: list[Pcm | WordMark] = []

    def give(piece: Pcm | WordMark) -> bool:
        pushed.append(piece)
        return len(pushed) == 2

    espeak.push(SENTENCE, "en-us", complete_options(espeak.options, {}), give)
    assert len(pushed) == 2


def test_what_the_receiver_raises_comes_out_of_push(espeak: Backend) -> None:
    def give(piece: Pcm | WordMark) -> bool:
        raise ZeroDivisionError(type(piece))

    with pytest.raises(ZeroDivisionError):
        espeak.push(SENTENCE, "en-us", complete_options(espeak.options, {}), give)
    assert any(speak(espeak, SENTENCE, "en-us")[0])


@pytest.mark.parametrize("voice", ["en-us", "de", "cmn", "ar", "hi", "en-us+Annie", "fr-fr+m3"])
def test_speech_is_audible_and_undistorted(espeak: Backend, voice: str) -> None:
    heard = samples(speak(espeak, SENTENCE, voice)[0])
    assert 0.02 < heard.std() / 32768 < 0.3
    assert np.abs(heard).max() < 32767
    assert abs(heard.mean()) < 0.05 * heard.std()


@pytest.mark.parametrize("speed", [0.1, 0.25, 0.5, 1.5, 2.0, 3.0, 4.0])
def test_speed_divides_the_time(espeak: Backend, speed: float) -> None:
    usual, pcm = (
        seconds(speak(espeak, SENTENCE, "en-us")[0]),
        speak(espeak, SENTENCE, "en-us", speed=speed)[0],
    )
    assert seconds(pcm) * speed == pytest.approx(usual, rel=0.2)


def test_volume_scales_the_sound(espeak: Backend) -> None:
    levels = [samples(speak(espeak, SENTENCE, "en-us", volume=v)[0]).std() for v in (0.0, 0.5, 1.0, 2.0)]
    assert levels[0] == 0
    assert levels[1] / levels[2] == pytest.approx(0.5, rel=0.1)
    assert levels[3] > 1.5 * levels[2]


def test_pitch_raises_the_voice(espeak: Backend) -> None:
    def hz(pitch: float) -> float:
        heard = samples(speak(espeak, "aaah", "en-us", pitch=pitch)[0])[4000:8000]
        alike = np.correlate(heard, heard, "full")[len(heard) :]
        return 22_050 / float(np.argmax(alike[60:400]) + 61)

    assert 1.1 * hz(20) < hz(50) < hz(90) / 1.1


def test_a_word_gap_makes_pauses(espeak: Backend) -> None:
    usual, slow = speak(espeak, SENTENCE, "en-us")[0], speak(espeak, SENTENCE, "en-us", word_gap=20)[0]
    assert seconds(slow) > seconds(usual) + 1


def test_punctuation_is_read_when_asked_for(espeak: Backend) -> None:
    usual = seconds(speak(espeak, "Yes, (no).", "en-us")[0])
    assert seconds(speak(espeak, "Yes, (no).", "en-us", punctuation="all")[0]) > usual + 0.5


def test_markup_is_text_unless_asked_for(espeak: Backend) -> None:
    text = "one <break time='3s'/> two"
    assert "break" in [mark.word for mark in speak(espeak, text, "en-us")[1]]
    pcm, marks = speak(espeak, text, "en-us", ssml=True)
    assert [mark.word for mark in marks] == ["one", "two"]
    assert seconds(pcm) > 3


@pytest.mark.parametrize("time", ["99999999s", "000600s", "600000ms", "600000", "600s9"])
def test_a_break_lasts_ten_seconds_at_most(espeak: Backend, time: str) -> None:
    pcm, marks = speak(espeak, f'one <break strength="weak" time="{time}"/> two', "en-us", ssml=True)
    assert [mark.word for mark in marks] == ["one", "two"]
    assert 10 < seconds(pcm) < 13


def test_phonemes_in_brackets_are_text(espeak: Backend) -> None:
    assert len(speak(espeak, "[[h@l'oU]]", "en-us")[1]) > 1


def test_commands_in_control_characters_are_not_obeyed(espeak: Backend) -> None:
    assert speak(espeak, "hello \x0190P there", "en-us")[0] == speak(espeak, "hello  90P there", "en-us")[0]


@pytest.mark.parametrize(
    "text", ["", " ", "\n", "...", "\x00", "\ud800", "\ue000", "👩‍👩‍👧", "\u0301", "\ufeff"]
)
def test_a_text_without_words_is_no_error(espeak: Backend, text: str) -> None:
    pcm, marks = speak(espeak, text, "en-us")
    assert len(pcm) % 2 == 0
    assert all(text[mark.start : mark.end] == mark.word for mark in marks)


HOSTILE = {
    "emoji": "😀🏳️‍🌈👩‍👩‍👧 " * 100,
    "digits": "1234567890" * 60,
    "one letter": "a" * 600,
    "combining marks": "e" + "\u0301" * 600,
    "another script": "憒啃癷熝菰矍弘旈弄据弎" * 40,
    "braille": "⡕⢢⣾⣗⢻⣏⡜⠜⡾⣋ " * 40,
    "Gurmukhi": "ਭਾਰਤ ਧਰ ਘਾਸ",
    "brackets": "<[{(" * 150,
    "tags without an end": "<prosody rate='" * 40,
    "a long attribute": "<voice name='" + "x" * 600 + "'>hello",
    "entities": "&#x41;&lt;&" * 60,
}


@pytest.mark.parametrize("kind", HOSTILE)
@pytest.mark.parametrize("ssml", [False, True])
@pytest.mark.parametrize("voice", ["en-us", "ti", "vi", "cmn", "de+klatt4"])
def test_texts_that_overrun_the_library_are_spoken(
    espeak: Backend, voice: str, kind: str, ssml: bool
) -> None:
    pcm, marks = speak(espeak, HOSTILE[kind], voice, ssml=ssml, speed=3.0)
    assert len(pcm) % 2 == 0
    assert all(one.end <= other.start for one, other in pairwise(marks))


def test_a_text_in_several_portions_has_true_offsets_and_times(espeak: Backend) -> None:
    text = "one 😀 " * 80 + "two"
    pcm, marks = speak(espeak, text, "en-us")
    assert (marks[-1].word, marks[-1].end) == ("two", len(text))
    assert [mark.start_ms for mark in marks] == sorted(mark.start_ms for mark in marks)
    assert marks[-1].end_ms == pytest.approx(1000 * seconds(pcm))
    assert sum(mark.word == "one" for mark in marks) == 80


def test_a_language_that_cannot_name_punctuation_says_so(espeak: Backend) -> None:
    with pytest.raises(RequestError, match="punctuation must be none"):
        speak(espeak, "!", "vi", punctuation="all")


@pytest.mark.parametrize(
    ("voice", "text", "words"),
    [
        ("en-us", "the the, the", ["the", "the", "the"]),
        ("en-us", "don't stop", ["don't", "stop"]),
        ("en-us", "a 𝒳 b 😀 joy", ["a", "𝒳", "b", "😀", "joy"]),
        ("en-us", "cafe\u0301 au lait", ["cafe\u0301", "au", "lait"]),
        ("en-us", "a\x00b \ud800 c", ["a", "b", "c"]),
        ("ar", "مرحبا بالعالم", ["مرحبا", "بالعالم"]),
        ("cmn", "我们去公园。", ["我", "们", "去", "公", "园"]),
        (
            "de",
            "Donaudampfschifffahrtsgesellschaftskapitän ja",
            ["Donaudampfschifffahrtsgesellschaftskapitän", "ja"],
        ),
    ],
)
def test_words_are_found_in_the_text(espeak: Backend, voice: str, text: str, words: list[str]) -> None:
    marks = speak(espeak, text, voice)[1]
    assert [text[mark.start : mark.end] for mark in marks if not mark.word.isspace()] == [
        re.sub("[\x00\ud800]", " ", word) for word in words
    ]


@pytest.mark.parametrize("speed", [0.2, 1.0, 3.5])
@pytest.mark.parametrize("text", TEXTS)
def test_words_ascend_within_text_and_audio(espeak: Backend, text: str, speed: float) -> None:
    pcm, marks = speak(espeak, text, "en-us", speed=speed)
    ends_ms, ends = 0.0, 0
    for mark in marks:
        assert ends <= mark.start < mark.end <= len(text)
        assert ends_ms <= mark.start_ms <= mark.end_ms <= 1000 * seconds(pcm) + 1e-6
        ends_ms, ends = mark.end_ms, mark.end


def test_words_are_heard_where_the_marks_say(espeak: Backend) -> None:
    pcm, marks = speak(espeak, "pow, pow, pow", "en-us", word_gap=30)
    heard = np.abs(samples(pcm))
    begins = [round(mark.start_ms * 22.05) for mark in marks]
    loudness = [heard[begin : begin + 4410].mean() for begin in begins]
    before = [heard[begin - 882 : begin].mean() for begin in begins[1:]]
    assert min(loudness) > 20 * max(before)


def test_data_in_a_folder_with_a_long_name_is_read(tmp_path: Path) -> None:
    folder = tmp_path.joinpath(*["a-rather-long-name-of-a-folder"] * 6)
    folder.mkdir(parents=True)
    (folder / "espeak-ng-data").symlink_to(espeakng_loader.get_data_path())
    program = (
        "import sys; from pathlib import Path; from tts_backends.espeak.library import Library;"
        "library = Library(Path(sys.argv[1]), Path(sys.argv[2])); print(len(library.languages()))"
    )
    arguments = [espeakng_loader.get_library_path(), str(folder / "espeak-ng-data")]
    run = subprocess.run(
        [sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=True
    )
    assert int(run.stdout) > 100


def test_a_missing_data_folder_is_one_clear_error(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from tts_backends.espeak.library import Library;"
        "Library(Path(sys.argv[1]), Path(sys.argv[2]))"
    )
    arguments = [espeakng_loader.get_library_path(), str(tmp_path)]
    environment = {"HOME": str(tmp_path), "PATH": "/usr/bin"}
    run = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        capture_output=True,
        text=True,
        check=False,
        env=environment,
    )
    assert run.returncode == 1
    assert "cannot read its data folder" in run.stderr


@pytest.mark.parametrize(
    "voice", ["en-us", "fr-fr", "mi", "haw", "haw+f3", "+Hugo", "+iven", "de+john", "+f3"]
)
def test_every_voice_is_brought_to_one_loudness(espeak: Backend, voice: str) -> None:
    gain = gain_of(espeak, voice, -23.0)
    text = "Half of us left early, and the others stayed until the last bus was gone. " * 2
    options = complete_options(espeak.options, {}) | {"gain": gain}
    pcm = b"".join(piece for piece in espeak.synthesize(text, voice, options) if isinstance(piece, bytes))
    assert measured_lufs(samples(pcm) / 32768, espeak.sample_rate) == pytest.approx(-23.0, abs=2.0)


def test_the_loudness_of_a_voice_that_there_is_not_is_unknown(espeak: Backend) -> None:
    for voice in ("xx", "de+nobody"):
        with pytest.raises(UnknownName):
            espeak.loudness_lufs(voice)


@pytest.mark.parametrize("voice", ["en-us", "en-us+f3", "de"])
def test_no_soft_sound_at_an_edge_is_taken_for_silence(espeak: Backend, voice: str) -> None:
    for text in ("Half.", "He is off.", "Fifth.", "Think of us.", "Puff!", "Help!", "Stop.", "Wish?"):
        pcm, _ = speak(espeak, text, voice)
        trimmer = EdgeTrimmer(espeak.sample_rate)
        kept = trimmer.add(pcm) + trimmer.finish()
        lead = 2 * trimmer.lead_samples
        cut = samples(pcm[:lead] + pcm[lead + len(kept) :])
        assert max(abs(cut), default=0) <= _INAUDIBLE, text
