"""A style holds as far as the backend can, and what it cannot is told."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.arithmetic_pool import SPEED, ArithmeticPool, config_of
from voice_server.core.speech.speech_settings import SpeechRequest, SpeechSettings
from voice_server.core.text.directives import Style
from voice_server.core.types import SpeechWarning, Voice
from voice_server.core.wire.speakers import Speaker, SpeakerChoice
from voice_server.errors import RequestError, UnknownName
from voice_server.voices.mixes import MixStore
from voice_server.voices.resolver import VoiceResolver
from voice_server.voices.speaking_styles import styled

SETTINGS = SpeechSettings("b", "v", options={"speed": 1.5})


def voice_of(settings: SpeechSettings, voice: str) -> tuple[SpeechSettings, list[SpeechWarning]]:
    if voice == "nobody":
        raise UnknownName("voice", voice, ["a"])
    return replace(settings, voice=voice), []


def resolver_of(pool: ArithmeticPool) -> VoiceResolver:
    return VoiceResolver(pool, config_of(*pool.names), MixStore())


@pytest.mark.parametrize(
    ("style", "voice", "speed", "codes"),
    [
        (Style(voice="a"), "a", 1.5, []),
        (Style(voice="nobody", rate=0.5), "v", 0.75, ["voice_kept"]),
        (Style(rate=1.2), "v", 1.8, []),
        (Style(rate=2), "v", 2.0, ["value_clamped"]),
        (Style(rate=0.1), "v", 0.5, ["value_clamped"]),
    ],
)
def test_a_voice_is_another_one_and_a_rate_is_relative(
    style: Style, voice: str, speed: float, codes: list[str]
) -> None:
    settings, warnings = styled(SETTINGS, style, voice_of, lambda _: [SPEED])
    assert settings.voice == voice
    assert settings.options == {"speed": pytest.approx(speed)}
    assert [warning.code for warning in warnings] == codes


def test_a_rate_without_limits_is_taken_as_it_is() -> None:
    settings, _ = styled(
        SETTINGS, Style(rate=9), voice_of, lambda _: [replace(SPEED, minimum=None, maximum=None)]
    )
    assert settings.options == {"speed": 13.5}


@pytest.mark.parametrize("options", [[], [replace(SPEED, ignored=True)]])
def test_what_a_backend_cannot_change_is_told(options: list[object]) -> None:
    settings, warnings = styled(SETTINGS, Style(rate=2), voice_of, lambda _: options)  # type: ignore[arg-type,return-value]
    assert settings == SETTINGS
    assert warnings == [
        SpeechWarning("style_ignored", "b cannot change the speed; a tag that asks for that has no effect")
    ]


def test_a_voice_that_only_another_backend_has_is_found_there() -> None:
    zoe = Voice("zoe", "Zoe", "en-US", "female")
    resolver = resolver_of(ArithmeticPool(("one", "two"), more_voices=(zoe,)))
    settings, _ = resolver.settings(SpeechRequest(voice="alba", speed=1.5))
    assert settings.find_style is not None
    found = [
        settings.find_style(settings, Style(voice=name))[0]
        for name in ("zoe", "two/bert", "bert", "2", "two/")
    ]
    assert [(each.backend, each.voice, each.options["speed"]) for each in found] == [
        ("two", "zoe", 1.5), ("two", "bert", 1.5), ("one", "bert", 1.5), ("one", "bert", 1.5),
        ("two", "alba", 1.5),
    ]  # fmt: skip
    back = found[0].find_style
    assert back is not None
    assert back(found[0], Style(voice="alba"))[0].backend == "two"


def test_a_voice_that_there_is_not_is_kept_and_told() -> None:
    resolver = resolver_of(ArithmeticPool(("one", "two"), down={"two"}))
    settings, _ = resolver.settings(SpeechRequest(voice="alba"))
    assert settings.find_style is not None
    for name in ("nobody", "two/alba", "99"):
        kept, (warning,) = settings.find_style(settings, Style(voice=name))
        assert kept == settings
        assert warning.code == "voice_kept"
        assert warning.message.endswith("; alba of one goes on")


def test_speakers_have_their_own_voices_backends_and_speeds() -> None:
    resolver = resolver_of(ArithmeticPool(("one", "two")))
    speakers: dict[str, SpeakerChoice] = {
        "Anna": "bert", "Bob": Speaker(backend="two", speed=0.5), "C": None, "D": Speaker(speed=2),
        "E": Speaker(voice="two/bert"),
    }  # fmt: skip
    settings, _ = resolver.settings(SpeechRequest(voice="alba", speed=1.5, speakers=speakers))
    found = {
        name: (each.backend, each.voice, each.options["speed"]) for name, each in settings.speakers.items()
    }
    assert found == {
        "Anna": ("one", "bert", 1.5), "Bob": ("two", "alba", 0.5), "C": ("one", "alba", 1.5),
        "D": ("one", "alba", 2), "E": ("two", "bert", 1.5),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("speaker", "why"),
    [
        ("nobody", "speaker Anna: unknown voice 'nobody'; there are"),
        (("nowhere", None), "speaker Anna: unknown backend 'nowhere'"),
        ((None, 9.0), "speaker Anna: option speed must be a number from 0.5 to 2, not 9"),
    ],
)
def test_a_speaker_that_cannot_be_is_an_error_that_says_who(speaker: object, why: str) -> None:
    given = speaker if isinstance(speaker, str) else Speaker(backend=speaker[0], speed=speaker[1])  # type: ignore[index]
    with pytest.raises(RequestError, match=why):
        resolver_of(ArithmeticPool()).settings(SpeechRequest(speakers={"Anna": given}))
