"""A style holds as far as the backend can, and what it cannot is told."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.arithmetic_pool import SPEED, ArithmeticPool, config_of
from voice_server.core.speech.speech_settings import SpeechRequest, SpeechSettings
from voice_server.core.text.directives import Style
from voice_server.core.types import Option, SpeechWarning, Voice
from voice_server.core.wire.speakers import Speaker, SpeakerChoice
from voice_server.errors import RequestError, UnknownName
from voice_server.voices.mixes import MixStore
from voice_server.voices.resolver import VoiceResolver
from voice_server.voices.speaking_styles import VoiceFinders, styled

SETTINGS = SpeechSettings("b", "v", options={"speed": 1.5})


def voice_of(settings: SpeechSettings, voice: str) -> tuple[SpeechSettings, list[SpeechWarning]]:
    if voice == "nobody":
        raise UnknownName("voice", voice, ["a"])
    return replace(settings, voice=voice), []


def like(settings: SpeechSettings, wanted: str) -> SpeechSettings | None:
    """A voice of any language or gender but Klingon."""
    return None if wanted == "tlh" else replace(settings, voice=f"{settings.voice}-{wanted}")


def finders(*options: Option) -> VoiceFinders:
    return VoiceFinders(voice_of, like, like, lambda _: options)


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
        (Style(language="de", gender="male"), "v-de-male", 1.5, []),
        (Style(voice="a", language="tlh"), "a", 1.5, ["voice_kept"]),
    ],
)
def test_a_voice_is_another_one_and_a_rate_is_relative(
    style: Style, voice: str, speed: float, codes: list[str]
) -> None:
    settings, warnings = styled(SETTINGS, style, finders(SPEED))
    assert settings.voice == voice
    assert settings.options == {"speed": pytest.approx(speed)}
    assert [warning.code for warning in warnings] == codes


@pytest.mark.parametrize(
    ("style", "options"),
    [
        (Style(volume=1.5), {"volume": 1.5, "pitch": 50}),
        (Style(pitch=2.0), {"volume": 1.0, "pitch": 100}),
        (Style(pitch=0.5), {"volume": 1.0, "pitch": 0}),
        (Style(pitch=1.2), {"volume": 1.0, "pitch": 63}),
    ],
)
def test_volume_and_pitch_change_where_there_are_such_options(
    style: Style, options: dict[str, float]
) -> None:
    settings = replace(SETTINGS, options={"volume": 1.0, "pitch": 50})
    pitch, volume = Option("pitch", "number", 50, 0, 100), Option("volume", "number", 1.0, 0, 2)
    changed, warnings = styled(settings, style, finders(pitch, volume))
    assert warnings == []
    assert changed.options == {name: pytest.approx(value, abs=0.2) for name, value in options.items()}


def test_a_language_is_spoken_by_a_voice_of_it_and_a_gender_by_one_of_that() -> None:
    zoe = Voice("zoe", "Zoe", "fr-FR", "female")
    speaker = Voice("+m", "M", "mul", "male")
    resolver = resolver_of(ArithmeticPool(("one", "two"), more_voices=(zoe, speaker)))
    settings, _ = resolver.settings(SpeechRequest(voice="alba"))
    assert settings.find_style is not None

    def voice_for(style: Style, how: SpeechSettings = settings) -> tuple[str, str, list[str]]:
        assert how.find_style is not None
        found, warnings = how.find_style(how, style)
        assert found.find_style is not None
        assert found.find_reader is not None
        return found.backend, found.voice, [warning.code for warning in warnings]

    assert voice_for(Style(language="en-GB")) == ("one", "alba", [])
    assert voice_for(Style(language="de")) == ("one", "bert", [])
    assert voice_for(Style(language="fr")) == ("two", "zoe", [])
    assert voice_for(Style(language="tlh")) == ("one", "alba", ["voice_kept"])
    assert voice_for(Style(gender="female")) == ("one", "alba", [])
    assert voice_for(Style(gender="male")) == ("one", "alba", ["voice_kept"])
    assert voice_for(Style(language="de", gender="male")) == ("one", "bert", [])
    two, _ = resolver.settings(SpeechRequest(voice="zoe", backend="two"))
    assert voice_for(Style(gender="male"), two) == ("two", "zoe+m", [])
    french, _ = settings.find_style(settings, Style(language="fr"))
    assert (french.language, french.spoken_language, french.reads) == ("fr", "fr-FR", frozenset())


def test_a_rate_without_limits_is_taken_as_it_is() -> None:
    settings, _ = styled(SETTINGS, Style(rate=9), finders(replace(SPEED, minimum=None, maximum=None)))
    assert settings.options == {"speed": 13.5}


@pytest.mark.parametrize("options", [[], [replace(SPEED, ignored=True)]])
def test_what_a_backend_cannot_change_is_told(options: list[Option]) -> None:
    settings, warnings = styled(SETTINGS, Style(rate=2), finders(*options))
    assert settings == SETTINGS
    assert warnings == [
        SpeechWarning("style_ignored", "b cannot change the speed; what asks for that has no effect")
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


def test_a_speaker_s_name_is_checked() -> None:
    with pytest.raises(RequestError, match="unlike 'A:'"):
        resolver_of(ArithmeticPool()).settings(SpeechRequest(speakers={"A:": None}))


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
