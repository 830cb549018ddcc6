"""The texts of one Wyoming connection that are being spoken, in the order in which they came.

An answer is one pair of `audio-start` and `audio-stop` with all of its sound between them, whatever the
number of its sentences; behind that of a text that came in chunks stands `synthesize-stopped`.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable

from voice_server.core.speech.speech_settings import SpeechSettings
from voice_server.core.speech.utterance_events import (
    SentenceAudio,
    SentenceFailed,
    UtteranceEvent,
    UtteranceFinished,
)
from voice_server.endpoints.dialects.wyoming.wyoming_events import (
    AUDIO_START,
    AUDIO_STOP,
    SYNTHESIZE_STOPPED,
    error_event,
    sound_events,
)
from voice_server.endpoints.websocket.stream_turns import check_text
from voice_server.errors import TooMuch, VoiceServerError
from voice_server.speech import Speech, SpeechService

_log = logging.getLogger(__name__)


class _Answer:
    """One text, and how its events are written."""

    def __init__(self, speech: Speech, *, in_chunks: bool) -> None:
        self.speech = speech
        self._in_chunks = in_chunks
        self._has_begun = False
        self._failures: list[SentenceFailed] = []

    def parts(self, event: UtteranceEvent) -> list[bytes]:
        """What the client is sent for an event. Raises VoiceServerError where nothing could be spoken."""
        match event:
            case SentenceAudio(pcm=pcm):
                return [*self._beginning(), *sound_events(pcm)]
            case SentenceFailed(code=code):
                _log.warning("a sentence of an answer is left out", extra={"code": code})
                self._failures.append(event)
            case UtteranceFinished():
                return self._ending()
            case _:
                pass
        return []

    def _beginning(self) -> list[bytes]:
        has_begun, self._has_begun = self._has_begun, True
        return [] if has_begun else [AUDIO_START]

    def _ending(self) -> list[bytes]:
        """The end of the sound, behind it what could not be spoken, and the end of the answer."""
        failures = self._failures
        if failures and not self._has_begun:
            raise VoiceServerError(failures[0].message, code=failures[0].code)
        told = [error_event(failures[0].code, _what_is_missing(failures))] if failures else []
        return [*self._beginning(), AUDIO_STOP, *told, *self.ending_of_chunks()]

    def ending_of_chunks(self) -> list[bytes]:
        """`synthesize-stopped`, where the text came in chunks."""
        return [SYNTHESIZE_STOPPED] if self._in_chunks else []

    def breaking_off(self) -> list[bytes]:
        """What ends the answer behind an error, for clients that do not know errors."""
        return [*([AUDIO_STOP] if self._has_begun else []), *self.ending_of_chunks()]


def _what_is_missing(failures: list[SentenceFailed]) -> str:
    first = failures[0]
    if len(failures) == 1:
        return f"sentence {first.index} is missing: {first.message}"
    return f"{len(failures)} sentences are missing, the first is {first.index}: {first.message}"


class WyomingAnswers:
    """The answers that have not been sent; `on_event` is called when `take` is worth calling again."""

    def __init__(self, service: SpeechService, on_event: Callable[[], None]) -> None:
        self._service = service
        self._on_event = on_event
        self._answers: deque[_Answer] = deque()

    def __len__(self) -> int:
        """How many answers have not been sent to their end."""
        return len(self._answers)

    def open(self, settings: SpeechSettings, *, in_chunks: bool) -> None:
        """Begin an answer, which is heard after all others. Raises TooMuch, and Busy for the first."""
        most = self._service.limits.open_turns
        if len(self._answers) >= most:
            raise TooMuch(
                f"a connection has at most {most} texts that have not been spoken; send the next one later",
                code="too_many_turns",
            )
        after = self._answers[-1].speech if self._answers else None
        if after is None:
            self._service.check_room(settings)
        speech = self._service.open(settings, after=after, pauses_before=False, on_event=self._on_event)
        self._answers.append(_Answer(speech, in_chunks=in_chunks))

    def push(self, text: str) -> None:
        """Add text to the newest answer. Raises TooMuch where too much of the connection's waits."""
        check_text(self._service, (each.speech for each in self._answers), len(text))
        self._answers[-1].speech.push(text)

    def end(self) -> None:
        """The text of the newest answer has ended."""
        self._answers[-1].speech.end()

    def take(self) -> list[bytes] | None:
        """What the client is sent next, in parts; None until `on_event`.

        Raises VoiceServerError where nothing of an answer could be spoken.
        """
        while self._answers:
            answer = self._answers[0]
            event = answer.speech.take()
            if event is None:
                return None
            parts = answer.parts(event)
            if isinstance(event, UtteranceFinished):
                self._answers.popleft()
            if parts:
                return parts
        return None

    def break_off(self) -> list[bytes]:
        """Stop all that is still being rendered; return what ends the answer that is being heard."""
        last = self._answers[0].breaking_off() if self._answers else []
        self.close()
        return last

    def close(self) -> None:
        """Stop everything that is still being rendered."""
        for answer in self._answers:
            answer.speech.close()
        self._answers.clear()
