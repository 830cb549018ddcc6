"""Kokoro's network on ONNX Runtime: reading and prosody at once, the vocoder in windows.

The first window is short, so that sound starts inside the sentence, and each next one longer, since the
frames that a window needs on either side cost as much as those that it gives. In windows the vocoder's
norms use what is to be expected of the voice (VoiceStatistics). A short sentence, one with more silence than
any that was measured, one of a mix whose speakers are not all measured yet, and any with `exact`, is rendered
whole, and they use its own.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, repeat
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any

import numpy as np

from .checkpoint import NORM_EPSILON, STYLE_SIZE, Array, Speakers, mixed
from .prepared_graphs import PreparedGraphs, prepared_graphs
from .sound import SAMPLES_PER_FRAME, Sound
from .voice_statistics import CALIBRATION, Statistics, VoiceMoments, VoiceStatistics

if TYPE_CHECKING:
    import onnxruntime

_VALUES_PER_FRAME = 2
"""The pitch and the vocoder's input have two values in a frame of 25 ms."""
_SAMPLES_PER_VALUE = SAMPLES_PER_FRAME // _VALUES_PER_FRAME
_SOURCE_PER_VALUE = 60
_REACH = 11
"""Values on either side that a sample depends on, once the norms do not depend on the sentence: 9 with
floats, 11 with integers of 8 bits, whose rounding makes more of what hardly counts."""
_WINDOWS: tuple[int, ...] = (32, 44, 88, 160)
"""The first windows; the last size goes on. The second is hardly longer than the first, of which a part is
silence, so that it is there in time on a slow processor too."""
_VALUES_BEFORE_SOUND, _MOST_SKIPPED = 14, 16
"""Sound begins up to 135 ms before the end of the first frames (54 voices measured), and at low speeds, where
they are longer, not later: never before 240 ms."""
_WHOLE = 144
"""A sentence with no more values than these, 1.8 s with the silence at its edges, is rendered whole: with so
few phonemes its norms are not those of others, at half the pace as little as at the voice's own."""
_SLOWEST_WHOLE = 0.5
"""More slowly a sentence must be shorter, so that its first sound need not wait for 3.6 s of it."""
_MORE_SILENCE = 0.02
"""So much more than in any sentence that was measured may be the share of silence of one in windows."""
_POLL_S = 0.01
_CALIBRATION_VOICES = ("af_heart", "am_michael", "bf_emma", "zm_yunxi", "jf_alpha", "ef_dora")
_CALIBRATION_SEED = 0
_PEAK_SENTENCES = (
    "ðə tɹˈAn wəz lˈAt əɡˈɛn, sˌO wi wˈɔkt əlˈɔŋ ðə ɹˈɪvəɹ ænd wˈɑʧt ðə bˈOts kˌʌm ˈɪn.",
    "wˌʌt wʊd ju lˈIk fɔɹ bɹˈɛkfəst, ˈɛɡz ɔɹ ʤˈʌst sˌʌm frˈuːt?",
)
"""In which the vocoder's magnitudes are observed."""

Poll = Callable[[], object]


@dataclass(frozen=True, slots=True)
class _Prosody:
    """What the vocoder is given of one sentence."""

    frames: list[int]
    x: Array
    source: Array
    gains: Array
    biases: Array

    @property
    def silence(self) -> float:
        """The share of the sentence that the silence before and behind it takes."""
        return (self.frames[0] + self.frames[-1]) / sum(self.frames)

    def window(self, start: int, end: int) -> dict[str, Array]:
        """The inputs for the values from `start` to `end`."""
        source = self.source[:, :, :, start * _SOURCE_PER_VALUE : end * _SOURCE_PER_VALUE + 1]
        return {"x": self.x[:, :, :, start:end], "source": source}


def is_short(n_values: int, speed: float) -> bool:
    """Whether a sentence, which has so many values at this speed, has too few phonemes for windows."""
    return n_values * min(max(speed, _SLOWEST_WHOLE), 1.0) <= _WHOLE


class OnnxModel:
    """The network on a CPU."""

    device = "cpu"

    def __init__(self, folder: Path, read_voice: Callable[[str], Array]) -> None:
        self._read_voice = read_voice
        self._n_threads = int(os.environ.get("OMP_NUM_THREADS") or os.cpu_count() or 1)
        self._sessions: dict[str, onnxruntime.InferenceSession] = {}
        self._graphs = prepared_graphs(folder, self._calibration_inputs)
        self._statistics = VoiceStatistics(self._graphs.folder)
        self.phonemes = frozenset(self._graphs.vocabulary)

    def use_threads(self, count: int) -> None:
        """Render with so many threads from now on."""
        if count != self._n_threads:
            self._n_threads = count
            self._sessions.clear()

    def speak(
        self, phonemes: str, speakers: Speakers, speed: float, seed: int, poll: Poll, *, exact: bool = False
    ) -> Sound:
        """Speak at most 510 phonemes with a mix of speakers.

        `poll` is called again and again; what it raises ends the work.
        """
        style = np.ascontiguousarray(mixed(speakers)[len(phonemes) - 1], np.float32)
        prosody = self._prosody(phonemes, style, speed, seed, poll)
        # The model says how long its silence before the first phoneme is: that need not be rendered.
        start = _VALUES_PER_FRAME * prosody.frames[0] - _VALUES_BEFORE_SOUND
        start = min(max(0, start), _MOST_SKIPPED)
        if exact:
            samples, _ = self._whole(prosody, "vocoder", poll)
            pieces = iter([samples[start * _SAMPLES_PER_VALUE :]])
            return Sound(prosody.frames, start * _SAMPLES_PER_VALUE, pieces)
        # Asked for a short sentence too, so that the set-up's "Ready." has the first voice measured.
        statistics = self._expected(speakers, prosody, poll)
        if statistics is None or is_short(prosody.x.shape[3], speed):
            samples, _ = self._whole(prosody, self._graphs.vocoder, poll)
            pieces = iter([samples[start * _SAMPLES_PER_VALUE :]])
        else:
            pieces = self._windows(prosody, statistics, start, poll)
        return Sound(prosody.frames, start * _SAMPLES_PER_VALUE, pieces)

    def _prosody(self, phonemes: str, style: Array, speed: float, seed: int, poll: Poll) -> _Prosody:
        vocabulary = self._graphs.vocabulary
        tokens = np.array([0, *[vocabulary[each] for each in phonemes if each in vocabulary], 0])
        sound, manner = style[:, :STYLE_SIZE], style[:, STYLE_SIZE:]
        speeds = np.array([speed], np.float32)
        frames, *features = self._run("text", {"tokens": tokens, "style": manner, "speed": speeds}, poll)
        inputs = dict(
            zip(("prosody", "sound"), (np.repeat(each, frames, 0) for each in features), strict=True)
        )
        pitch, x, gains, biases = self._run("prosody", {**inputs, "style": manner, "voice": sound}, poll)
        source = self._graphs.source.spectrum(pitch, _SAMPLES_PER_VALUE, seed)
        return _Prosody(frames.tolist(), x, source, gains, biases)

    def _whole(self, prosody: _Prosody, vocoder: str, poll: Poll) -> tuple[Array, Statistics]:
        """Render a sentence at once, and measure what its norms are given."""
        inputs = _exactly(prosody)
        samples, means, variances = self._run(vocoder, inputs, poll)
        return samples, Statistics(means, variances)

    def _windows(self, prosody: _Prosody, statistics: Statistics, start: int, poll: Poll) -> Iterator[Array]:
        scales = prosody.gains / np.sqrt(statistics.variances + NORM_EPSILON)
        shifts = prosody.biases - statistics.means * scales
        given = {"scales": scales, "shifts": shifts, "exact": np.array(False)}
        n_values = prosody.x.shape[3]
        sizes = chain(_WINDOWS, repeat(_WINDOWS[-1]))
        while start < n_values:
            end = start + next(sizes)
            # A short rest would be all overlap.
            end = n_values if n_values - end < _WINDOWS[0] else end
            low, high = max(0, start - _REACH), min(n_values, end + _REACH)
            (samples,) = self._run(
                self._graphs.vocoder, prosody.window(low, high) | given, poll, outputs=["samples"]
            )
            yield samples[(start - low) * _SAMPLES_PER_VALUE : (end - low) * _SAMPLES_PER_VALUE]
            start = end

    def _expected(self, speakers: Speakers, prosody: _Prosody, poll: Poll) -> Statistics | None:
        """What to expect of a sentence.

        None for one that is hardly more than silence, and while a mix has speakers that were never measured.
        """
        voices = [voice for _, voice in speakers]
        moments = self._statistics.of(voices, prosody.gains.size, lambda voice: self._measure(voice, poll))
        if moments is None or prosody.silence > min(of.most_silence for of in moments) + _MORE_SILENCE:
            return None
        return Statistics.mixed(
            [(share, of.at(prosody.silence)) for (share, _), of in zip(speakers, moments, strict=True)]
        )

    def _measure(self, voice: Array, poll: Poll) -> VoiceMoments:
        measured = []
        for phonemes in CALIBRATION:
            style = np.ascontiguousarray(voice[len(phonemes) - 1], np.float32)
            prosody = self._prosody(phonemes, style, 1.0, _CALIBRATION_SEED, poll)
            measured.append((prosody.silence, self._whole(prosody, self._graphs.vocoder, poll)[1]))
        return VoiceMoments.of(measured)

    def _calibration_inputs(self, graphs: PreparedGraphs) -> list[dict[str, Any]]:
        """What the vocoder is given by several voices; fewer where the folder lacks some."""
        self._graphs = graphs
        inputs = []
        for speaker, phonemes in zip(_CALIBRATION_VOICES, _PEAK_SENTENCES * 3, strict=True):
            try:
                voice = self._read_voice(speaker)
            except FileNotFoundError:
                continue
            style = np.ascontiguousarray(voice[len(phonemes) - 1], np.float32)
            inputs.append(_exactly(self._prosody(phonemes, style, 1.0, _CALIBRATION_SEED, lambda: None)))
        self._sessions.clear()
        return inputs

    def _run(
        self, name: str, inputs: Mapping[str, Any], poll: Poll, outputs: list[str] | None = None
    ) -> list[Any]:
        """Run a graph on a thread of its own, which ends as soon as `poll` raises."""
        session = self._sessions.get(name)
        if session is None:
            session = self._sessions[name] = self._graphs.session(name, self._n_threads)
        import onnxruntime  # noqa: PLC0415 - see prepared_graphs.py

        run_options = onnxruntime.RunOptions()
        outcome: list[Any] = []

        def work() -> None:
            try:
                outcome.append(session.run(outputs, inputs, run_options))
            except Exception as error:
                outcome.append(error)

        thread = Thread(target=work)
        thread.start()
        try:
            while thread.is_alive():
                poll()
                thread.join(_POLL_S)
        except BaseException:
            run_options.terminate = True
            thread.join()
            raise
        if isinstance(outcome[0], Exception):
            raise outcome[0]
        results: list[Any] = outcome[0]
        return results


def _exactly(prosody: _Prosody) -> dict[str, Any]:
    given = {"scales": prosody.gains, "shifts": prosody.biases, "exact": np.array(True)}
    return prosody.window(0, prosody.x.shape[3]) | given
