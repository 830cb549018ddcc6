"""Every style has its settings, which are asked for once; what cannot be done is told."""

from __future__ import annotations

from dataclasses import replace

from tests.core.speech.rendering import SETTINGS
from voice_server.core.speech.speech_settings import SpeechSettings
from voice_server.core.speech.styled_settings import StyledSettings
from voice_server.core.text.directives import PLAIN, Style
from voice_server.core.types import SpeechWarning


class Finder:
    """Speaks with any voice, and tells of every one that it was asked for."""

    def __init__(self) -> None:
        self.asked: list[str | None] = []

    def __call__(self, settings: SpeechSettings, style: Style) -> tuple[SpeechSettings, list[SpeechWarning]]:
        self.asked.append(style.voice)
        found = replace(settings, voice=style.voice or settings.voice, options={"speed": style.rate})
        return found, [SpeechWarning("voice_kept", str(style.voice))]


def test_a_style_is_asked_for_once_and_what_it_lacks_is_told_once() -> None:
    finder = Finder()
    styled = StyledSettings(replace(SETTINGS, find_style=finder))
    assert styled.of(Style(voice="a")).voice == styled.of(Style(voice="a")).voice == "a"
    assert styled.of(PLAIN).voice == "v"
    assert finder.asked == ["a"]
    assert [warning.message for warning in styled.warnings] == ["a"]


def test_a_speaker_has_settings_of_its_own_and_a_style_comes_on_top() -> None:
    finder = Finder()
    settings = replace(SETTINGS, find_style=finder)
    anna = replace(settings, voice="anna")
    styled = StyledSettings(replace(settings, speakers={"Anna": anna}))
    assert styled.of(Style(speaker="Anna")) is anna
    fast = styled.of(Style(speaker="Anna", rate=2))
    assert (fast.voice, fast.options) == ("anna", {"speed": 2})
    assert styled.of(Style(speaker="Bob")).voice == "v"


def test_where_nobody_finds_styles_tags_have_no_effect() -> None:
    assert StyledSettings(SETTINGS).of(Style(voice="a")) is SETTINGS


def test_a_text_with_a_style_in_every_word_fills_no_memory() -> None:
    finder = Finder()
    styled = StyledSettings(replace(SETTINGS, find_style=finder))
    for number in (*range(300), 299, 0):
        assert styled.of(Style(voice=str(number))).voice == str(number)
    assert len(finder.asked) == 301
