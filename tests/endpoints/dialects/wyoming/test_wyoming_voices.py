"""Which voice a client means: by name, by speaker, by language alone; and names of other servers."""

from __future__ import annotations

import logging

import pytest

from tests.arithmetic_pool import ArithmeticPool, config_of
from voice_server.core.speech.speech_settings import SpeechSettings
from voice_server.core.types import Voice
from voice_server.endpoints.dialects.wyoming.wyoming_events import VoiceWish
from voice_server.endpoints.dialects.wyoming.wyoming_voices import language_in, wished_settings
from voice_server.errors import BackendDown, RequestError
from voice_server.speech import SpeechService

MORE = (
    Voice("en_US-joe-medium", "Joe", "en-US"),
    Voice("en_US-joe-medium+low", "Joe, low", "en-US"),
    Voice("+f3", "female3", "mul", "female"),
    Voice("olga", "Olga", "ru"),
)


def settings_of(
    *wishes: VoiceWish | None, text_format: str | None = None, pool: ArithmeticPool | None = None
) -> list[SpeechSettings]:
    """What is found for wishes, one after the other on one server."""
    pool = pool or ArithmeticPool(more_voices=MORE)
    service = SpeechService(pool, config_of(*pool.names))  # nothing of it needs to run
    return [wished_settings(service, wish, text_format) for wish in wishes]


def voice_for(name: str | None = None, language: str | None = None, speaker: str | int | None = None) -> str:
    (settings,) = settings_of(VoiceWish(name, language, speaker))
    return settings.voice


@pytest.mark.parametrize(
    ("wish", "voice"),
    [
        (None, "alba"),
        (VoiceWish(), "alba"),
        (VoiceWish(""), "alba"),
        (VoiceWish("bert"), "bert"),
        (VoiceWish("en_US-joe-medium", speaker="low"), "en_US-joe-medium+low"),
        (VoiceWish("bert", speaker="f3"), "bert+f3"),
        (VoiceWish("bert", speaker="+f3"), "bert+f3"),
        (VoiceWish(speaker="olga"), "olga"),
        (VoiceWish(speaker=2), "bert"),
        (VoiceWish(language="ru"), "olga"),
        (VoiceWish(language="de-AT"), "bert"),
        (VoiceWish(language="de", speaker="olga"), "olga"),
    ],
)
def test_a_voice_is_found_by_name_by_speaker_and_by_language_alone(
    wish: VoiceWish | None, voice: str, caplog: pytest.LogCaptureFixture
) -> None:
    (settings,) = settings_of(wish)
    assert settings.voice == voice
    assert not caplog.records


def test_a_voice_of_another_backend_is_named_with_it() -> None:
    pool = ArithmeticPool(("one", "two"))
    (settings,) = settings_of(VoiceWish("two/bert"), pool=pool)
    assert (settings.backend, settings.voice) == ("two", "bert")


def test_ssml_is_read_where_the_client_says_that_it_is_ssml() -> None:
    for text_format, markup in ((None, "strip"), ("text", "strip"), ("ssml", "ssml"), ("other", "strip")):
        (settings,) = settings_of(None, text_format=text_format)
        assert settings.markup == markup


@pytest.mark.parametrize(
    ("name", "voice"),
    [
        ("de_DE-thorsten-high", "bert"),
        ("ru-RU-DmitryNeural", "olga"),
        ("aura-2-helena-de", "bert"),
        ("fr_FR-siwis-medium", "alba"),
        ("de_nobody", "alba"),
        ("Xanthippe", "alba"),
        ("nowhere/bert", "alba"),
        ("one/nobody", "alba"),
        ("x" * 400, "alba"),
    ],
)
def test_another_server_s_voice_is_spoken_by_the_default_voice_of_its_language_and_logged_once(
    name: str, voice: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    wish = VoiceWish(name)
    found = settings_of(wish, wish, VoiceWish("bert"), wish)
    assert [each.voice for each in found] == [voice, voice, "bert", voice]
    (record,) = caplog.records
    assert record.getMessage().startswith(
        f"{voice} of one speaks for the voice {name.removeprefix('one/')[:80]}"
    )


def test_a_speaker_that_a_voice_has_not_is_left_out_and_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    (found,) = settings_of(VoiceWish("bert", speaker="nobody"))
    assert found.voice == "bert"
    assert [vars(record)["named"] for record in caplog.records] == ["bert+nobody"]


def test_a_known_name_of_kokoro_s_is_no_language() -> None:
    assert voice_for("af_heart") == "alba"
    assert voice_for("am_adam") == "alba"


def test_a_language_that_nobody_speaks_is_read_by_the_default_voice() -> None:
    assert voice_for(language="tlh") == "alba"


def test_a_number_beyond_the_list_is_an_error() -> None:
    with pytest.raises(RequestError, match="there are 6, counted from 1"):
        voice_for("9999")


def test_where_nothing_speaks_that_is_the_error() -> None:
    with pytest.raises(BackendDown, match="has no model"):
        settings_of(VoiceWish("bert"), pool=ArithmeticPool(down={"one"}))


@pytest.mark.parametrize(
    ("name", "language"),
    [
        ("en_US-lessac-medium", "en_US"),
        ("pt-BR-FranciscaNeural", "pt-BR"),
        ("aura-2-andromeda-en", "en"),
        ("flux-alexis-en", "en"),
        ("af_heart", None),
        ("alloy", None),
        ("hpp4J3VqNfWAUOO0d1Us", None),
        ("f786b574-daa5-4673-aa0c-cbe3e8534c02", None),
        ("", None),
    ],
)
def test_the_language_in_a_name(name: str, language: str | None) -> None:
    assert language_in(name) == language
