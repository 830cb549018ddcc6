"""Sound goes through the stages in order, and words keep to it whatever its length becomes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.plugins.plugging import CONTEXT, plugin_of, run
from voice_server.core.types import SAMPLE_RATE_HZ, Frame, SpeechWarning, WordMark
from voice_server.plugins.audio_path import AudioPath
from voice_server.plugins.discovery import FoundPlugin
from voice_server.plugins.isolation import PluginThread
from voice_server.plugins.registration import Registration

SECOND = np.full(SAMPLE_RATE_HZ, 1000, "<i2").tobytes()
Items = list[Frame | WordMark | SpeechWarning]


def through(plugins: list[FoundPlugin], frames: list[Frame], marks: tuple[WordMark, ...] = ()) -> list[Items]:
    """What comes out after each frame, and at the end; the marks are there first."""
    taken: list[Items] = []

    async def main() -> None:
        threads = {plugin.name: PluginThread(plugin.name, 5.0) for plugin in plugins}
        path = AudioPath(Registration(plugins).pipeline().audio_stages, threads, CONTEXT)
        for mark in marks:
            path.add_mark(mark)
        taken.extend([await path.process(frame) for frame in frames])
        taken.append(await path.finish())
        for thread in threads.values():
            thread.close()

    run(main)
    return taken


def seconds(count: int, rate_hz: int = SAMPLE_RATE_HZ) -> list[Frame]:
    return [Frame(np.full(rate_hz, 1000, "<i2").tobytes(), rate_hz)] * count


def test_sound_is_changed_before_and_behind_the_resampling() -> None:
    rates: list[int] = []

    def doubled(samples: Any, rate: int) -> Any:
        rates.append(rate)
        return samples * 2

    plugins = [plugin_of("odd", pre_process_audio=doubled, post_process_audio=doubled)]
    taken = through(plugins, seconds(2, 22_050))
    frames = [item for items in taken for item in items]
    assert all(isinstance(item, Frame) and item.sample_rate_hz == SAMPLE_RATE_HZ for item in frames)
    samples = np.frombuffer(b"".join(frame.pcm for frame in frames if isinstance(frame, Frame)), "<i2")
    assert abs(len(samples) - 2 * SAMPLE_RATE_HZ) <= 1
    assert set(samples[1000:-1000].tolist()) <= {3999, 4000, 4001}
    assert rates == [22_050, SAMPLE_RATE_HZ] * 2 + [SAMPLE_RATE_HZ]


def test_a_word_comes_ahead_of_the_sound_in_which_it_ends_and_at_its_time() -> None:
    marks = (WordMark("a", 100, 500, 0, 1), WordMark("b", 900, 1500, 2, 3), WordMark("c", 1900, 2500, 4, 5))
    longer = [plugin_of("odd", post_process_audio=lambda samples: np.repeat(samples, 2))]
    first, second, last = through(longer, seconds(2), marks)
    double = 2 * SECOND
    assert first == [WordMark("a", 200, 1000, 0, 1), Frame(double, SAMPLE_RATE_HZ)]
    assert second == [WordMark("b", 1800, 3000, 2, 3), Frame(double, SAMPLE_RATE_HZ)]
    assert last == [WordMark("c", 3800, 4500, 4, 5)]


def test_word_times_go_through_every_stage_that_changes_the_length() -> None:
    plugins = [
        plugin_of("half", post_process_audio=lambda samples: samples[::2]),
        plugin_of("long", post_process_audio=lambda samples: np.repeat(samples, 3)),
    ]
    (first, _) = through(plugins, seconds(1), (WordMark("a", 400, 800, 0, 1),))
    assert first[0] == WordMark("a", pytest.approx(600), pytest.approx(1200), 0, 1)  # type: ignore[arg-type]


def test_a_plugin_that_fails_leaves_its_piece_as_it_was_and_is_told_of_once() -> None:
    def failing(samples: Any, context: Any) -> Any:
        assert context is CONTEXT
        raise ValueError("no")

    plugins = [plugin_of("odd", post_process_audio=failing), plugin_of("half", post_process_audio=halved)]
    first, second, last = through(plugins, seconds(2))
    half = Frame(np.full(SAMPLE_RATE_HZ, 500, "<i2").tobytes(), SAMPLE_RATE_HZ)
    message = "the plugin odd raised ValueError; odd.post_process_audio is left out"
    assert first == [SpeechWarning("plugin_failed", message), half]
    assert (second, last) == ([half], [])


def halved(samples: Any) -> Any:
    return samples * 0.5


def test_silence_of_a_plugin_is_no_frame_and_no_sound_is_none() -> None:
    silent = [plugin_of("odd", pre_process_audio=lambda samples: samples[:0])]
    mark = WordMark("a", 100, 500, 0, 1)
    assert through(silent, seconds(1), (mark,)) == [[WordMark("a", 0, 0, 0, 1)], []]
    assert through(silent, [], (mark,)) == [[mark]]
