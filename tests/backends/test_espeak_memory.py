"""The synthesizer's variables, found in the library's own symbol table."""

from __future__ import annotations

import ctypes
import platform
import struct
import sys
from pathlib import Path

import espeakng_loader
import pytest

from tts_backends.espeak.backend import Backend
from tts_backends.espeak.memory import SynthesizerMemory, _symbols


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux builds of the library carry a symbol table")
def test_the_library_that_is_shipped_repeats_itself() -> None:
    library = Backend()._library
    assert library._memory.complete
    assert platform.machine() in {"x86_64", "aarch64"}


@pytest.mark.parametrize("content", [b"", b"MZ\x90\x00", b"\xcf\xfa\xed\xfe" + bytes(100)])
def test_a_file_of_another_kind_has_no_symbols(content: bytes) -> None:
    assert list(_symbols(content)) == []


def test_without_symbols_nothing_is_restored_and_it_says_so(tmp_path: Path) -> None:
    stripped = tmp_path / "library"
    stripped.write_bytes(b"no library")
    memory = SynthesizerMemory(stripped, ctypes.CDLL(espeakng_loader.get_library_path()))
    assert not memory.complete
    memory.restore()
    memory.restore_settings()


def test_an_elf_file_without_a_symbol_table_has_no_symbols() -> None:
    header = bytearray(64)
    header[:6] = b"\x7fELF\x02\x01"
    struct.pack_into("<Q", header, 0x28, 64)
    struct.pack_into("<HH", header, 0x3A, 64, 1)
    assert list(_symbols(bytes(header) + bytes(64))) == []
