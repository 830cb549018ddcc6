"""Restores the synthesizer's state before each text, so that the same text gives the same samples.

espeak-ng keeps state between texts that its interface cannot reset: the position in its pitch flutter, the
phase of the voice, filters, a loudness limiter, and after an aborted text the rest of a sound. A retried
sentence must continue the samples of the first attempt exactly, so this state has to be reset.

The addresses of those variables are read from the library file's own symbol table, their values are copied
once when the library is opened, and copied back before every text. They are plain numbers, pointers that were
null at the start, and pointers to constants; nothing that the library allocates is touched. A library without
a symbol table (another build, macOS, Windows) speaks too, but its samples differ a little from one time to
the next: `complete` is false then.
"""

from __future__ import annotations

import ctypes
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

# Of espeak-ng 1.52; compilers add ".123" to variables inside functions, and names may stand for more than
# one.
_WAVEGEN = (
    "Flutter_ix agc cycle_count h_switch_sign amplitude2 maxh maxh2 hswitch harmspect hspect harm_inc peaks "
    "peak_harmonic peak_height nsamples samplecount samplecount_start end_wave wavephase phaseinc "
    "cycle_samples cbytes hf_factor amp_ix amp_inc amplitude_env modulation_type glottal_flag glottal_reduce "
    "wdata rbreath n_samples ix resume echo_complete echo_buf"
)
_KLATT = (
    "time_count nlast noise voice. vlast glotlast vwave skew klattp klattp1 klattp_inc prev_fr sample_count "
    "kt_frame kt_globals"
)
_SYNTHESIZE = (
    "last_frame last_wcmdq last_amp_cmd last_pitch_cmd pitch_length amp_length modn_flags fmt_amplitude "
    "syllable_start syllable_end syllable_centre wave_flag embedded_ix word_count sourceix worddata"
)
_SETTINGS = "embedded_value"  # pitch, volume, emphasis as they are at this place of the text
_NEEDED = frozenset(f"{_WAVEGEN} {_KLATT} {_SYNTHESIZE} {_SETTINGS}".split())
_ANCHOR = (
    "espeak_Synth"  # in the symbol table and in the loaded library: the difference is where it was loaded
)


_Kept = tuple[int, bytes]


@dataclass(frozen=True, slots=True)
class _Symbol:
    name: str
    address: int
    size: int


class SynthesizerMemory:
    """The state that the library has now; `restore` puts it back later."""

    def __init__(self, library_path: Path, library: ctypes.CDLL) -> None:
        symbols = sorted(_symbols(library_path.read_bytes()), key=lambda symbol: symbol.address)
        anchor = next((symbol.address for symbol in symbols if symbol.name == _ANCHOR), 0)
        self.complete = bool(anchor) and {_base_name(symbol.name) for symbol in symbols} >= _NEEDED
        loaded_at = (ctypes.cast(library.espeak_Synth, ctypes.c_void_p).value or 0) - anchor

        def keep(names: frozenset[str]) -> list[_Kept]:
            if not self.complete:
                return []
            return [
                (loaded_at + start, ctypes.string_at(loaded_at + start, end - start))
                for start, end in _spans(symbols, names)
            ]

        self._state = keep(_NEEDED - {_SETTINGS})
        self._settings = keep(frozenset({_SETTINGS}))

    def restore(self) -> None:
        """Put back everything but the settings; about 20 microseconds."""
        _write(self._state)

    def restore_settings(self) -> None:
        """Put back pitch, volume and emphasis, as markup may have left them."""
        _write(self._settings)


def _write(variables: list[_Kept]) -> None:
    for address, value in variables:
        ctypes.memmove(address, value, len(value))


def _spans(symbols: list[_Symbol], names: frozenset[str]) -> Iterator[tuple[int, int]]:
    """Where the named variables lie; neighbours together, since every copy has its price."""
    span: tuple[int, int] | None = None
    for symbol in symbols:
        if _base_name(symbol.name) in names:
            span = (symbol.address if span is None else span[0], symbol.address + symbol.size)
        elif span is not None:
            yield span
            span = None
    if span is not None:
        yield span


def _base_name(name: str) -> str:
    """The name without the compiler's number; `voice.` keeps its dot, since `voice` is another variable."""
    base, dot, _number = name.partition(".")
    return base + dot if base + dot in _NEEDED else base


def _symbols(image: bytes) -> Iterator[_Symbol]:
    """The variables and functions in a 64-bit little-endian ELF file's full symbol table; nothing for other
    files.

    Offsets are those of the System V ABI: Elf64_Ehdr, Elf64_Shdr, Elf64_Sym.
    """
    if image[:6] != b"\x7fELF\x02\x01":
        return
    (sections_at,) = struct.unpack_from("<Q", image, 0x28)
    section_size, n_sections = struct.unpack_from("<HH", image, 0x3A)
    sections = [
        struct.unpack_from("<IIQQQQIIQQ", image, sections_at + i * section_size) for i in range(n_sections)
    ]
    for _name, kind, _flags, _address, offset, size, link, *_rest in sections:
        if kind != 2:  # SHT_SYMTAB
            continue
        names_at = sections[link][4]
        for name, info, _other, _section, address, length in struct.iter_unpack(
            "<IBBHQQ", image[offset : offset + size]
        ):
            if info & 0xF in {1, 2}:  # STT_OBJECT, STT_FUNC
                end = image.index(b"\0", names_at + name)
                yield _Symbol(image[names_at + name : end].decode(), address, length)
