"""What a plugin is told cannot be changed, and a plugin can remember things of it."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from typing import Any
from weakref import WeakKeyDictionary

import pytest

from tests.plugins.plugging import CONTEXT
from voice_server.plugins.speech_context import SpeechContext


def test_nothing_of_it_can_be_changed() -> None:
    options: dict[str, Any] = {"speed": 1.0}
    context: Any = SpeechContext("one", "alba", "en", "Hi.", options)
    with pytest.raises(FrozenInstanceError):
        context.voice = "bert"
    with pytest.raises(TypeError):
        context.options["speed"] = 2.0
    options["speed"] = 2.0
    assert context.options["speed"] == 1.0


def test_it_can_be_the_key_of_what_is_forgotten_with_it() -> None:
    remembered: WeakKeyDictionary[SpeechContext, int] = WeakKeyDictionary()
    context = SpeechContext("one", "alba", "en", "Hi.")
    remembered[context] = 1
    remembered[CONTEXT] = 2
    assert remembered[context] == 1
    del context
    assert list(remembered.values()) == [2]
