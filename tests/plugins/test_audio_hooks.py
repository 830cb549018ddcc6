"""A function of samples becomes a stage; what is no sound is a fault of the plugin."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.plugins.plugging import CONTEXT
from voice_server.errors import PluginFault
from voice_server.plugins.audio_hooks import audio_stage

RATE_HZ = 16_000
PCM = np.array([0, 1, -1, 1000, -1000, 32767, -32768], dtype="<i2").tobytes()


def heard(function: Any, pcm: bytes = PCM) -> list[int]:
    opened = audio_stage("odd.pre_process_audio", "odd", function).open(RATE_HZ, CONTEXT)
    assert opened.to_hz == RATE_HZ
    assert opened.finish() == b""
    return [int(each) for each in np.frombuffer(opened.process(pcm), dtype="<i2")]


def test_a_function_gets_floats_its_rate_and_the_context() -> None:
    told: list[Any] = []
    heard(lambda *arguments: told.append(arguments))
    ((samples, rate, context),) = told
    assert (rate, context) == (RATE_HZ, CONTEXT)
    assert samples.dtype == np.float32
    assert samples.tolist() == [0, 2**-15, -(2**-15), 1000 / 2**15, -1000 / 2**15, 1 - 2**-15, -1]


@given(st.lists(st.integers(-32768, 32767)))
def test_what_is_not_changed_stays_bit_for_bit(samples: list[int]) -> None:
    pcm = np.array(samples, dtype="<i2").tobytes()
    assert heard(lambda samples, *_: samples, pcm) == samples
    assert heard(lambda samples, *_: samples.astype(np.float64), pcm) == samples
    assert heard(lambda *_: None, pcm) == samples


def test_gain_is_applied_and_what_is_too_loud_is_clipped() -> None:
    assert heard(lambda samples, *_: samples * 0.5) == [0, 0, 0, 500, -500, 16384, -16384]
    assert heard(lambda samples, *_: samples * 2)[-2:] == [32767, -32768]


def test_the_array_is_the_plugin_s_own() -> None:
    def in_place(samples: Any, *_: Any) -> Any:
        samples *= 0.5
        return samples

    assert heard(in_place)[3] == 500


def test_the_length_may_change() -> None:
    assert heard(lambda samples, *_: np.repeat(samples, 2)) == [
        each for each in np.frombuffer(PCM, "<i2").tolist() for _ in range(2)
    ]
    assert heard(lambda samples, *_: samples[:0]) == []


@pytest.mark.parametrize(
    ("result", "fault"),
    [
        ([0.0], "returned list and not a numpy array"),
        (np.zeros((7, 2), np.float32), "returned an array of 2 dimensions, and only one is allowed"),
        (np.zeros(7, np.int16), "returned an array of int16, and only float32 and float64 are allowed"),
        (np.zeros(20_000, np.float32), "returned more than 10 times as many samples as it was given"),
        (np.array([0, np.nan], np.float32), "returned samples that are no finite numbers"),
    ],
)
def test_what_is_no_sound_is_a_fault(result: object, fault: str) -> None:
    with pytest.raises(PluginFault) as raised:
        heard(lambda *_: result)
    assert raised.value.message == fault
