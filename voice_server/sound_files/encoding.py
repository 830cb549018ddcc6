"""PCM into the file formats that clients ask for, piece by piece as it is rendered.

One `Encoding` is a format with its sample rate and bit rate, checked. Its encoder writes into anything with
`write`; in a file that can seek it also corrects the head at the end, so that a whole file states its
length. Laws: the bytes are those of one file however the PCM was cut, one header at the start; `finish`
writes everything that an encoder holds back; all formats play as long as the PCM, to within 0.12 s at 24 kHz
(mp3 and aac add their encoder's delay, which their streams have no place to state).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, Literal, Protocol, get_args

import numpy as np

from voice_server.core.audio.resample import Resampler
from voice_server.core.audio.wav_header import wav_header
from voice_server.core.types import SAMPLE_RATE_HZ
from voice_server.errors import RequestError
from voice_server.sound_files.file_formats import FormatName

SampleRate = Literal[8000, 12000, 16000, 22050, 24000, 32000, 44100, 48000]

_OPUS_RATES = frozenset({8000, 12000, 16000, 24000, 48000})
_STREAM_OPTIONS = {"flush_packets": "1", "write_xing": "0", "id3v2_version": "0", "page_duration": "20000"}


@dataclass(frozen=True, slots=True)
class AudioFormat:
    """A file format: its media type, and where PyAV encodes it, muxer, codec, bit rates and settings.

    `takes_long` says that a second of it costs milliseconds.
    """

    name: FormatName
    media_type: str
    muxer: str = ""
    codec: str = ""
    takes_long: bool = False
    bit_rates: tuple[int, int] | None = None
    usual_bit_rate: int | None = None
    usual_rate_hz: int = SAMPLE_RATE_HZ
    settings: tuple[tuple[str, str], ...] = ()


FORMATS: dict[FormatName, AudioFormat] = {
    each.name: each
    for each in (
        # Level 5 costs a third of lame's default, and speech at these rates sounds no different.
        AudioFormat(
            "mp3",
            "audio/mpeg",
            "mp3",
            "libmp3lame",
            takes_long=True,
            bit_rates=(8_000, 320_000),
            usual_bit_rate=96_000,
            settings=(("compression_level", "5"),),
        ),
        AudioFormat(
            "opus",
            "audio/ogg",
            "ogg",
            "libopus",
            takes_long=True,
            bit_rates=(6_000, 256_000),
            usual_bit_rate=48_000,
        ),
        AudioFormat(
            "aac",
            "audio/aac",
            "adts",
            "aac",
            takes_long=True,
            bit_rates=(8_000, 320_000),
            usual_bit_rate=96_000,
            settings=(("aac_coder", "fast"),),
        ),
        AudioFormat("flac", "audio/flac", "flac", "flac", takes_long=True),
        AudioFormat("wav", "audio/wav"),
        AudioFormat("pcm", "audio/pcm"),
        AudioFormat("f32", "audio/x-f32le", "f32le", "pcm_f32le"),
        # RFC 3551 names these two PCMU and PCMA; telephony has 8000 Hz.
        AudioFormat("mulaw", "audio/PCMU", "mulaw", "pcm_mulaw", usual_rate_hz=8000),
        AudioFormat("alaw", "audio/PCMA", "alaw", "pcm_alaw", usual_rate_hz=8000),
    )
}
"""Every format by the name that requests use."""


AUDIO_TYPES: Mapping[str, object] = {each.media_type: None for each in FORMATS.values()}
"""The answer of a route that sends audio in any format."""


class ByteSink(Protocol):
    """Where encoded bytes go; one that can also `seek` and `tell` gets a corrected head at the end."""

    def write(self, data: bytes, /) -> int:
        """Take bytes and return how many."""


class Encoder(Protocol):
    """Writes one file."""

    def encode(self, pcm: bytes) -> None:
        """Take PCM at 24 000 Hz."""

    def finish(self) -> None:
        """Write everything that is held back; nothing may follow."""


@dataclass(frozen=True, slots=True)
class Encoding:
    """A format with the sample rate and bit rate to use."""

    format: AudioFormat
    sample_rate_hz: int = SAMPLE_RATE_HZ
    bit_rate: int | None = None

    @property
    def takes_long(self) -> bool:
        """Whether encoding costs enough to be done beside the event loop."""
        return self.format.takes_long

    def encoder(self, sink: ByteSink, *, is_file: bool = False) -> Encoder:
        """An encoder into `sink`; `is_file` says that it can seek. Raises RequestError without FFmpeg."""
        resampler = Resampler(SAMPLE_RATE_HZ, self.sample_rate_hz)
        if self.format.codec:
            return _CodecEncoder(self, sink, resampler, is_file=is_file)
        return _PlainEncoder(self, sink, resampler, is_file=is_file)


def chosen_encoding(
    name: FormatName, sample_rate: int | None = None, bit_rate: int | None = None
) -> Encoding:
    """The encoding of a request. Raises RequestError for what the format cannot do."""
    chosen = FORMATS[name]
    rate = sample_rate or chosen.usual_rate_hz
    if name == "opus" and rate not in _OPUS_RATES:
        rates = ", ".join(map(str, sorted(_OPUS_RATES)))
        raise RequestError(
            f"sample_rate must be one of {rates} for opus, not {rate}", code="invalid_sample_rate"
        )
    if bit_rate is None:
        return Encoding(chosen, rate, chosen.usual_bit_rate)
    if chosen.bit_rates is None:
        raise RequestError(f"bit_rate must be left out for {name}, which has none", code="invalid_bit_rate")
    low, high = chosen.bit_rates
    if not low <= bit_rate <= high:
        raise RequestError(
            f"bit_rate must be a number of bits a second from {low} to {high} for {name}, not {bit_rate}",
            code="invalid_bit_rate",
        )
    return Encoding(chosen, rate, bit_rate)


def wav_encoding(codec: str, sample_rate: int = SAMPLE_RATE_HZ) -> Encoding:
    """A WAV file of a codec as FFmpeg names it: pcm_s16le, pcm_f32le, pcm_mulaw or pcm_alaw."""
    plain = FORMATS["wav"]
    return Encoding(plain if codec == "pcm_s16le" else replace(plain, muxer="wav", codec=codec), sample_rate)


class _PlainEncoder:
    """PCM as it is, behind a header for wav."""

    def __init__(self, encoding: Encoding, sink: Any, resampler: Resampler, *, is_file: bool) -> None:
        self._sink = sink
        self._resampler = resampler
        self._is_file = is_file
        self._is_wav = encoding.format.name == "wav"
        self._written = 0
        if self._is_wav:
            sink.write(wav_header(resampler.to_hz, None))

    def encode(self, pcm: bytes) -> None:
        self._write(self._resampler.process(pcm))

    def finish(self) -> None:
        self._write(self._resampler.finish())
        if self._is_wav and self._is_file:
            self._sink.seek(0)
            self._sink.write(wav_header(self._resampler.to_hz, self._written))

    def _write(self, pcm: bytes) -> None:
        if pcm:
            self._written += len(pcm)
            self._sink.write(pcm)


class _CodecEncoder:
    """An encoder and a container of FFmpeg's."""

    def __init__(self, encoding: Encoding, sink: Any, resampler: Resampler, *, is_file: bool) -> None:
        form = encoding.format
        self._resampler = resampler
        self._samples = 0
        try:
            import av  # noqa: PLC0415 - 20 MB that a server needs once somebody wants an encoded file
        except ImportError:
            raise RequestError(
                f"{form.name} is encoded by the package av (FFmpeg), which cannot be loaded here; "
                "wav and pcm do without",
                code="no_encoder",
            ) from None

        self._new_frame = av.AudioFrame.from_ndarray
        options = {} if is_file else _STREAM_OPTIONS
        self._container = av.open(sink, "w", format=form.muxer, container_options=options)
        stream = self._container.add_stream(
            form.codec, rate=encoding.sample_rate_hz, layout="mono", options=dict(form.settings)
        )
        assert isinstance(stream, av.AudioStream)
        self._stream = stream
        if encoding.bit_rate is not None:
            self._stream.codec_context.bit_rate = encoding.bit_rate
        self._container.start_encoding()

    def encode(self, pcm: bytes) -> None:
        resampled = self._resampler.process(pcm)
        if resampled:
            self._encode(resampled)

    def finish(self) -> None:
        rest = self._resampler.finish()
        if rest:
            self._encode(rest)
        self._container.mux(self._stream.encode(None))
        self._container.close()

    def _encode(self, pcm: bytes) -> None:
        samples = np.frombuffer(pcm, "<i2").reshape(1, -1)
        frame = self._new_frame(samples, format="s16", layout="mono")
        frame.sample_rate = self._resampler.to_hz
        frame.time_base = Fraction(1, self._resampler.to_hz)
        frame.pts = self._samples
        self._samples += samples.shape[1]
        self._container.mux(self._stream.encode(frame))


class PieceBuffer:
    """A sink from which the bytes written since the last `take` can be taken."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def write(self, data: bytes, /) -> int:
        """Keep bytes."""
        self._pieces.append(bytes(data))
        return len(data)

    def take(self) -> bytes:
        """Return what was kept."""
        taken = b"".join(self._pieces)
        self._pieces.clear()
        return taken


assert set(FORMATS) == set(get_args(FormatName))
