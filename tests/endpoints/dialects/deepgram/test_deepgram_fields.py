"""The parameters of Deepgram's addresses."""

from __future__ import annotations

import pytest

from tests.endpoints.serving import run, served
from voice_server.endpoints.dialects.deepgram.deepgram_fields import (
    check_flux_speed,
    deepgram_settings,
    model_uuid,
    socket_encoding,
    wrong_flux_speed,
)
from voice_server.endpoints.http.problems import WrongField


@pytest.mark.parametrize(("name", "rate"), [("linear16", 24_000), ("mulaw", 8000), ("alaw", 8000)])
def test_an_encoding_has_its_usual_rate(name: str, rate: int) -> None:
    assert socket_encoding(name, None).sample_rate_hz == rate
    assert socket_encoding(name, 16_000).sample_rate_hz == 16_000


@pytest.mark.parametrize(
    ("model", "voice"),
    [
        ("", "alba"),
        ("alba", "alba"),
        ("bert", "bert"),
        ("aura-2-andromeda-en", "alba"),
        ("aura-2-julius-de", "bert"),
        ("aura-2-nobody-xx", "alba"),
    ],
)
def test_a_model_is_a_voice_of_ours_or_the_one_of_its_language(model: str, voice: str) -> None:
    async def main() -> None:
        async with served() as server:
            assert deepgram_settings(server.service, model)[0].voice == voice

    run(main)


@pytest.mark.parametrize("speed", [0.5, 0.55, 0.7, 1.0, 1.05, 1.15, 1.3, 1.5])
def test_flux_takes_every_step(speed: float) -> None:
    assert wrong_flux_speed(speed) is None
    check_flux_speed(speed)


@pytest.mark.parametrize(
    ("speed", "code"),
    [
        (0.45, "SPEED_OUT_OF_RANGE"),
        (1.55, "SPEED_OUT_OF_RANGE"),
        (float("nan"), "SPEED_OUT_OF_RANGE"),
        (1.01, "SPEED_INCREMENT_INVALID"),
        (1.001, "SPEED_INCREMENT_INVALID"),
    ],
)
def test_flux_takes_no_other_speed(speed: float, code: str) -> None:
    wrong = wrong_flux_speed(speed)
    assert wrong is not None
    assert wrong[0] == code
    with pytest.raises(WrongField, match="speed must be"):
        check_flux_speed(speed)


def test_a_voice_has_the_same_uuid_every_time() -> None:
    assert model_uuid("alba") == model_uuid("alba") != model_uuid("bert")
