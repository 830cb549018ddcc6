"""Who speaks: the names of a request become a backend, a voice and options that it understands.

Laws: what was chosen in place of what was asked for is told by a notice; a name that means nothing, and an
option out of range, is an error that says what there is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from voice_server.config import Config
from voice_server.core.options import complete_options
from voice_server.core.speech.speech_settings import SpeechRequest, SpeechSettings
from voice_server.core.types import Option, OptionValue, ReadyBackend, Segment, SpeechWarning
from voice_server.errors import BackendDown, RequestError, UnknownName
from voice_server.pool.worker_pool import BackendState, WorkerPool
from voice_server.voices.catalogue import VoiceCatalogue
from voice_server.voices.language_tags import closest_language, serves_language
from voice_server.voices.mixes import Mix, MixStore, SavedMix, parse_mix


class VoiceResolver:
    """Chooses among the backends and voices of one pool."""

    def __init__(self, pool: WorkerPool, config: Config, mixes: MixStore) -> None:
        self._pool = pool
        self._config = config
        self._mixes = mixes
        self._catalogue: tuple[tuple[ReadyBackend | None, ...], VoiceCatalogue] | None = None

    @property
    def catalogue(self) -> VoiceCatalogue:
        """The voices of every backend that has been ready."""
        backends = self._pool.backends
        seen = tuple(status.ready for status in backends.values())
        if self._catalogue is None or self._catalogue[0] != seen:
            configured = self._config.backends
            self._catalogue = (
                seen,
                VoiceCatalogue(
                    self._pool.voices(),
                    {name: each.aliases for name, each in configured.items()},
                    {name: each.default_voice for name, each in configured.items() if each.default_voice},
                ),
            )
        return self._catalogue[1]

    def settings(self, request: SpeechRequest) -> tuple[SpeechSettings, list[SpeechWarning]]:
        """Resolve the names of a request and check its options.

        Raises UnknownName, RequestError or BackendDown; what was chosen in place of what was asked for is in
        the notices.
        """
        name = request.backend or self._config.default_backend
        if name not in self._config.backends:
            raise UnknownName("backend", name, self._config.backends)
        notices: list[SpeechWarning] = []
        name = self._running(name, notices)
        configured = self._config.backends[name]
        ready = self._pool.backends[name].ready
        assert ready is not None
        voice = self._voice(request, name, notices)
        abilities = ready.capabilities
        request = replace(request, options=_named_options(request, abilities.options))
        notices += _without_effect(name, abilities.options, request.options)
        settings = SpeechSettings(
            backend=name,
            voice=voice,
            language=request.language or None,
            options=complete_options(
                abilities.options, _with_language(request, ready, voice), configured.options
            ),
            markup=request.markup,
            known_tags=frozenset(abilities.tags),
            word_times=request.word_times,
            times_source=abilities.times or "estimate",
            first_segment=request.first_segment,
            max_wait_ms=request.max_wait_ms,
            ahead_s=request.ahead_s,
            min_segment_chars=configured.min_segment_chars,
            max_segment_chars=configured.max_segment_chars,
        )
        return settings, notices

    def can_mix(self, backend: str) -> bool:
        """Whether a backend speaks with mixes of its voices."""
        status = self._pool.backends.get(backend)
        return status is not None and status.ready is not None and status.ready.capabilities.mixes

    def mix(self, text: str, backend: str, notices: list[SpeechWarning]) -> str:
        """The id that a backend knows a mix by.

        Raises RequestError when the backend cannot mix, or the text is no mix of its voices.
        """
        mix = parse_mix(text)
        assert mix is not None
        if not self.can_mix(backend):
            able = ", ".join(name for name in self._pool.backends if self.can_mix(name)) or "none"
            raise RequestError(f"{backend} cannot mix voices; backends that can: {able}", code="cannot_mix")
        parts = []
        for name, weight in mix.parts:
            resolved = self.catalogue.resolve(name, backend=backend)
            parts.append((resolved.voice.id, weight))
            if resolved.notice is not None:
                notices.append(resolved.notice)
        return str(Mix(tuple(parts)))

    def save_mix(self, name: str, text: str, backend: str) -> SavedMix:
        """Keep a mix under a name. Raises RequestError when it cannot be spoken or the name is taken."""
        if parse_mix(text) is None:
            raise RequestError(
                "a mix is two voices or more, written like af_bella(2)+af_sky(1)", code="invalid_mix"
            )
        mix = self.mix(text, backend, [])
        if any(voice.id == name for voice in self._pool.voices()):
            raise RequestError(f"name must be another than that of the voice {name}", code="name_taken")
        saved = SavedMix(id=name, mix=mix, backend=backend)
        self._mixes.save(saved)
        return saved

    def _voice(self, request: SpeechRequest, backend: str, notices: list[SpeechWarning]) -> str:
        """The id of the voice to speak with."""
        name = request.voice
        if isinstance(name, str) and (saved := self._mixes.get(name.strip())) is not None:
            name = saved.mix
        try:
            resolved = self.catalogue.resolve(name, backend=backend, language=request.language)
        except UnknownName as error:
            # A name with a plus may be a voice of the backend's own; only what is none is read as a mix.
            if error.kind != "voice" or not isinstance(name, str) or not _is_mix(name):
                raise
            return self.mix(name, backend, notices)
        if resolved.notice is not None:
            notices.append(resolved.notice)
        return resolved.voice.id

    def _running(self, name: str, notices: list[SpeechWarning]) -> str:
        status = self._pool.backends[name]
        if status.ready is not None:
            return name
        fallback = self._config.backends[name].fallback
        if fallback is None or self._pool.backends[fallback].ready is None:
            is_starting = status.state is BackendState.STARTING
            why = "is still starting; ask again soon" if is_starting else "is not running"
            raise BackendDown(status.error or f"the backend {name} {why}")
        why = status.error or f"the backend {name} is not running"
        notices.append(SpeechWarning("backend_fallback", f"{fallback} speaks in place of {name}: {why}"))
        return fallback

    def fallback_segment(self, segment: Segment, fallback: str) -> Segment:
        """The same text for another backend, with as much of voice and options as that one knows."""
        ready = self._pool.backends[fallback].ready
        assert ready is not None
        try:
            voice = self.catalogue.resolve(segment.voice, backend=fallback).voice.id
        except UnknownName:
            voice = self.catalogue.resolve(None, backend=fallback).voice.id
        options = _understood(ready, segment.options)
        return Segment(fallback, segment.text, voice, options, segment.seed)


def _named_options(request: SpeechRequest, understood: Sequence[Option]) -> Mapping[str, object]:
    """The options with the request's speed among them; 1 is left out where a backend has no other speed."""
    has_speed = any(option.name == "speed" for option in understood)
    if request.speed is None or (request.speed == 1.0 and not has_speed):
        return request.options
    return {"speed": request.speed, **request.options}


def _without_effect(
    backend: str, understood: Sequence[Option], given: Mapping[str, object]
) -> Iterator[SpeechWarning]:
    """Tell of options that were given in vain."""
    for option in understood:
        if option.ignored and given.get(option.name) is not None:
            sentence = f"{option.name} has no effect with the model that {backend} has loaded"
            yield SpeechWarning("option_ignored", sentence)


def _with_language(request: SpeechRequest, ready: ReadyBackend, voice: str) -> Mapping[str, object]:
    """The options, with the text's language for a backend that can read it with a voice of another one."""
    choices = next((each.choices for each in ready.capabilities.options if each.name == "language"), ())
    own = next((each.language for each in ready.voices if each.id == voice), "")
    if not (request.language and own and choices) or serves_language(request.language, (own,)):
        return request.options
    return {"language": closest_language(request.language, choices), **request.options}


def _is_mix(name: str) -> bool:
    """Whether a name looks like a mix rather than like a language with a speaker (`de+f3`)."""
    parts = name.replace(",", "+").split("+")
    return "(" in name or (len(parts) > 1 and all("_" in part for part in parts))


def _understood(ready: ReadyBackend, options: Mapping[str, OptionValue]) -> dict[str, OptionValue]:
    """Those of the options that a backend takes as they are, its own defaults for the rest."""
    complete = complete_options(ready.capabilities.options, {})
    for name, value in options.items():
        try:
            complete |= complete_options(ready.capabilities.options, {name: value})
        except RequestError:
            continue
    return complete
