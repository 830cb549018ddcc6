"""The voices there are, and which of them a name means.

A request may name a voice by its id, its number in the list, an alias from backends.yaml, a language, or by
a name of Kokoro's or OpenAI's that the backend does not have. Laws: a backend's own names come first;
a voice that speaks in place of another comes with a warning; a name that means nothing is an error that
lists what there is.

A backend whose speakers can be combined with its languages lists a speaker alone with a plus before the
name and the language "mul" (espeak's `+f3`). Then `de+f3` is a voice too, and `+f3` is that speaker with
the default voice.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from unicodedata import normalize

from voice_server.core.speech.scripts import scripts_of_language
from voice_server.core.speech.speech_settings import MAX_LANGUAGE_CHARS, MAX_VOICE_CHARS
from voice_server.core.types import ANY_LANGUAGE, ANY_SCRIPT, SpeechWarning, Voice
from voice_server.errors import RequestError, UnknownName
from voice_server.voices.known_voices import KNOWN_VOICES, KnownVoice
from voice_server.voices.language_tags import closest_language, is_regional_tag, serves_language
from voice_server.worker.samples import SUFFIXES


@dataclass(frozen=True, slots=True)
class ResolvedVoice:
    """The voice to speak with, and a warning if it is not the one that was asked for."""

    voice: Voice
    warning: SpeechWarning | None = None


class VoiceCatalogue:
    """The voices of all backends; `aliases` and `default_voices` are as configured, by backend.

    `left_out` says of each backend what its capabilities do.

    Backends whose voices are those of the catalogue `before`, with the same configuration, are taken from it.
    """

    def __init__(
        self,
        voices: Iterable[Voice],
        aliases: Mapping[str, Mapping[str, str]] | None = None,
        default_voices: Mapping[str, str] | None = None,
        before: VoiceCatalogue | None = None,
        left_out: Mapping[str, Mapping[str, str]] | None = None,
    ) -> None:
        listed: dict[str, list[Voice]] = {}
        for voice in voices:
            listed.setdefault(voice.backend, []).append(voice)
        known_before = before.listings if before is not None else {}
        self.listings: dict[str, _Listing] = {}
        for backend, of_backend in listed.items():
            known = known_before.get(backend)
            if known is None or known.voices != of_backend:
                aliases_of, default = (
                    (aliases or {}).get(backend, {}),
                    (default_voices or {}).get(backend, ""),
                )
                known = _Listing(backend, of_backend, aliases_of, default, (left_out or {}).get(backend, {}))
            self.listings[backend] = known

    def resolve(self, name: str | int | None, *, backend: str, language: str | None = None) -> ResolvedVoice:
        """The voice of `backend` that `name` means; without a name the best of `language`, or the default.

        Numbers count the backend's voices from 1, in the listed order. Raises UnknownName for a name or
        language that means nothing here, and RequestError for a number beyond the list.
        """
        listing = self.listings.get(backend)
        if listing is None:
            raise UnknownName("backend", backend, self.listings)
        if language and len(language) > MAX_LANGUAGE_CHARS:
            raise listing.unknown_language(language)
        if isinstance(name, int):
            return ResolvedVoice(listing.numbered(name))
        if name and len(name) > MAX_VOICE_CHARS:
            raise listing.unknown_voice(name)
        name = normalize("NFC", name or "").strip()
        if name:
            return listing.named(name, language or None)
        return ResolvedVoice(listing.of_language(language) if language else listing.default())

    def owns(self, name: str, *, backend: str) -> bool:
        """Whether `backend` has a voice with just this name, or an alias of one."""
        listing = self.listings.get(backend)
        if listing is None or len(name) > MAX_VOICE_CHARS:
            return False
        return listing.owns(normalize("NFC", name).strip())

    def knows(self, name: str, *, backend: str) -> bool:
        """Whether a name means something to `backend` without another voice in its place."""
        listing = self.listings.get(backend)
        if listing is None or len(name) > MAX_VOICE_CHARS:
            return False
        try:
            meant = listing.meaning(normalize("NFC", name).strip(), None)
        except RequestError:
            return False
        return meant is not None and meant.warning is None

    def scripts_read(self, voice: str, backend: str) -> frozenset[str]:
        """The scripts that a voice, given by its id, reads beside Latin; all, where it is not listed."""
        return self.listings[backend].scripts_read(voice)

    def language_of(self, voice: str, backend: str) -> str | None:
        """The language of a voice or of the first one of a mix, by its id; None where it speaks any."""
        return self.listings[backend].language_of(voice)

    def reader(self, language: str, scripts: frozenset[str], *, backend: str, like: str) -> Voice | None:
        """A voice of `language` that reads `scripts`, most like the one with the id `like`; None for none."""
        return self.listings[backend].reader(language, scripts, like)

    def numbered(self, backend: str) -> Sequence[tuple[int, Voice]]:
        """The backend's voices with the numbers that `resolve` takes."""
        return self.listings[backend].in_order if backend in self.listings else []


class _Listing:
    """One backend's voices."""

    def __init__(
        self,
        backend: str,
        voices: Sequence[Voice],
        aliases: Mapping[str, str],
        default_voice: str,
        left_out: Mapping[str, str],
    ) -> None:
        self.voices = voices
        self.in_order = list(enumerate(voices, start=1))
        self._backend = backend
        self._left_out = left_out
        self._ids = {voice.id: voice for voice in voices}
        self._folded = {voice.id.casefold(): voice for voice in reversed(voices)}
        self._aliases = {alias.casefold(): voice for alias, voice in aliases.items()}
        self._speakers = [voice for voice in voices if voice.language == ANY_LANGUAGE]
        self._by_language: dict[str, list[Voice]] = {}
        for voice in voices:
            if voice.language != ANY_LANGUAGE:
                self._by_language.setdefault(voice.language, []).append(voice)
        # The configured voice may be any name, which is read with the first voice as the default.
        self._default = voices[0]
        self._wrong_default: RequestError | None = None
        try:
            self._default = self.named(default_voice, None).voice if default_voice else voices[0]
        except RequestError as wrong:
            self._wrong_default = wrong

    def owns(self, name: str) -> bool:
        """See `VoiceCatalogue.owns`."""
        return self._own(self._aliases.get(name.casefold(), name)) is not None

    def scripts_read(self, voice_id: str) -> frozenset[str]:
        """See `VoiceCatalogue.scripts_read`; a mix reads what its first voice does."""
        voice = self._first_of(voice_id)
        return frozenset({ANY_SCRIPT}) if voice is None else _scripts_read(voice)

    def language_of(self, voice_id: str) -> str | None:
        """See `VoiceCatalogue.language_of`."""
        voice = self._first_of(voice_id)
        return None if voice is None or voice.language == ANY_LANGUAGE else voice.language

    def _first_of(self, voice_id: str) -> Voice | None:
        """A voice, or the first of a mix."""
        return self._own(voice_id) or self._own(voice_id.partition("(")[0])

    def reader(self, language: str, scripts: frozenset[str], like: str) -> Voice | None:
        """See `VoiceCatalogue.reader`."""
        tag = closest_language(language, self._by_language)
        able = (voice for voice in self._by_language.get(tag or "", ()) if _reads(voice, scripts))
        first = next(able, None)
        if first is None:
            return None
        speaker = self._listed("+" + like.partition("+")[2])
        if speaker is not None:
            return self._combined(first, speaker)
        model = self._own(like) or first
        return next((voice for voice in (first, *able) if voice.gender == model.gender), first)

    def default(self) -> Voice:
        """The configured voice, else the first."""
        if self._wrong_default is not None:
            raise self._wrong_default.with_traceback(None)
        return self._default

    def numbered(self, number: int) -> Voice:
        """The voice with this number."""
        if not 1 <= number <= len(self.voices):
            raise RequestError(
                f"{self._backend} has no voice number {number}; there are {len(self.voices)}, counted from 1",
                code="unknown_voice",
            )
        return self.voices[number - 1]

    def of_language(self, language: str) -> Voice:
        """The best voice of a language: the default one if it speaks it, else the first."""
        default = self.default()
        if serves_language(language, (default.language,)):
            return default
        tag = closest_language(language, self._by_language)
        if tag is None:
            raise self._left_out_language(language) or self.unknown_language(language)
        return self._by_language[tag][0]

    def named(self, name: str, language: str | None) -> ResolvedVoice:
        """The voice that a name means, which is not empty. Raises UnknownName where it means nothing."""
        meant = self.meaning(name, language)
        if meant is None:
            raise self.unknown_voice(name)
        return meant

    def meaning(self, name: str, language: str | None) -> ResolvedVoice | None:
        """See `named`; None where a name means nothing: to say what there is takes half a millisecond.

        Raises RequestError for a number, or a voice's language, that there is not.
        """
        voice = self._own(name)
        if voice is not None:
            return ResolvedVoice(voice)
        if name.isdecimal():
            return ResolvedVoice(self.numbered(int(name)))
        meant = self._aliases.get(name.casefold(), name)
        voice = self._own(meant) or self._substitute(meant, language)
        if voice is not None and meant != name:
            return ResolvedVoice(voice)  # the configuration says so
        if voice is not None:
            sentence = f"{self._backend} has no voice {name}, {voice.id} speaks in its place"
            return ResolvedVoice(voice, SpeechWarning("voice_substituted", sentence))
        for languages in (self._by_language, self._left_out):
            if serves_language(name, languages) or (
                is_regional_tag(name) and closest_language(name, languages) is not None
            ):
                return ResolvedVoice(self.of_language(name))
        stem, dot, suffix = name.rpartition(".")
        # Who has the recording before them names the file.
        is_file = bool(stem) and dot + suffix.lower() in SUFFIXES
        return self.meaning(stem, language) if is_file else None

    def _left_out_language(self, language: str) -> RequestError | None:
        """The error that says how to get a language that the backend's set-up left out."""
        tag = closest_language(language, self._left_out)
        return None if tag is None else RequestError(self._left_out[tag], code="language_unavailable")

    def unknown_language(self, language: str) -> UnknownName:
        """The error that lists the languages there are."""
        return UnknownName("language", language, self._by_language)

    def unknown_voice(self, name: str) -> UnknownName:
        """The error that lists the voices there are."""
        base, plus, _ = name.partition("+")
        if plus and base in self._ids:
            return UnknownName("voice", name, (base + speaker.id for speaker in self._speakers))
        return UnknownName("voice", name, self._ids, {*self._aliases, *KNOWN_VOICES})

    def _own(self, name: str) -> Voice | None:
        """A listed voice, or a language with a speaker."""
        voice = self._listed(name)
        if voice is not None:
            return (
                voice
                if voice.language != ANY_LANGUAGE
                else self._combined(self._plain(self.default()), voice)
            )
        base, plus, speaker = name.partition("+")
        return self._combined(self._listed(base), self._listed(plus + speaker)) if plus else None

    def _listed(self, name: str) -> Voice | None:
        return self._ids.get(name) or self._folded.get(name.casefold())

    def _plain(self, voice: Voice) -> Voice:
        """The voice without the speaker that it may be combined with."""
        return self._ids.get(voice.id.partition("+")[0], voice)

    def _combined(self, base: Voice | None, speaker: Voice | None) -> Voice | None:
        if base is None or speaker is None:
            return None
        return replace(
            base, id=base.id + speaker.id, name=f"{base.name}, {speaker.name}", gender=speaker.gender
        )

    def _substitute(self, name: str, language: str | None) -> Voice | None:
        """The voice that is most like a known one of another system."""
        known = KNOWN_VOICES.get(name.casefold())
        if known is None:
            return None
        own = self._ids.get(known.kokoro)
        if own is not None:
            return own
        wanted = language or known.language
        return self._nearest(known, self._plain(self.of_language(wanted) if wanted else self.default()))

    def _nearest(self, known: KnownVoice, base: Voice) -> Voice:
        alike = [voice for voice in self._by_language.get(base.language, []) if voice.gender == known.gender]
        combined = [
            self._combined(base, speaker) for speaker in self._speakers if speaker.gender == known.gender
        ]
        choice = [voice for voice in (*alike, *combined) if voice is not None]
        return choice[known.rank % len(choice)] if choice else base


def _scripts_read(voice: Voice) -> frozenset[str]:
    return frozenset(voice.scripts.split()) or scripts_of_language(voice.language)


def _reads(voice: Voice, scripts: frozenset[str]) -> bool:
    read = _scripts_read(voice)
    return ANY_SCRIPT in read or scripts <= read
