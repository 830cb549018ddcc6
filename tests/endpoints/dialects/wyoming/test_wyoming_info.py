"""What `info` says, read with the package wyoming."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Iterable
from pathlib import Path

import pytest
from wyoming.event import read_event
from wyoming.info import Info, TtsProgram

from tests.arithmetic_pool import ArithmeticPool, config_of
from voice_server.core.types import Voice
from voice_server.endpoints.dialects.wyoming.wyoming_info import WyomingInfo, listed_languages
from voice_server.speech import SpeechService
from voice_server.voices.mixes import MixStore


def program_in(event: bytes) -> TtsProgram:
    """The one program of an event."""
    read = read_event(io.BytesIO(event))
    assert read is not None
    info = Info.from_event(read)
    assert info == Info(tts=info.tts), "there is nothing but speech"
    (program,) = info.tts
    return program


def program_of(pool: ArithmeticPool, mixes: MixStore | None = None) -> TtsProgram:
    async def main() -> TtsProgram:
        async with SpeechService(pool, config_of(*pool.names), mixes=mixes) as service:
            return program_in(WyomingInfo(service).event())

    return asyncio.run(main())


def named(program: TtsProgram) -> dict[str, list[str]]:
    return {voice.name: voice.languages for voice in program.voices}


def test_one_installed_program_that_streams_has_all_voices() -> None:
    program = program_of(ArithmeticPool())
    assert (program.name, program.installed) == ("voice-server", True)
    assert program.supports_synthesize_streaming
    assert program.version
    assert named(program) == {"alba": ["en-US"], "bert": ["de"]}
    assert [(each.description, each.attribution.name, each.installed) for each in program.voices] == [
        ("Alba (one)", "one", True),
        ("Bert (one)", "one", True),
    ]


def test_names_are_unique_and_the_default_backend_s_come_first() -> None:
    program = program_of(ArithmeticPool(("one", "two"), more_voices=(Voice("olga", "", "ru"),)))
    assert list(named(program)) == ["alba", "bert", "two/alba", "two/bert", "olga"]
    assert program.voices[-1].description == "olga (two)"


def test_speakers_are_no_voices_of_their_own() -> None:
    more = (
        Voice("+f3", "female3", "mul", "female"),
        Voice("bert+low", "Bert, low", "de"),
        Voice("bert+high", "Bert, high", "de"),
        Voice("a+b", "of no voice", "fr"),
        Voice("silent", "no language", ""),
    )
    program = program_of(ArithmeticPool(more_voices=more))
    assert list(named(program)) == ["alba", "bert", "a+b"]
    speakers = {each.name: [s.name for s in each.speakers or []] for each in program.voices}
    assert speakers == {"alba": [], "bert": ["low", "high"], "a+b": []}


def test_a_backend_that_beeps_is_only_offered_where_it_is_the_default() -> None:
    assert list(named(program_of(ArithmeticPool(("one", "tone"))))) == ["alba", "bert"]
    assert list(named(program_of(ArithmeticPool(("tone", "one"))))) == [
        "alba",
        "bert",
        "one/alba",
        "one/bert",
    ]


def test_saved_mixes_are_voices_of_their_first_voice_s_language_and_come_with_the_next_info(
    tmp_path: Path,
) -> None:
    async def main() -> None:
        pool = ArithmeticPool(mixes=True)
        mixes = MixStore(tmp_path / "mixes.json")
        async with SpeechService(pool, config_of(*pool.names), mixes=mixes) as service:
            info = WyomingInfo(service)
            before = info.event()
            service.save_mix("warm", "bert(2)+alba", "one")
            assert named(program_in(info.event())) == {**named(program_in(before)), "warm": ["de"]}
            service.delete_mix("warm")
            assert info.event() == before

    asyncio.run(main())


def test_a_backend_that_comes_up_later_is_in_the_next_info_and_nothing_is_written_twice() -> None:
    async def main() -> None:
        pool = ArithmeticPool(("one", "two"), down={"two"})
        async with SpeechService(pool, config_of(*pool.names)) as service:
            info = WyomingInfo(service)
            assert list(named(program_in(info.event()))) == ["alba", "bert"]
            pool.down.clear()
            assert list(named(program_in(info.event()))) == ["alba", "bert", "two/alba", "two/bert"]

    asyncio.run(main())


@pytest.mark.parametrize(
    ("tag", "listed"),
    [
        ("de", ["de"]),
        ("en-US", ["en-US"]),
        ("es-419", ["es-419"]),
        ("en-GB-x-rp", ["en-GB"]),
        ("en-GB-scotland", ["en-GB"]),
        ("ca-valencia", ["ca"]),
        ("ca-x-balear", ["ca"]),
        ("en-Shaw", ["en-Shaw"]),
        ("zh-Hans-CN", ["zh-Hans-CN"]),
        ("chr-Qaaa-US-x-west", ["chr-Qaaa-US"]),
        ("cmn", ["zh-CN"]),
        ("cmn-Latn-pinyin", ["zh-Latn"]),
        ("yue", ["yue", "zh-HK"]),
        ("yue-Latn-jyutping", ["yue-Latn"]),
    ],
)
def test_languages_are_those_that_home_assistant_knows(tag: str, listed: Iterable[str]) -> None:
    assert listed_languages(tag) == listed
