"""The server's loudspeakers, shared by all programs that have it speak.

`Playlist` decides which text is heard; this shell has the texts rendered by the speech service and played on
the channel of their voice. Everything runs in callbacks and in one task for each text that is heard.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from types import TracebackType
from typing import Literal, Self

from voice_server.core import playlist as lists
from voice_server.core.playlist import Playlist, PlaylistItem, PlaylistPolicy
from voice_server.core.speech.speech_settings import SpeechSettings
from voice_server.core.speech.utterance_events import SentenceAudio, SentenceFailed
from voice_server.core.types import SpeechWarning
from voice_server.core.wire.player_messages import PlayerOpened
from voice_server.errors import Busy, TooMuch, UnknownName, VoiceServerError
from voice_server.playback.device import NoSpeakers
from voice_server.playback.playback_status import PlaybackStatus, PlaylistEntry, TextProgress
from voice_server.playback.player.player_loop import DEFAULT_DEVICE, NULL_DEVICE
from voice_server.playback.player_channel import PlayerChannel
from voice_server.speech import Speech, SpeechRequest, SpeechService

CHANNEL_IDLE_S = 60.0

_REPORT_MS = 250.0
_PROBE_S = 10.0
_FIRST_PLAYER_S = 2.0
"""How long the first texts wait for a player to say whether there is a sound device."""
_NO_DEVICE = SpeechWarning("no_speakers", "this machine has no sound device, so nothing can be heard")

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Text:
    """One text from its acceptance to its end."""

    item: PlaylistItem
    text: str
    settings: SpeechSettings
    speech: Speech | None = None
    task: asyncio.Task[None] | None = None
    heard_ms: float = 0.0
    reported_ms: float = 0.0
    ended_as: Literal["heard", "stopped", "failed", ""] = ""
    failure: str = ""
    moved: asyncio.Event = field(default_factory=asyncio.Event)

    def end(self) -> None:
        if self.speech is not None:
            self.speech.close()
        if self.task is not None:
            self.task.cancel()


@dataclass(slots=True)
class _ChannelSettings:
    """What holds for all channels: device, volume, pause, and what their players found out."""

    device: str
    volume: float = 1.0
    is_paused: bool = False
    opened: str | None = None
    names: tuple[str, ...] = ()
    pending_warnings: list[SpeechWarning] = field(default_factory=list)


class Loudspeakers:
    """Plays texts on the sound device; an async context manager that owns the players.

    `device` is the sound device by name, "" the system's own choice; a voice's player ends when it has been
    silent for `idle_s`.
    """

    def __init__(self, service: SpeechService, *, device: str = "", idle_s: float = CHANNEL_IDLE_S) -> None:
        self._service = service
        self._settings = _ChannelSettings(device)
        self._playlist = Playlist(idle_s)
        self._texts: dict[int, _Text] = {}
        self._channels: dict[str, PlayerChannel] = {}
        self._numbers = count(1)
        self._tasks = asyncio.TaskGroup()
        self._timer: asyncio.TimerHandle | None = None
        self._opened = asyncio.Event()
        self._first_player_known = asyncio.Event()
        self._idle_or_paused = asyncio.Event()
        self._idle_or_paused.set()
        self._is_closed = False

    async def __aenter__(self) -> Self:
        self._loop = asyncio.get_running_loop()
        await self._tasks.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._is_closed = True
        if self._timer is not None:
            self._timer.cancel()
        for text in self._texts.values():
            text.end()
        for channel in self._channels.values():
            self._tasks.create_task(channel.close())
        await self._tasks.__aexit__(kind, error, trace)

    # Texts.

    def accept(
        self, text: str, request: SpeechRequest, policy: PlaylistPolicy = PlaylistPolicy.INTERRUPT
    ) -> tuple[PlaylistEntry, list[SpeechWarning]]:
        """Put a text on the list; return its entry, and a warning for each part of `request` that is not met.

        Raises UnknownName, RequestError, TooMuch, Busy or BackendDown.
        """
        self._check_room(text)
        settings, warnings = self._service.settings(request)
        channel = self._channel_name(settings)
        item = PlaylistItem(next(self._numbers), channel, policy)
        self._texts[item.number] = _Text(item, text, settings)
        self._idle_or_paused.clear()
        _log.info("a text waits", extra={"channel": channel, "id": item.number, "chars": len(text)})
        self._channel(channel)
        self._receive(lists.ItemAdded(item))
        return self._entry(item, self._state(item)), warnings

    async def take_warnings(self) -> list[SpeechWarning]:
        """Return, once each, the warnings that no client has got yet, such as that there is no sound device.

        Until the first player has looked for a device this waits for it, so that the first client is warned;
        the sound does not wait. A player that takes longer than `_FIRST_PLAYER_S` is not waited for again.
        """
        with suppress(TimeoutError):
            async with asyncio.timeout(_FIRST_PLAYER_S):
                await self._first_player_known.wait()
        self._first_player_known.set()
        told, self._settings.pending_warnings = self._settings.pending_warnings, []
        return told

    def follow(self, number: int) -> AsyncIterator[TextProgress]:
        """How much of a text on the list has been heard, now and whenever it is more, and at last its end.

        One may follow a text at a time. Raises KeyError for a text that is not on the list.
        """
        return self._followed(self._texts[number])

    async def _followed(self, text: _Text) -> AsyncIterator[TextProgress]:
        while True:
            text.moved.clear()
            progress = self._progress(text)
            yield progress
            if progress.is_over:
                return
            await text.moved.wait()

    def _progress(self, text: _Text) -> TextProgress:
        state = text.ended_as or ("playing" if text.item in self._playlist.playing else "waiting")
        if state == "heard":
            heard_chars = len(text.text)
        else:
            heard_chars = 0 if text.speech is None else len(text.speech.heard(text.heard_ms).heard)
        return TextProgress(state, text.heard_ms, heard_chars, text.failure)

    def _check_room(self, text: str) -> None:
        limits = self._service.limits
        if len(text) > limits.buffered_chars:
            most = limits.buffered_chars
            raise TooMuch(f"a text to be heard has at most {most} characters, not {len(text)}")
        waiting = sum(len(each.text) for each in self._texts.values())
        if len(self._texts) >= limits.queued_sentences or waiting + len(text) > 2 * limits.buffered_chars:
            raise Busy(f"{len(self._texts)} texts wait to be heard; ask again when some have been")

    def skip(self) -> int:
        """End the texts that are heard now; return how many those were."""
        skipped = len(self._playlist.playing)
        self._receive(lists.CurrentSkipped())
        return skipped

    def stop(self, ids: Iterable[int] | None = None) -> int:
        """End these texts, or all; return how many were on the list."""
        wanted = None if ids is None else frozenset(ids)
        stopped = sum(wanted is None or number in wanted for number in self._texts)
        self._receive(lists.ItemsStopped(wanted))
        return stopped

    async def drain(self) -> None:
        """Return when all texts on the list have been heard, or playback is paused."""
        while self._texts and not self._settings.is_paused:
            self._idle_or_paused.clear()
            await self._idle_or_paused.wait()

    @property
    def is_busy(self) -> bool:
        """Whether anything is on the list."""
        return bool(self._texts)

    # Sound.

    def set_paused(self, is_paused: bool) -> None:
        """Pause, or resume where it was paused."""
        self._settings.is_paused = is_paused
        self._idle_or_paused.set()
        for channel in self._channels.values():
            channel.set_paused(is_paused)

    def set_volume(self, level: float) -> None:
        """Set the volume, from 0 to 1, of everything that is heard from now on."""
        self._settings.volume = level
        for channel in self._channels.values():
            channel.set_volume(level)

    async def devices(self) -> tuple[str, ...]:
        """The sound devices of this machine; starts a player to list them if none has before."""
        if self._settings.opened is None:
            self.warm()
            try:
                async with asyncio.timeout(_PROBE_S):
                    await self._opened.wait()
            except TimeoutError:
                raise NoSpeakers(f"no player was ready within {_PROBE_S:g} s to look for devices") from None
        return (*self._settings.names, NULL_DEVICE)

    async def set_device(self, name: str) -> None:
        """Play on another device from here on; "default" is the system's own choice. Raises UnknownName."""
        names = await self.devices()
        if name not in (*names, DEFAULT_DEVICE):
            raise UnknownName("device", name, (*names, DEFAULT_DEVICE))
        self._settings.device = "" if name == DEFAULT_DEVICE else name
        if name in names or self._settings.opened:
            self._settings.opened = name
        for channel in self._channels.values():
            channel.set_device(self._settings.device)

    def warm(self, request: SpeechRequest | None = None) -> None:
        """Start the player of a voice before there is anything to say. Raises what `accept` raises."""
        settings, _ = self._service.settings(request or SpeechRequest())
        name = self._channel_name(settings)
        self._channel(name)
        self._receive(lists.ChannelOpened(name))

    def status(self) -> PlaybackStatus:
        """What is heard now and what comes next."""
        return PlaybackStatus(
            is_paused=self._settings.is_paused,
            volume=self._settings.volume,
            device=self._settings.opened if self._settings.opened is not None else self._settings.device,
            playing=[self._entry(item, "playing") for item in self._playlist.playing],
            waiting=[self._entry(item, "waiting") for item in self._playlist.waiting],
        )

    def pids(self) -> list[int]:
        """The process ids of the players there are."""
        return [pid for channel in self._channels.values() if (pid := channel.pid) is not None]

    def _state(self, item: PlaylistItem) -> str:
        return "playing" if item in self._playlist.playing else "waiting"

    def _entry(self, item: PlaylistItem, state: str) -> PlaylistEntry:
        text = self._texts[item.number]
        settings = text.settings
        return PlaylistEntry(
            id=item.number,
            state=state,
            voice=settings.voice,
            language=self._language(settings),
            backend=settings.backend,
            text=text.text,
            heard_ms=text.heard_ms,
        )

    def _channel_name(self, settings: SpeechSettings) -> str:
        return f"{settings.backend}/{settings.voice}/{self._language(settings).casefold()}"

    def _language(self, settings: SpeechSettings) -> str:
        """The language asked for, else the voice's own; the same tag either way leads to the same channel."""
        if settings.language:
            return settings.language
        named = (settings.backend, settings.voice)
        voices = self._service.voices()
        return next((each.language for each in voices if (each.backend, each.id) == named), "")

    # What a channel reports.

    def channel_opened(self, opened: PlayerOpened) -> None:
        if opened.device == "" and self._settings.opened != "":
            _log.warning("this machine has no sound device; what is spoken cannot be heard")
            self._settings.pending_warnings.append(_NO_DEVICE)
        wanted = self._settings.device
        if opened.device and wanted and opened.device != wanted:
            message = f"there is no device {wanted} any more, {opened.device} plays in its place"
            _log.warning("a device is gone", extra={"device": wanted, "instead": opened.device})
            self._settings.pending_warnings.append(SpeechWarning("device_substituted", message))
            self._settings.device = ""
        self._settings.opened, self._settings.names = opened.device, opened.devices
        self._opened.set()
        self._first_player_known.set()

    def track_heard(self, track: int, heard_ms: float) -> None:
        text = self._texts.get(track)
        if text is None:
            return
        text.heard_ms = heard_ms
        if heard_ms - text.reported_ms >= _REPORT_MS and text.speech is not None:
            text.reported_ms = heard_ms
            text.speech.played(heard_ms)
            text.moved.set()

    def track_over(self, track: int, failure: str | None) -> None:
        if failure is not None:
            _log.error("a text could not be heard", extra={"text_id": track, "reason": failure})
            if not self._settings.pending_warnings:
                self._settings.pending_warnings.append(SpeechWarning(NoSpeakers.code, failure))
            if track in self._texts:
                self._texts[track].failure = failure
        self._end(track, "heard" if failure is None else "failed")

    # What the playlist decides.

    def _channel(self, name: str) -> PlayerChannel:
        channel = self._channels.get(name)
        if channel is None:
            common = self._settings
            channel = self._channels[name] = PlayerChannel(
                name,
                self,
                self._tasks.create_task,
                device=common.device,
                volume=common.volume,
                is_paused=common.is_paused,
            )
        return channel

    def _receive(self, event: lists.PlaylistInput) -> None:
        self._playlist.receive(event, self._loop.time())
        self._perform()

    def _tick(self) -> None:
        self._timer = None
        self._playlist.tick(self._loop.time())
        self._perform()

    def _perform(self) -> None:
        for action in self._playlist.take_actions():
            match action:
                case lists.PrepareItem(item):
                    self._open(self._texts[item.number])
                case lists.StartItem(item):
                    text = self._texts[item.number]
                    _log.info("a text begins", extra={"channel": item.channel, "id": item.number})
                    speech = self._open(text)  # now: what is prepared next must come after it
                    text.task = self._tasks.create_task(self._play(text, speech))
                case lists.StopItem(item):
                    self._channels[item.channel].stop(item.number)
                    self._forget(item.number, "stopped")
                case lists.CloseChannel(name):
                    self._tasks.create_task(self._channels.pop(name).close())
        self._arm()

    def _arm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        deadline = self._playlist.next_deadline()
        if deadline is not None and not self._is_closed:
            self._timer = self._loop.call_at(deadline, self._tick)

    def _open(self, text: _Text) -> Speech:
        """Have a text rendered, after the one that is heard now."""
        if text.speech is None:
            before = [self._texts[item.number].speech for item in self._playlist.playing]
            text.speech = self._service.open(text.settings, after=before[-1] if before else None)
            text.speech.push(text.text)
            text.speech.end()
        return text.speech

    async def _play(self, text: _Text, speech: Speech) -> None:
        number = text.item.number
        channel = self._channel(text.item.channel)
        try:
            async for event in speech:
                if isinstance(event, SentenceAudio):
                    await channel.play(number, event.pcm)
                elif isinstance(event, SentenceFailed):
                    _log.warning("a sentence could not be spoken", extra={"code": event.code, "id": number})
                    text.failure = event.message
            channel.complete(number)
        except VoiceServerError as error:
            self.track_over(number, error.message)
        except Exception:
            _log.exception("a text could not be heard")
            text.failure = "the server could not do this; its log says why"
            self._end(number, "failed")

    def _end(self, number: int, how: Literal["heard", "failed"]) -> None:
        self._forget(number, how)
        self._receive(lists.ItemEnded(number))

    def _forget(self, number: int, how: Literal["heard", "stopped", "failed"]) -> None:
        text = self._texts.pop(number, None)
        if text is not None:
            text.end()
            text.ended_as = how
            ended = {"id": number, "how": how, "heard_ms": round(text.heard_ms)}
            _log.info("a text is over", extra={"channel": text.item.channel, **ended})
            text.moved.set()
        if not self._texts:
            self._idle_or_paused.set()
