"""What the tools do: texts on the loudspeakers of the server's machine, or addresses of sound to fetch.

Every answer is a sentence for a model. An agent hears of its own texts and ends them; those of others it ends
only where it asks for that.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from pathlib import PurePath

from voice_server.core.playlist import PlaylistPolicy
from voice_server.core.types import SpeechWarning, Voice
from voice_server.endpoints.app_state import AppState
from voice_server.endpoints.dialects.mcp.agent import Agent
from voice_server.endpoints.dialects.mcp.sound_links import SoundLinks
from voice_server.endpoints.dialects.mcp.tool_arguments import (
    ListVoicesArguments,
    SpeakArguments,
    StopArguments,
)
from voice_server.endpoints.http.speech_fields import resolve_speech
from voice_server.errors import RequestError, UnknownName, VoiceServerError
from voice_server.playback.playback_status import PlaylistEntry, TextProgress
from voice_server.sound_files.encoding import FORMATS
from voice_server.sound_files.file_formats import FORMAT_OF_SUFFIX
from voice_server.speech import SpeechRequest
from voice_server.voices.language_tags import serves_language

_MOST_VOICES = 100
_QUOTED_CHARS = 200

ReportProgress = Callable[[float, float, str], Awaitable[None]]
"""Is told how far a call is: so many of so many characters, and a sentence."""


@dataclass(frozen=True, slots=True)
class SoundLink:
    """Where a file of sound can be fetched: the address below the server's, and its media type."""

    path: str
    media_type: str


class Tools:
    """The tools of one server, for all agents."""

    def __init__(self, state: AppState, links: SoundLinks) -> None:
        self._state = state
        self._links = links
        self._speaking: dict[int, str] = {}
        """The sessions of agents by the numbers of their texts on the list."""

    async def speak(self, agent: Agent, arguments: SpeakArguments, report: ReportProgress) -> str:
        """Put a text on the list; with `wait`, return when it has ended, and end it where that is cancelled.

        Raises VoiceServerError.
        """
        loudspeakers = self._state.loudspeakers
        _refuse_empty(arguments.text)
        with self._state.open_work():
            earlier = self._texts_of(agent)
            entry, warnings = self._accept(agent, arguments)
            progress = loudspeakers.follow(entry.id)
            if arguments.interrupt:
                loudspeakers.stop(earlier)
            self._forget_ended()
            self._speaking[entry.id] = agent.session
            try:
                warnings += await loudspeakers.take_warnings()
                if not arguments.wait:
                    return with_notes(self._accepted(entry), warnings)
                reported_chars = -1
                async for now in progress:
                    if now.heard_chars > reported_chars:
                        reported_chars = now.heard_chars
                        message = f"{now.heard_ms / 1000:.1f} s heard"
                        await report(reported_chars, len(arguments.text), message)
            except BaseException:
                loudspeakers.stop([entry.id])
                raise
            return with_notes(_ended(now, arguments.text), warnings)

    def link(self, agent: Agent, arguments: SpeakArguments) -> tuple[SoundLink, list[SpeechWarning]]:
        """An address from which a text can be fetched as a file of sound. Raises VoiceServerError."""
        assert arguments.file is not None
        suffix = PurePath(arguments.file).suffix.lower()
        if suffix not in FORMAT_OF_SUFFIX:
            raise RequestError(f"file must end with one of {', '.join(FORMAT_OF_SUFFIX)}")
        try:
            resolved = resolve_speech(
                self._state.service,
                text=arguments.text,
                form=FORMAT_OF_SUFFIX[suffix],
                sample_rate=None,
                bit_rate=None,
                request=_request(agent, arguments),
            )
        except UnknownName as error:
            raise _explained(agent, arguments, error) from None
        name = self._links.add(resolved, suffix)
        media_type = FORMATS[FORMAT_OF_SUFFIX[suffix]].media_type
        return SoundLink(f"/mcp/sounds/{name}", media_type), resolved.warnings

    def stop(self, agent: Agent, arguments: StopArguments) -> str:
        """End an agent's texts, or all."""
        ended = self._state.loudspeakers.stop(None if arguments.everything else self._texts_of(agent))
        return f"Ended {_plural(ended, 'text')}." if ended else "Nothing was being said."

    def list_voices(self, agent: Agent, arguments: ListVoicesArguments) -> str:
        """The voices that there are, one a line, and the agent's own. Raises UnknownName."""
        service = self._state.service
        names = service.backend_names
        if arguments.backend is not None and arguments.backend not in names:
            raise UnknownName("backend", arguments.backend, names)
        ordered = sorted(names, key=lambda name: name != service.default_backend)
        voices = [
            voice
            for name in ordered
            if arguments.backend in (None, name)
            for _, voice in service.numbered_voices(name)
        ]
        wanted = arguments.language
        if wanted is not None:
            languages = {voice.language for voice in voices}
            serving = {each for each in languages if serves_language(wanted, (each,))}
            if not serving:
                raise UnknownName("language", wanted, languages)
            voices = [voice for voice in voices if voice.language in serving]
        return "\n".join([self._own_voice(agent), *_listed(voices)])

    def _own_voice(self, agent: Agent) -> str:
        """Which voice an agent has, or why it has none."""
        try:
            settings, _ = self._state.service.settings(SpeechRequest(voice=agent.voice))
        except UnknownName as error:
            return agent.explained(error).message
        except VoiceServerError as error:
            return error.message
        known = f"You are known as {agent.name!r}; y" if agent.name else "Y"
        return f"{known}our own voice is {settings.voice} of {settings.backend}."

    def _accept(self, agent: Agent, arguments: SpeakArguments) -> tuple[PlaylistEntry, list[SpeechWarning]]:
        try:
            return self._state.loudspeakers.accept(
                arguments.text, _request(agent, arguments), PlaylistPolicy.QUEUE
            )
        except UnknownName as error:
            raise _explained(agent, arguments, error) from None

    def _accepted(self, entry: PlaylistEntry) -> str:
        status = self._state.loudspeakers.status()
        before = [each.id for each in (*status.playing, *status.waiting)]
        place = before.index(entry.id) if entry.id in before else 0
        when = f"after {_plural(place, 'other text')}" if place else "now"
        paused = " The loudspeakers are paused: nothing is heard until somebody lets them go on."
        return f"{entry.voice} of {entry.backend} says it {when}." + (paused if status.is_paused else "")

    def _texts_of(self, agent: Agent) -> list[int]:
        return [number for number, session in self._speaking.items() if session == agent.session]

    def _forget_ended(self) -> None:
        status = self._state.loudspeakers.status()
        there = {each.id for each in (*status.playing, *status.waiting)}
        self._speaking = {number: session for number, session in self._speaking.items() if number in there}


def _request(agent: Agent, arguments: SpeakArguments) -> SpeechRequest:
    voice = arguments.voice or agent.voice
    return SpeechRequest(voice=voice, language=arguments.language, speed=arguments.speed)


def _explained(agent: Agent, arguments: SpeakArguments, error: UnknownName) -> UnknownName:
    """An error about a voice, which says who chose it where the model did not."""
    is_own = error.kind == "voice" and arguments.voice is None
    return agent.explained(error) if is_own else error


def _refuse_empty(text: str) -> None:
    if not text.strip():
        raise RequestError("text must have something in it beside white space", code="no_text")


def _ended(last: TextProgress, text: str) -> str:
    """How a text ended, for whoever wanted to know."""
    seconds = f"{last.heard_ms / 1000:.1f} s"
    if last.state == "heard" and last.heard_ms:
        failed = f" Not all of it: {last.failure}." if last.failure else ""
        return f"Heard to its end, {seconds}.{failed}"
    if last.state == "stopped":
        heard = text[: last.heard_chars]
        quoted = heard if len(heard) <= _QUOTED_CHARS else "… " + heard[-_QUOTED_CHARS:]
        return f'Stopped after {seconds}. Heard was: "{quoted}"' if heard else "Stopped before it was heard."
    raise RequestError(last.failure or "there was nothing in it that can be spoken", code="nothing_to_speak")


def with_notes(first: str, warnings: Iterable[SpeechWarning]) -> str:
    """An answer with a line for each warning."""
    return "\n".join([first, *(f"Note: {each.message}." for each in warnings)])


def _listed(voices: list[Voice]) -> list[str]:
    """A line for each voice, or for so many of them and how to see others."""
    lines = [
        " ".join(filter(None, (voice.id, voice.language, voice.gender, f"({voice.backend})")))
        for voice in voices[:_MOST_VOICES]
    ]
    more = len(voices) - _MOST_VOICES
    if more > 0:
        languages = ", ".join(sorted({voice.language for voice in voices} - {""}))
        lines.append(f"… and {more} more; name a language to see its voices: {languages}")
    return lines


def _plural(count: int, noun: str) -> str:
    return f"1 {noun}" if count == 1 else f"{count} {noun}s"
