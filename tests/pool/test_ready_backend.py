"""What a backend offers follows from its first worker and from its configuration."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from voice_server.config import BackendConfig
from voice_server.core.types import Capabilities, Option, Voice
from voice_server.core.wire.child_messages import PROTOCOL_VERSION
from voice_server.core.wire.worker_messages import WorkerReady
from voice_server.errors import RequestError
from voice_server.pool.ready_backend import configured_backend

READY = WorkerReady(
    PROTOCOL_VERSION,
    (Voice("anna", "Anna", "de"),),
    24_000,
    Capabilities(options=(Option("speed", "number", 1.0, 0.5, 2.0), Option("pitch", "number", 50, 0, 100))),
    warm_up_silence_ms=10.0,
)


def config(**changes: Any) -> BackendConfig:
    return BackendConfig(adapter=Path("backend.py"), **changes)


def test_voices_carry_the_name_of_their_backend() -> None:
    offered = configured_backend("mine", config(default_voice="anna"), READY)
    assert [(voice.id, voice.backend) for voice in offered.voices] == [("anna", "mine")]
    assert offered.sample_rate_hz == 24_000


def test_configured_options_become_defaults_and_others_keep_theirs() -> None:
    offered = configured_backend("mine", config(options={"speed": 1.5}), READY)
    assert {option.name: option.default for option in offered.capabilities.options} == {
        "speed": 1.5,
        "pitch": 50,
    }


@pytest.mark.parametrize(
    "changes", [{"options": {"sped": 2}}, {"options": {"speed": 9}}, {"default_voice": "bert"}]
)
def test_what_the_backend_does_not_have_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(RequestError):
        configured_backend("mine", config(**changes), READY)
