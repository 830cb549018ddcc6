"""File formats: one file whatever the cuts, complete to the last sample, all of the same length."""

from __future__ import annotations

import io
import random
from typing import get_args

import av
import numpy as np
import pytest
from av.container import InputContainer

from voice_server.errors import RequestError
from voice_server.sound_files.encoding import (
    FORMATS,
    Encoding,
    PieceBuffer,
    SampleRate,
    chosen_encoding,
    wav_encoding,
)
from voice_server.sound_files.file_formats import FormatName

NAMES: tuple[FormatName, ...] = get_args(FormatName)
SECONDS = 1.37


def speech_like(seconds: float) -> bytes:
    at = np.arange(int(24_000 * seconds)) / 24_000
    wave = 9000 * np.sin(2 * np.pi * 180 * at) * (1 + 0.5 * np.sin(2 * np.pi * 4 * at))
    return wave.astype("<i2").tobytes()


def streamed(encoding: Encoding, pcm: bytes, piece_bytes: int = 960) -> bytes:
    pieces = PieceBuffer()
    encoder = encoding.encoder(pieces)
    taken = [pieces.take()]
    for at in range(0, len(pcm), piece_bytes):
        encoder.encode(pcm[at : at + piece_bytes])
        taken.append(pieces.take())
    encoder.finish()
    return b"".join([*taken, pieces.take()])


def filed(encoding: Encoding, pcm: bytes) -> bytes:
    file = io.BytesIO()
    encoder = encoding.encoder(file, is_file=True)
    encoder.encode(pcm)
    encoder.finish()
    return file.getvalue()


def opened(content: bytes, encoding: Encoding) -> InputContainer:
    """A file that FFmpeg reads; of one without a head it is told what it is."""
    if encoding.format.muxer not in ("f32le", "mulaw", "alaw"):
        return av.open(io.BytesIO(content), "r")
    options = {"sample_rate": str(encoding.sample_rate_hz), "ch_layout": "mono"}
    return av.open(io.BytesIO(content), "r", format=encoding.format.muxer, options=options)


def decoded(content: bytes, encoding: Encoding) -> tuple[float, np.ndarray]:
    """Seconds of sound and the samples."""
    if encoding.format is FORMATS["pcm"]:
        samples = np.frombuffer(content, "<i2").astype(np.float32) / 32768
        return len(samples) / encoding.sample_rate_hz, samples
    with opened(content, encoding) as container:
        resampler = av.AudioResampler("flt", "mono", encoding.sample_rate_hz)
        frames = [one for frame in (*container.decode(audio=0), None) for one in resampler.resample(frame)]
    samples = np.concatenate([frame.to_ndarray()[0] for frame in frames])
    return len(samples) / encoding.sample_rate_hz, samples


@pytest.mark.parametrize(("name", "tag"), [("pcm", 1), ("f32", 3), ("mulaw", 7), ("alaw", 6)])
def test_samples_in_a_wav_file_say_what_they_are(name: FormatName, tag: int) -> None:
    plain = chosen_encoding(name)
    encoding = wav_encoding(plain.format.codec or "pcm_s16le", plain.sample_rate_hz)
    pcm = speech_like(SECONDS)
    _, wanted = decoded(streamed(plain, pcm), plain)
    for content in (streamed(encoding, pcm), filed(encoding, pcm)):
        assert content[:4] == b"RIFF"
        assert int.from_bytes(content[20:22], "little") == tag
        seconds, samples = decoded(content, encoding)
        assert seconds == pytest.approx(SECONDS, abs=0.001)
        assert np.array_equal(samples, wanted)


@pytest.mark.parametrize("name", NAMES)
def test_every_format_plays_as_long_as_the_audio(name: FormatName) -> None:
    pcm = speech_like(SECONDS)
    for content in (streamed(chosen_encoding(name), pcm), filed(chosen_encoding(name), pcm)):
        seconds, _ = decoded(content, chosen_encoding(name))
        assert SECONDS - 0.001 <= seconds <= SECONDS + 0.12


@pytest.mark.parametrize("name", NAMES)
def test_the_end_is_as_loud_as_the_beginning(name: FormatName) -> None:
    encoding = chosen_encoding(name)
    _, samples = decoded(streamed(encoding, speech_like(SECONDS)), encoding)
    last_sound = np.nonzero(np.abs(samples) > 0.05)[0][-1] / encoding.sample_rate_hz
    assert last_sound > SECONDS - 0.02


@pytest.mark.parametrize("name", NAMES)
def test_the_file_is_the_same_however_the_audio_was_cut(name: FormatName) -> None:
    pcm, cut = speech_like(0.5), random.Random(7).randrange(2, 3000, 2)
    encoding = chosen_encoding(name, 16_000)
    whole = decoded(streamed(encoding, pcm, len(pcm)), encoding)[1]
    pieces = decoded(streamed(encoding, pcm, cut), encoding)[1]
    assert len(whole) == len(pieces)
    assert np.allclose(whole, pieces, atol=1e-3), cut


@pytest.mark.parametrize("name", NAMES)
def test_the_first_piece_is_a_head_that_players_know(name: FormatName) -> None:
    head = streamed(chosen_encoding(name), speech_like(0.3))[:8]
    starts = {
        "mp3": b"\xff\xf3",
        "opus": b"OggS",
        "aac": b"\xff\xf1",
        "flac": b"fLaC",
        "wav": b"RIFF\xff\xff\xff\xff",
    }
    assert head.startswith(starts.get(name, b""))


def test_a_whole_wav_states_its_length_and_a_streamed_one_does_not() -> None:
    pcm = speech_like(0.2)
    whole = filed(chosen_encoding("wav"), pcm)
    assert int.from_bytes(whole[4:8], "little") == len(whole) - 8
    assert int.from_bytes(whole[40:44], "little") == len(pcm)
    stream = streamed(chosen_encoding("wav"), pcm)
    assert stream[40:44] == b"\xff" * 4
    assert stream[44:] == pcm == whole[44:]


def test_a_whole_mp3_and_flac_state_their_length() -> None:
    for name in ("mp3", "flac"):
        with av.open(io.BytesIO(filed(chosen_encoding(name), speech_like(SECONDS))), "r") as container:
            assert container.duration is not None
            assert container.duration / 1e6 == pytest.approx(SECONDS, abs=0.05)


@pytest.mark.parametrize("rate", get_args(SampleRate))
@pytest.mark.parametrize("name", NAMES)
def test_every_rate_that_is_offered_can_be_had_or_is_refused_with_a_sentence(
    name: FormatName, rate: int
) -> None:
    if name == "opus" and rate in (22_050, 32_000, 44_100):
        with pytest.raises(RequestError, match="sample_rate must be one of 8000, 12000"):
            chosen_encoding(name, rate)
        return
    encoding = chosen_encoding(name, rate)
    seconds, _ = decoded(streamed(encoding, speech_like(0.3)), encoding)
    assert 0.299 <= seconds <= 0.3 + 0.25  # a codec's frame lasts longer at a low rate


@pytest.mark.parametrize("name", [name for name in NAMES if FORMATS[name].bit_rates])
def test_a_higher_bit_rate_makes_a_larger_file(name: FormatName) -> None:
    low, high = (
        len(streamed(chosen_encoding(name, None, rate), speech_like(1))) for rate in (16_000, 128_000)
    )
    assert low < high


def test_a_bit_rate_that_a_format_does_not_have_is_refused() -> None:
    with pytest.raises(RequestError, match="left out for wav"):
        chosen_encoding("wav", None, 64_000)
    with pytest.raises(RequestError, match="from 6000 to 256000 for opus"):
        chosen_encoding("opus", None, 300_000)
    for name in NAMES:
        limits = FORMATS[name].bit_rates
        for bit_rate in limits or ():
            assert streamed(chosen_encoding(name, None, bit_rate), speech_like(0.1))


def test_what_was_taken_is_not_handed_out_again() -> None:
    pieces = PieceBuffer()
    assert pieces.write(b"ab") == 2
    assert pieces.write(b"c") == 1
    assert pieces.take() == b"abc"
    assert pieces.take() == b""
