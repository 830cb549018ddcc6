"""espeak-ng's shared library through ctypes: its structures, its voices, one text spoken at a time.

Facts come from the library's public header (`espeak-ng/speak_lib.h`, API revision 12, espeak-ng 1.52).
The library is one set of C globals: a process opens it once and speaks one text at a time.

Rules:
* Nothing of one text is heard in the next: every parameter is set anew, and `memory.py` puts the synthesizer
  back into the state it had when the library was opened.
* A buffer is handed out as soon as it is full or a clause ends. Buffers start at 60 ms, so that the first
  sound is early, and each is four times as long as the last, up to 3840 ms, because each one costs a call
  from C into Python.
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path

from .memory import SynthesizerMemory
from .stretch import Stretcher

_AUDIO_OUTPUT_SYNCHRONOUS = 2
_OUTPUT_MODE_SYNCHRONOUS = 1  # the same in the words of espeak_ng.h
_DO_NOT_EXIT = 0x8000  # without it a missing data folder ends the process
_CHARS_UTF8 = 1
_SSML = 0x10
_PHONEMES = 0x100  # what stands in [[ ]] is names of sounds
_AS_IPA = 2
_PARTED_BY = ord("_") << 8
_POSITION_CHARACTER = 1
_FIRST_BUFFER_MS = 60  # the least that the library accepts
_LARGEST_BUFFER_MS = 3840
_BUFFER_GROWTH = 4
_SEED = 1
_LONGEST_PATH_BYTES = 120
"""The library has 160 bytes for the data folder and a file in it, and cuts longer paths silently."""

PUNCTUATION_LISTED = 2
"""espeakPUNCT_SOME. To ask for all marks is not safe: the names of rare ones overrun a buffer."""


class Parameter(IntEnum):
    """espeak_PARAMETER: what can be set for a text."""

    RATE = 1
    VOLUME = 2
    PITCH = 3
    RANGE = 4
    PUNCTUATION = 5
    CAPITALS = 6
    WORD_GAP = 7
    INTONATION = 9


_VOICE_PARAMETERS = (Parameter.PITCH, Parameter.VOLUME)
_TEXT_PARAMETERS = (
    Parameter.RATE,
    Parameter.RANGE,
    Parameter.PUNCTUATION,
    Parameter.CAPITALS,
    Parameter.WORD_GAP,
)


class EventKind(IntEnum):
    """espeak_EVENT_TYPE, as far as it is used here."""

    WORD = 1
    SENTENCE = 2
    END = 5


class _Event(ctypes.Structure):
    """espeak_EVENT; the union at its end is not read."""

    _fields_ = (
        ("kind", ctypes.c_int),
        ("identifier", ctypes.c_uint),
        ("position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_ms", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("name", ctypes.c_char * 8),
    )


_SYNTH_ARGUMENTS = (
    ctypes.c_char_p,  # text
    ctypes.c_size_t,  # its size
    ctypes.c_uint,  # start
    ctypes.c_int,  # what the start counts
    ctypes.c_uint,  # end
    ctypes.c_uint,  # flags
    ctypes.c_void_p,  # where to write an identifier
    ctypes.c_void_p,  # user data
)


class _VoiceRecord(ctypes.Structure):
    """espeak_VOICE; `languages` is a list of (priority byte, zero-ended string), ended by a zero byte."""

    _fields_ = (
        ("name", ctypes.c_char_p),
        ("languages", ctypes.c_void_p),
        ("identifier", ctypes.c_char_p),
        ("gender", ctypes.c_ubyte),
        ("age", ctypes.c_ubyte),
        ("variant", ctypes.c_ubyte),
        ("internal", ctypes.c_ubyte),
        ("score", ctypes.c_int),
        ("spare", ctypes.c_void_p),
    )


_Callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p)


@dataclass(frozen=True, slots=True)
class Event:
    """Something that begins at `sample`; `position` (from 1) and `length` count characters of the text."""

    kind: int
    position: int
    length: int
    sample: int


@dataclass(frozen=True, slots=True)
class VoiceFile:
    """A language or a variant as the library lists it; `identifier` is its file within the data folder."""

    name: str
    languages: tuple[str, ...]
    identifier: str
    gender: str


OnBuffer = Callable[[bytes, list[Event]], bool]
"""Takes one buffer of PCM with its events; true stops the synthesis."""


class Library:
    """The opened library. Open it once a process; not for two threads at once.

    Raises:
        RuntimeError: the library cannot read its data folder.
    """

    def __init__(self, library_path: Path, data_path: Path) -> None:
        self._c = ctypes.CDLL(str(library_path))
        self._libc = ctypes.CDLL(None) if os.name == "posix" else ctypes.cdll.msvcrt
        self._c.espeak_ListVoices.restype = ctypes.POINTER(ctypes.POINTER(_VoiceRecord))
        self._c.espeak_Synth.argtypes = _SYNTH_ARGUMENTS
        self._c.espeak_ng_SetRandSeed.argtypes = (ctypes.c_long,)
        self._c.espeak_TextToPhonemes.argtypes = (ctypes.POINTER(ctypes.c_char_p), ctypes.c_int, ctypes.c_int)
        self._c.espeak_TextToPhonemes.restype = ctypes.c_char_p
        path = os.fsencode(_short(data_path))
        rate = self._c.espeak_Initialize(_AUDIO_OUTPUT_SYNCHRONOUS, _FIRST_BUFFER_MS, path, _DO_NOT_EXIT)
        if rate <= 0:
            raise RuntimeError("espeak-ng cannot read its data folder; install espeakng-loader again")
        self.sample_rate_hz: int = rate
        self._memory = SynthesizerMemory(library_path, self._c)
        self._c.espeak_SetPunctuationList.argtypes = (ctypes.c_wchar_p,)
        self._callback = _Callback(self._on_buffer)
        self._c.espeak_SetSynthCallback(self._callback)
        self._announced = ""
        self._voice: tuple[str | int, ...] = ()
        self._speaking: _Speaking | None = None

    def languages(self) -> list[VoiceFile]:
        """Every language's voice, without variants."""
        return list(self._listed(None))

    def variants(self) -> list[VoiceFile]:
        """Every variant: another speaker for any language."""
        name = ctypes.create_string_buffer(b"variant")
        return list(self._listed(_VoiceRecord(languages=ctypes.addressof(name))))

    def stretcher(self, speed: float) -> Stretcher:
        """A time stretcher for this library's audio."""
        return Stretcher(self._c, self.sample_rate_hz, speed)

    def announce(self, marks: str) -> None:
        """Name these punctuation marks from now on, where the parameter PUNCTUATION is PUNCTUATION_LISTED."""
        if marks != self._announced:
            self._c.espeak_SetPunctuationList(marks)
            self._announced = marks

    def ipa_of(self, texts: Iterable[str], voice: str, parameters: Mapping[Parameter, int]) -> list[str]:
        """What the voice file `voice` says of each text, a clause that may hold names of sounds in [[ ]].

        As IPA, with `_` between two sounds; nothing is spoken.
        """
        self._set_voice(voice, parameters)
        self._synthesize(b"", _CHARS_UTF8 | _PHONEMES)  # what it reads in [[ ]] is a setting of the last text
        pointers = (ctypes.c_char_p(text.encode()) for text in texts)
        return [
            (self._c.espeak_TextToPhonemes(pointer, _CHARS_UTF8, _AS_IPA | _PARTED_BY) or b"").decode()
            for pointer in pointers
        ]

    def speak(
        self,
        text: bytes,
        voice: str,
        parameters: Mapping[Parameter, int],
        *,
        ssml: bool,
        phonemes: bool,
        on_buffer: OnBuffer,
    ) -> bool:
        """Speak UTF-8 `text` with the voice file `voice`, calling `on_buffer` from this thread.

        With `phonemes` it may hold names of sounds in [[ ]]. Returns whether the text was spoken to its end.

        Raises:
            RuntimeError: the library refuses the voice or the text.
            BaseException: whatever `on_buffer` raised; the synthesis stops there.
        """
        self._set_voice(voice, parameters)
        self._set_buffer(_FIRST_BUFFER_MS)
        self._memory.restore()
        self._c.espeak_ng_SetRandSeed(_SEED)
        self._libc.srand(_SEED)  # breath in the voices of the built-in "speech player"
        speaking = self._speaking = _Speaking(on_buffer, _FIRST_BUFFER_MS)
        try:
            self._synthesize(text, _CHARS_UTF8 | (_SSML if ssml else 0) | (_PHONEMES if phonemes else 0))
        finally:
            self._speaking = None
            if ssml or speaking.stopped:  # markup and announcements may have left the voice changed
                self._voice = ()
        if speaking.failure is not None:
            raise speaking.failure
        return not speaking.stopped

    def _synthesize(self, text: bytes, flags: int) -> None:
        status = self._c.espeak_Synth(text, len(text) + 1, 0, _POSITION_CHARACTER, 0, flags, None, None)
        stopped = self._speaking is not None and self._speaking.stopped
        if status != 0 and not stopped:
            raise RuntimeError(f"espeak-ng refused the text with status {status}")

    def _set_voice(self, voice: str, parameters: Mapping[Parameter, int]) -> None:
        # Formants and loudness are worked out from pitch and volume when the voice changes, and only then.
        wanted: tuple[str | int, ...] = (voice, *(parameters[name] for name in _VOICE_PARAMETERS))
        if wanted != self._voice:
            self._voice = ()
            self._memory.restore_settings()
            self._set_parameters(parameters, _VOICE_PARAMETERS)
            self._c.espeak_SetParameter(
                Parameter.INTONATION, 0, 0
            )  # a voice file may set it, and none unsets it
            status = self._c.espeak_SetVoiceByName(voice.encode())
            if status != 0:
                raise RuntimeError(f"espeak-ng refused the voice {voice!r} with status {status}")
            self._synthesize(b"", _CHARS_UTF8)  # the change waits in a queue until something is spoken
            self._voice = wanted
        self._set_parameters(parameters, _TEXT_PARAMETERS)

    def _set_parameters(self, values: Mapping[Parameter, int], which: tuple[Parameter, ...]) -> None:
        for parameter in which:
            self._c.espeak_SetParameter(parameter, values[parameter], 0)

    def _set_buffer(self, length_ms: int) -> None:
        # The library reads its buffer's address and size again before each buffer, so this is allowed between
        # two of them.
        self._c.espeak_ng_InitializeOutput(_OUTPUT_MODE_SYNCHRONOUS, length_ms, None)

    def _on_buffer(self, samples: int | None, n_samples: int, events: int) -> int:
        speaking = self._speaking
        if speaking is None or not samples:
            return 0
        try:
            speaking.stopped = speaking.on_buffer(
                ctypes.string_at(samples, 2 * n_samples), list(_events(events))
            )
        except BaseException as failure:  # it cannot cross the C frames below
            speaking.failure = failure
            speaking.stopped = True
        if n_samples and not speaking.stopped and speaking.buffer_ms < _LARGEST_BUFFER_MS:
            speaking.buffer_ms *= _BUFFER_GROWTH
            self._set_buffer(speaking.buffer_ms)
        return int(speaking.stopped)

    def _listed(self, wanted: _VoiceRecord | None) -> Iterator[VoiceFile]:
        records = self._c.espeak_ListVoices(None if wanted is None else ctypes.byref(wanted))
        index = 0
        while records[index]:
            record = records[index].contents
            yield VoiceFile(
                name=record.name.decode().strip(),
                languages=tuple(_languages(record.languages)),
                identifier=record.identifier.decode(),
                gender={1: "male", 2: "female"}.get(record.gender, ""),
            )
            index += 1


@dataclass(slots=True)
class _Speaking:
    """The text that is being spoken."""

    on_buffer: OnBuffer
    buffer_ms: int
    stopped: bool = False
    failure: BaseException | None = None


def _events(address: int) -> Iterator[Event]:
    size = ctypes.sizeof(_Event)
    while (event := _Event.from_address(address)).kind:
        yield Event(event.kind, event.position, event.length, event.sample)
        address += size


def _languages(address: int) -> Iterator[str]:
    while ctypes.string_at(address, 1) != b"\0":
        language = ctypes.string_at(address + 1)
        yield language.decode()
        address += len(language) + 2


def _short(folder: Path) -> Path:
    """`folder` by a name that the library does not cut.

    On Linux an open folder has a short name under /proc; the descriptor stays open as long as the process.
    """
    if len(os.fsencode(folder)) <= _LONGEST_PATH_BYTES:
        return folder
    descriptors = Path("/proc/self/fd")
    if not descriptors.is_dir():
        raise RuntimeError(
            f"the environment's folder is too deep: espeak-ng reads {_LONGEST_PATH_BYTES} bytes of its name"
        )
    return descriptors / str(os.open(folder, os.O_RDONLY | os.O_DIRECTORY))
