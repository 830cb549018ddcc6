"""Resolves the names of a request to a backend, a voice and options that it understands.

Laws: what was chosen in place of what was asked for is in a warning; a name that means nothing, and an
option out of range, is an error that says what there is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import partial
from operator import is_not
from typing import Final

from msgspec.structs import replace as replace_fields

from voice_server.config import Config
from voice_server.core.options import OF_THE_VOICE, chosen_kinds, complete_options
from voice_server.core.speech.pauses import Pauses
from voice_server.core.speech.scripts import scripts_of_language
from voice_server.core.speech.speech_settings import SpeechRequest, SpeechSettings, default_first_segment
from voice_server.core.text.directives import Style
from voice_server.core.text.pronunciation.dictionary import PronunciationDictionary
from voice_server.core.text.pronunciation.entries import MAX_OWN_ENTRIES, read_entries
from voice_server.core.text.pronunciation.phonemes import without_phonemes
from voice_server.core.types import (
    ANY_LANGUAGE,
    Capabilities,
    NormalizedKind,
    Option,
    OptionValue,
    ReadyBackend,
    Segment,
    SpeechWarning,
)
from voice_server.core.wire.speakers import Speaker, check_name
from voice_server.errors import BackendDown, NotSetUp, RequestError, UnknownName
from voice_server.pool.down_reasons import with_help
from voice_server.pool.worker_pool import BackendState, BackendStatus, WorkerPool
from voice_server.voices.catalogue import VoiceCatalogue
from voice_server.voices.default_backend import DefaultBackend
from voice_server.voices.language_tags import closest_language, serves_language
from voice_server.voices.mixes import Mix, MixStore, SavedMix, looks_like_mix, name_for_mix, parse_mix
from voice_server.voices.pronunciation_file import PronunciationFile
from voice_server.voices.speaking_styles import VoiceFinders, styled

_SSML: Final = "ssml"
"""The option of an engine that reads SSML, and of a request whose text is SSML for whichever engine."""


class VoiceResolver:
    """Chooses among the backends and voices of one pool."""

    def __init__(
        self,
        pool: WorkerPool,
        config: Config,
        mixes: MixStore,
        pronunciations: PronunciationFile | None = None,
    ) -> None:
        self._pool = pool
        self._config = config
        self._mixes = mixes
        self._pronunciations = pronunciations or PronunciationFile(None)
        self.default = DefaultBackend(pool, config)
        self._snapshot: Mapping[str, BackendStatus] | None = None
        """The backends at the moment of the request that is being resolved; None between requests."""
        self._catalogue: tuple[tuple[ReadyBackend | None, ...], VoiceCatalogue] | None = None
        self._readers_of: (
            tuple[
                SpeechSettings,
                VoiceCatalogue,
                dict[tuple[frozenset[str], str], SpeechSettings | None],
            ]
            | None
        ) = None
        """Who reads which scripts in a language, for the settings that were last asked about."""

    @property
    def _backends(self) -> Mapping[str, BackendStatus]:
        return self._pool.backends if self._snapshot is None else self._snapshot

    @contextmanager
    def _at_one_moment(self) -> Iterator[None]:
        """Within it the backends are looked at once: a status costs more than all else of a speaker."""
        before, self._snapshot = self._snapshot, self._backends
        try:
            yield
        finally:
            self._snapshot = before

    @property
    def catalogue(self) -> VoiceCatalogue:
        """The voices of every backend that has been ready."""
        backends = self._backends
        seen = tuple(status.ready for status in backends.values())
        # Objects are compared, not what is in them: that of thousands of voices takes long.
        if self._catalogue is None or any(map(is_not, self._catalogue[0], seen)):
            configured = self._config.backends
            before = self._catalogue[1] if self._catalogue is not None else None
            self._catalogue = (
                seen,
                VoiceCatalogue(
                    self._pool.voices(),
                    {name: each.aliases for name, each in configured.items()},
                    {name: each.default_voice for name, each in configured.items() if each.default_voice},
                    before,
                    {
                        name: each.ready.capabilities.left_out
                        for name, each in backends.items()
                        if each.ready is not None
                    },
                ),
            )
        return self._catalogue[1]

    def settings(self, request: SpeechRequest) -> tuple[SpeechSettings, list[SpeechWarning]]:
        """Resolve the names of a request and check its options.

        Without a backend it is the default one, or that whose voice is named. With AUTO, what the wanted
        backend cannot do is done by another one of its kind, or by what they fall back on.

        Raises UnknownName, RequestError or BackendDown; what was chosen in place of what was asked for is in
        the warnings.
        """
        with self._at_one_moment():
            return self._settings_now(request)

    def _settings_now(self, request: SpeechRequest) -> tuple[SpeechSettings, list[SpeechWarning]]:
        if request.backend:
            return self._settings_with(request.backend, request)
        wanted = self.default.wanted
        owner = self._owner(request.voice, wanted)
        try:
            return self._settings_with(owner or wanted, request)
        except RequestError as error:
            for name in self.default.others() if self.default.is_auto and owner is None else ():
                with suppress(RequestError):
                    settings, warnings = self._settings_with(name, request)
                    why = f"{name} speaks in place of {wanted}: {error.message}"
                    return settings, [SpeechWarning("backend_fallback", why), *warnings]
            raise

    def _owner(self, voice: str | int | None, wanted: str, others: Sequence[str] | None = None) -> str | None:
        """The backend whose voice, or saved mix, a name is, where it means nothing to the wanted one.

        It is one of `others`, or of those that may speak in place of the default one.
        """
        if not isinstance(voice, str) or self.catalogue.owns(voice, backend=wanted):
            return None
        others = (
            list(self.default.others()) if others is None else [each for each in others if each != wanted]
        )
        saved = self._mixes.get(voice.strip())
        if saved is not None:
            return saved.backend if saved.backend in others else None
        mix = parse_mix(voice) if looks_like_mix(voice) else None
        for name in others:
            is_mixed = mix is not None and self.can_mix(name)
            if self.catalogue.owns(mix.parts[0][0] if mix and is_mixed else voice, backend=name):
                return None if self.catalogue.knows(voice, backend=wanted) else name
        return None

    def _settings_with(self, name: str, request: SpeechRequest) -> tuple[SpeechSettings, list[SpeechWarning]]:
        """The settings with the backend of this name, or with its fallback while that one is not running."""
        if name not in self._config.backends:
            raise UnknownName("backend", name, self._config.backends)
        warnings: list[SpeechWarning] = []
        running = self._running_backend(name, warnings)
        if running == name:
            return self._settings_of(request, name, warnings)
        try:
            return self._settings_of(request, running, warnings)
        except RequestError:
            # The other backend does not know it; whether the one that was asked for would, nobody can tell.
            raise self._why_down(name) from None

    def _settings_of(
        self, request: SpeechRequest, name: str, warnings: list[SpeechWarning]
    ) -> tuple[SpeechSettings, list[SpeechWarning]]:
        """The settings with a backend that runs."""
        configured = self._config.backends[name]
        ready = self._backends[name].ready
        assert ready is not None
        voice = self._voice_id(request, name, warnings)
        capabilities = ready.capabilities
        request = replace(request, options=_named_options(request, capabilities.options))
        warnings += _ignored_options(name, capabilities.options, request.options)
        request = _with_ssml_as_markup(request, capabilities.options)
        options = complete_options(
            capabilities.options, _options_with_language(request, ready, voice), configured.options
        )
        if request.markup != "speak" and options.get(_SSML) is True:  # so says the configuration
            request = replace(request, markup="ssml")
            options[_SSML] = False
        settings = SpeechSettings(
            backend=name,
            voice=voice,
            language=request.language or None,
            options=options,
            markup=request.markup,
            normalized_kinds=_normalized_kinds(request, capabilities),
            spoken_language=self._spoken_language(name, voice, options),
            known_tags=frozenset(capabilities.tags),
            inline_phonemes=capabilities.inline_phonemes,
            word_times=request.word_times,
            times_source=capabilities.times or "estimate",
            first_segment=request.first_segment or default_first_segment(capabilities),
            max_wait_ms=request.max_wait_ms,
            ahead_s=request.ahead_s,
            min_segment_chars=configured.min_segment_chars,
            max_segment_chars=configured.max_segment_chars,
            reads=self._scripts_read(name, voice, options),
            script=request.script,
            code=request.code,
            emoji=request.emoji,
            citations=request.citations,
            pauses=self._pauses(request),
            dictionary=self._dictionary(request),
            find_reader=self._find_reader,
            find_style=partial(self._find_style, request),
        )
        return replace(settings, speakers=self._speakers(request, settings, warnings)), warnings

    def _speakers(
        self, request: SpeechRequest, settings: SpeechSettings, warnings: list[SpeechWarning]
    ) -> dict[str, SpeechSettings]:
        """How the lines of each speaker are spoken. Raises RequestError, which names the speaker."""
        found = {}
        for name, given in request.speakers.items():
            check_name(name)
            speaker = given if isinstance(given, Speaker) else Speaker(voice=given)
            try:
                found[name], more = self._settings_of_speaker(request, settings, speaker)
            except RequestError as error:
                raise RequestError(f"speaker {name}: {error.message}", code=error.code) from None
            warnings += more
        return found

    def _find_style(
        self, request: SpeechRequest, settings: SpeechSettings, style: Style
    ) -> tuple[SpeechSettings, list[SpeechWarning]]:
        """See `StyleFinder`; `request` is the one that `settings` were made of."""

        def find_voice(settings: SpeechSettings, voice: str) -> tuple[SpeechSettings, list[SpeechWarning]]:
            return self._settings_of_speaker(request, settings, Speaker(voice=voice))

        finders = VoiceFinders(find_voice, self._in_language, self._of_gender, self._options_of)
        with self._at_one_moment():
            return styled(settings, style, finders)

    def _in_language(self, settings: SpeechSettings, language: str) -> SpeechSettings | None:
        """`settings` with a voice of a language, the same if it speaks that; None where there is none."""
        own = settings.spoken_language
        if own is None or own.partition("-")[0].lower() == language.partition("-")[0].lower():
            return settings
        found = self._found_reader(settings, frozenset(), language)
        if found is None:
            return None
        return replace(found, language=language, script=settings.script, find_reader=settings.find_reader)

    def _of_gender(self, settings: SpeechSettings, gender: str) -> SpeechSettings | None:
        """`settings` with a voice of a gender that speaks the same language; None where there is none."""
        own = self.catalogue.language_of(settings.voice, settings.backend) or ""
        voices = [voice for _, voice in self.catalogue.numbered(settings.backend) if voice.gender == gender]
        if any(voice.id == settings.voice for voice in voices):
            return settings
        alike = next((voice.id for voice in voices if serves_language(own, (voice.language,))), None)
        speaker = next((voice.id for voice in voices if voice.language == ANY_LANGUAGE), None)
        if alike is None and speaker is not None:
            alike = settings.voice.partition("+")[0] + speaker
        return None if alike is None else replace(settings, voice=alike)

    def _options_of(self, backend: str) -> Sequence[Option]:
        """The options that a backend understands; none while it has never been ready."""
        ready = self._backends[backend].ready
        return () if ready is None else ready.capabilities.options

    def _settings_of_speaker(
        self, request: SpeechRequest, settings: SpeechSettings, speaker: Speaker
    ) -> tuple[SpeechSettings, list[SpeechWarning]]:
        """`settings`, which were made of `request`, with another voice, perhaps that of another backend.

        The other backend gets those of the options that it knows. Raises RequestError or BackendDown.
        """
        voice, backend = speaker.voice, speaker.backend
        if isinstance(voice, str) and backend is None:
            prefix, slash, rest = voice.partition("/")
            if slash and prefix.strip() in self._config.backends:
                backend, voice = prefix.strip(), rest.strip() or None
        ready = {name: status.ready for name, status in self._backends.items()}
        name = backend or self._owner(voice, settings.backend, [each for each in ready if ready[each]])
        is_own = name is None or name == settings.backend
        if is_own and voice is None:
            voice = settings.voice
        options, speed = request.options, request.speed
        if not is_own and (other := ready.get(name or "")) is not None:
            options, speed = _accepted_options(other, settings.options), None
        if speaker.speed is not None:
            speed = speaker.speed
            options = {option: value for option, value in options.items() if option != "speed"}
        request = replace(request, voice=voice, options=options, speed=speed, speakers={}, pronunciations={})
        found, warnings = self._settings_with(name or settings.backend, request)
        return replace(found, dictionary=settings.dictionary), warnings

    def _pauses(self, request: SpeechRequest) -> Pauses:
        """The configured pauses, with the one that a request may name."""
        if request.sentence_pause_ms is None:
            return self._config.pauses
        return replace_fields(self._config.pauses, sentence_ms=request.sentence_pause_ms)

    def _dictionary(self, request: SpeechRequest) -> PronunciationDictionary:
        """How words are said: as the request says, and for others as the server's file."""
        shared = self._pronunciations.dictionary
        if not request.pronunciations:
            return shared
        own = read_entries(request.pronunciations, most=MAX_OWN_ENTRIES)
        return PronunciationDictionary(own, shared)

    def updated(self, settings: SpeechSettings) -> SpeechSettings:
        """The settings with the server's pronunciations as they are now."""
        dictionary = settings.dictionary.over(self._pronunciations.dictionary)
        return settings if dictionary is settings.dictionary else replace(settings, dictionary=dictionary)

    def _scripts_read(self, backend: str, voice: str, options: Mapping[str, OptionValue]) -> frozenset[str]:
        """The scripts that a voice reads, beside Latin, in the language that the options may name."""
        language = options.get("language")
        if isinstance(language, str) and language not in ("", OF_THE_VOICE):
            return scripts_of_language(language)
        return self.catalogue.scripts_read(voice, backend)

    def _spoken_language(self, backend: str, voice: str, options: Mapping[str, OptionValue]) -> str | None:
        """The language that the options name, or that of the voice; None where it speaks any."""
        language = options.get("language")
        if isinstance(language, str) and language not in ("", OF_THE_VOICE):
            return language
        return self.catalogue.language_of(voice, backend)

    def _find_reader(
        self, settings: SpeechSettings, scripts: frozenset[str], language: str
    ) -> SpeechSettings | None:
        """See `ReaderFinder`; what was found for these settings is known: a text may ask at every word."""
        catalogue = self.catalogue
        if (
            self._readers_of is None
            or self._readers_of[0] is not settings
            or self._readers_of[1] is not catalogue
        ):
            self._readers_of = (settings, catalogue, {})
        found = self._readers_of[2]
        if (scripts, language) not in found:
            found[scripts, language] = self._found_reader(settings, scripts, language)
        return found[scripts, language]

    def _found_reader(
        self, settings: SpeechSettings, scripts: frozenset[str], language: str
    ) -> SpeechSettings | None:
        """Who reads these scripts in place of a voice; one of the same backend comes first."""
        backends = self._backends
        for name in (settings.backend, *(each for each in backends if each != settings.backend)):
            ready = backends[name].ready
            if ready is None:
                continue
            is_own = name == settings.backend
            options = settings.options if is_own else _accepted_options(ready, settings.options)
            tag = closest_language(language, _languages_read(ready)) if is_own else None
            if tag is not None and scripts <= scripts_of_language(tag):
                return replace(
                    settings,
                    options={**options, "language": tag},
                    spoken_language=tag,
                    reads=scripts_of_language(tag),
                    find_reader=None,
                )
            voice = self.catalogue.reader(language, scripts, backend=name, like=settings.voice)
            if voice is not None:
                return replace(
                    settings,
                    backend=name,
                    voice=voice.id,
                    options=options,
                    normalized_kinds=settings.normalized_kinds - set(ready.capabilities.normalizes),
                    spoken_language=voice.language,
                    known_tags=frozenset(ready.capabilities.tags),
                    inline_phonemes=ready.capabilities.inline_phonemes,
                    times_source=ready.capabilities.times or "estimate",
                    reads=self.catalogue.scripts_read(voice.id, name),
                    find_reader=None,
                )
        return None

    def can_mix(self, backend: str) -> bool:
        """Whether a backend speaks with mixes of its voices."""
        status = self._backends.get(backend)
        return status is not None and status.ready is not None and status.ready.capabilities.mixes

    def save_mix(self, name: str | None, text: str, backend: str) -> SavedMix:
        """Keep a mix under a name, by default one that says what is in it.

        Raises RequestError when it cannot be spoken or the name is taken.
        """
        mix = parse_mix(text)
        if mix is None:
            raise RequestError(
                "a mix is two voices or more, written like af_bella(2)+af_sky(1)", code="invalid_mix"
            )
        name = name or name_for_mix(text)
        voice = self._mixed_voice(mix, backend, [])
        if any(each.id == name for each in self._pool.voices()):
            raise RequestError(f"name must be another than that of the voice {name}", code="name_taken")
        saved = SavedMix(id=name, mix=voice, backend=backend)
        self._mixes.save(saved)
        return saved

    def _mixed_voice(self, mix: Mix, backend: str, warnings: list[SpeechWarning]) -> str:
        """The id that a backend knows a mix by. Raises RequestError when it cannot mix these voices."""
        if not self.can_mix(backend):
            able = ", ".join(name for name in self._backends if self.can_mix(name)) or "none"
            raise RequestError(f"{backend} cannot mix voices; backends that can: {able}", code="cannot_mix")
        parts = []
        for name, weight in mix.parts:
            resolved = self.catalogue.resolve(name, backend=backend)
            parts.append((resolved.voice.id, weight))
            if resolved.warning is not None:
                warnings.append(resolved.warning)
        return str(Mix(tuple(parts)))

    def _voice_id(self, request: SpeechRequest, backend: str, warnings: list[SpeechWarning]) -> str:
        """The id of the voice to speak with."""
        name = request.voice
        if isinstance(name, str) and (saved := self._mixes.get(name.strip())) is not None:
            name = saved.mix
        try:
            resolved = self.catalogue.resolve(name, backend=backend, language=request.language)
        except UnknownName as error:
            # A name with a plus may be a voice of the backend's own; only what is none is read as a mix.
            is_mix = error.kind == "voice" and isinstance(name, str) and looks_like_mix(name)
            mix = parse_mix(str(name)) if is_mix else None
            if mix is None:
                raise
            return self._mixed_voice(mix, backend, warnings)
        if resolved.warning is not None:
            warnings.append(resolved.warning)
        return resolved.voice.id

    def _running_backend(self, name: str, warnings: list[SpeechWarning]) -> str:
        """The backend of this name, or its fallback while it has never been ready. Raises BackendDown."""
        status = self._backends[name]
        if status.ready is not None:
            return name
        fallback = self._config.backends[name].fallback
        if fallback is None or self._backends[fallback].ready is None:
            raise self._why_down(name)
        why = self._why_down(name).message
        warnings.append(SpeechWarning("backend_fallback", f"{fallback} speaks in place of {name}: {why}"))
        return fallback

    def _why_down(self, name: str) -> BackendDown:
        """The error that says why a backend does not speak."""
        status = self._backends[name]
        if status.state is BackendState.NOT_SET_UP and status.error:
            return NotSetUp(status.error)
        if status.state is BackendState.STARTING and not status.error:
            return BackendDown(f"backend {name} is still starting; ask again soon")
        return BackendDown(f"backend {name} is not running: {status.error or with_help(name, '')}")

    def fallback_segment(self, segment: Segment, fallback: str) -> Segment:
        """The same text for another backend, with as much of voice, options, phonemes as it knows."""
        ready = self._backends[fallback].ready
        assert ready is not None
        try:
            voice = self.catalogue.resolve(segment.voice, backend=fallback).voice.id
        except UnknownName:
            voice = self.catalogue.resolve(None, backend=fallback).voice.id
        options = _accepted_options(ready, segment.options)
        text = segment.text if ready.capabilities.inline_phonemes else without_phonemes(segment.text)[0]
        return Segment(fallback, text, voice, options, segment.seed)


def _with_ssml_as_markup(request: SpeechRequest, understood: Sequence[Option]) -> SpeechRequest:
    """The request with the option `ssml` as what it means for every engine, unless it is for this one."""
    is_ssml = request.options.get(_SSML)
    if request.markup == "speak" or not isinstance(is_ssml, bool):
        return request
    options = {name: value for name, value in request.options.items() if name != _SSML}
    if any(option.name == _SSML for option in understood):
        options[_SSML] = False
    return replace(request, options=options, markup="ssml" if is_ssml else request.markup)


def _named_options(request: SpeechRequest, understood: Sequence[Option]) -> Mapping[str, object]:
    """The options with the request's speed among them; 1 is left out where a backend has no other speed."""
    has_speed = any(option.name == "speed" for option in understood)
    if request.speed is None or (request.speed == 1.0 and not has_speed):
        return request.options
    return {"speed": request.speed, **request.options}


def _normalized_kinds(request: SpeechRequest, capabilities: Capabilities) -> frozenset[NormalizedKind]:
    """The kinds that are wanted in words, without those that the engine reads well itself."""
    return chosen_kinds(request.normalize) - set(capabilities.normalizes)


def _ignored_options(
    backend: str, understood: Sequence[Option], given: Mapping[str, object]
) -> Iterator[SpeechWarning]:
    """A warning for each option given that the loaded model ignores."""
    for option in understood:
        if option.ignored and given.get(option.name) is not None:
            sentence = f"{option.name} has no effect with the model that {backend} has loaded"
            yield SpeechWarning("option_ignored", sentence)


def _options_with_language(request: SpeechRequest, ready: ReadyBackend, voice: str) -> Mapping[str, object]:
    """The options, with the text's language for a backend that can read it with a voice of another one."""
    choices = _languages_read(ready)
    if not (request.language and choices):
        return request.options
    own = next((each.language for each in ready.voices if each.id == voice), "")
    if not own or serves_language(request.language, (own,)):
        return request.options
    return {"language": closest_language(request.language, choices), **request.options}


def _languages_read(ready: ReadyBackend) -> Sequence[str]:
    """The languages that a backend reads with any of its voices."""
    return next((each.choices for each in ready.capabilities.options if each.name == "language"), ())


def _accepted_options(ready: ReadyBackend, options: Mapping[str, OptionValue]) -> dict[str, OptionValue]:
    """Those of the options that a backend takes as they are, its own defaults for the rest."""
    complete = complete_options(ready.capabilities.options, {})
    for name, value in options.items():
        try:
            complete |= complete_options(ready.capabilities.options, {name: value})
        except RequestError:
            continue
    return complete
