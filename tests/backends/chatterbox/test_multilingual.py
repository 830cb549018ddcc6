"""The multilingual model: the real code with random weights, through worker, pool and server."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.backends.conftest import Engine, MakeEngine, Stage, checks_of
from tests.backends.recordings import record
from tests.conformance.checking import CHECK_NAMES
from voice_server.client_events import Audio, ErrorEvent
from voice_server.client_streams import connect
from voice_server.config import Config
from voice_server.errors import RequestError
from voice_server.pool.conformance import ConformanceCheck
from voice_server.serving.composition import running_server

APPLICABLE = [law for law in CHECK_NAMES if law != "speaks long sentences whole"]
TEXTS = {
    "": "The quick brown fox.",
    "-ar": "مرحبا بالعالم.",
    "-cmn": "你好东京。",
    "-de": "Grüße aus Köln.",
    "-el": "Καλημέρα.",
    "-fr": "Où est-elle ?",
    "-he": "שלום עולם.",
    "-hi": "नमस्ते दुनिया।",
    "-ja": "こんにちは、トーキョー。",
    "-ko": "안녕하세요.",
    "-nb": "Hvor er du?",
    "-ru": "Привет, мир.",
    "-tr": "Günaydın.",
}
"""What to say, by the end of the voice's name."""


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("voice_samples")
    record(folder / "anna.wav", 2)
    return folder


@pytest.fixture(scope="module")
def multilingual(make_engine: MakeEngine, samples: Path) -> Engine:
    return make_engine("chatterbox", samples=samples, part="multilingual", kind="multilingual")


@pytest.fixture(scope="module")
def checks(multilingual: Engine) -> dict[str, ConformanceCheck]:
    return checks_of(multilingual)


@pytest.mark.parametrize("law", APPLICABLE)
def test_the_multilingual_model_keeps_each_law(checks: dict[str, ConformanceCheck], law: str) -> None:
    assert checks[law].passed, checks[law].detail


@pytest.fixture(scope="module")
def stage(multilingual: Engine) -> Iterator[Stage]:
    stage = Stage(multilingual)
    yield stage
    stage.close()


def test_its_voice_comes_in_23_languages_and_a_recording_in_english(stage: Stage) -> None:
    languages = {voice.id: voice.language for voice in stage.pool.voices()}
    assert len(languages) == 23 + 1
    assert languages["default"] == languages["anna"] == "en"
    assert (languages["default-nb"], languages["default-cmn"]) == ("nb", "cmn")


@pytest.mark.parametrize("ending", TEXTS)
def test_it_speaks_each_language(stage: Stage, ending: str) -> None:
    taken = stage.speak(TEXTS[ending], f"default{ending}")
    # 30 tokens of 40 ms, and one that repeats itself and is stopped for it.
    assert 1200 <= len(taken.pcm) / 48 <= 1320


def test_the_language_decides_the_sound_and_comes_from_the_voice_or_the_option(stage: Stage) -> None:
    text = "Hola, Taxi 7."
    english, spanish = stage.speak(text, "default").pcm, stage.speak(text, "default-es").pcm
    assert english != spanish
    assert stage.speak(text, "default", language="es").pcm == spanish
    assert stage.speak(text, "default-es", language="en").pcm == english
    assert stage.speak(text, "anna", language="nb").pcm != stage.speak(text, "anna").pcm
    with pytest.raises(RequestError, match="option language must be one of voice, en, ar, da"):
        stage.speak(text, "default", language="tlh")


def test_kanji_are_refused_where_nothing_reads_them(stage: Stage) -> None:
    with pytest.raises(
        RequestError, match="Japanese is read in kana; kanji need the package pykakasi"
    ) as caught:
        stage.speak("東京です。", "default-ja")
    assert caught.value.code == "language_unavailable"


def test_chinese_is_refused_without_its_table(
    make_engine: MakeEngine, multilingual: Engine, tmp_path: Path
) -> None:
    for file in Path(multilingual.config.settings["model"]).iterdir():
        if file.name != "Cangjie5_TC.json":
            (tmp_path / file.name).symlink_to(file)
    stage = Stage(make_engine("chatterbox", kind="multilingual", model=str(tmp_path)))
    try:
        with pytest.raises(
            RequestError, match=r"Chinese needs the file Cangjie5_TC\.json in the model's folder"
        ):
            stage.speak("你好。", "default-cmn")
        assert stage.speak("Good day.", "default").pcm
    finally:
        stage.close()


def test_a_client_names_a_language_or_a_voice_and_a_language(multilingual: Engine) -> None:
    async def say(url: str, **config: Any) -> tuple[str, bytes]:
        pcm, voice = b"", ""
        async with connect(url.replace("http", "ws", 1), first_segment="sentence", **config) as stream:
            await stream.send_text("Hola, Taxi 7, y una cosa más.")
            await stream.done()
            async for event in stream:
                assert not isinstance(event, ErrorEvent), event
                voice = getattr(event, "voice", voice)
                if isinstance(event, Audio):
                    pcm += event.pcm
        return voice, pcm

    async def main() -> None:
        config = msgspec.structs.replace(multilingual.config, min_segment_chars=0)
        async with running_server(
            Config(backends={"chatterbox": config}, default_backend="chatterbox")
        ) as url:
            voice, spanish = await say(url, lang="es-MX")
            assert voice == "default-es"
            assert (await say(url, voice="default", lang="es"))[1] == spanish
            assert (await say(url, voice="default", opts={"language": "es"}))[1] == spanish
            assert (await say(url, voice="default"))[1] != spanish
            named, cloned = await say(url, voice="anna", lang="es-MX")
            assert named == "anna"
            assert cloned != (await say(url, voice="anna"))[1]

    asyncio.run(main())
