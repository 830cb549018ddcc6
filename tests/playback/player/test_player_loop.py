"""A real player on a device that nobody hears, over its two pipes."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import pytest

from voice_server.core.wire.child_messages import (
    PROTOCOL_VERSION,
    ChildBye,
    ChildPing,
    ChildPong,
    JobAudio,
)
from voice_server.core.wire.codec import Decoder, Message, encode_parts
from voice_server.core.wire.player_messages import (
    PausePlayer,
    PlayerOpen,
    PlayerOpened,
    ResumePlayer,
    TrackComplete,
    TrackHeard,
)
from voice_server.playback import player_channel
from voice_server.playback.player.player_loop import NULL_DEVICE

PLAYER = Path(player_channel.__file__).parent / "player"
EXIT_S = 10
OPEN = PlayerOpen(PROTOCOL_VERSION, NULL_DEVICE)
SOUND = b"\x10\x01" * 24 * 60  # 60 ms


class PlayerProcess:
    """The server's side of a player's pipes."""

    def __init__(self, process: subprocess.Popen[bytes], requests: IO[bytes], answers: IO[bytes]) -> None:
        self._process = process
        self._requests = requests
        self._answers = answers
        self._decoder = Decoder()
        self._received: list[Message] = []

    def send(self, *messages: Message) -> None:
        self._requests.write(b"".join(part for message in messages for part in encode_parts(message)))
        self._requests.flush()

    def receive(self) -> Message:
        while not self._received:
            chunk = os.read(self._answers.fileno(), 65536)
            assert chunk, "the player has ended"
            self._received += self._decoder.feed(chunk)
        return self._received.pop(0)

    def end_of_track(self, track: int) -> list[TrackHeard]:
        """What is reported of a track up to its end."""
        reports: list[TrackHeard] = []
        while not (reports and reports[-1].is_over):
            message = self.receive()
            assert isinstance(message, TrackHeard)
            assert message.job == track
            reports.append(message)
        return reports

    def close(self) -> None:
        self._requests.close()

    def exit_status(self) -> int:
        return self._process.wait(EXIT_S)


@contextmanager
def player() -> Iterator[PlayerProcess]:
    with subprocess.Popen(
        [sys.executable, str(PLAYER)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=player_channel.player_environment(),
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            yield PlayerProcess(process, process.stdin, process.stdout)
        finally:
            process.kill()


def test_a_track_is_heard_to_its_last_byte_and_no_further() -> None:
    with player() as opened:
        opened.send(OPEN, JobAudio(7, 0, SOUND), TrackComplete(7))
        answer = opened.receive()
        assert isinstance(answer, PlayerOpened)
        assert answer.device == NULL_DEVICE
        heard = [each.audio_bytes for each in opened.end_of_track(7)]
        assert heard == sorted(heard)
        assert heard[-1] == len(SOUND)


def test_a_paused_player_answers_a_ping_and_loses_nothing() -> None:
    with player() as opened:
        opened.send(OPEN, PausePlayer(), JobAudio(7, 0, SOUND), TrackComplete(7), ChildPing())
        assert isinstance(opened.receive(), PlayerOpened)
        assert opened.receive() == ChildPong()
        opened.send(ResumePlayer())
        assert opened.end_of_track(7)[-1].audio_bytes == len(SOUND)


@pytest.mark.parametrize(
    "first", [PlayerOpen(PROTOCOL_VERSION + 1, NULL_DEVICE), ChildPing()], ids=["version", "no opening"]
)
def test_a_server_that_begins_otherwise_is_left_with_an_error(first: Message) -> None:
    with player() as opened:
        opened.send(first)
        assert opened.exit_status() == 1


def test_a_message_that_is_not_for_a_player_ends_it_with_an_error() -> None:
    with player() as opened:
        opened.send(OPEN, ChildPong())
        assert opened.exit_status() == 1


@pytest.mark.parametrize("is_told", [True, False], ids=["a goodbye", "the end of the pipe"])
def test_a_player_ends_well_after_a_goodbye_or_with_its_pipe(*, is_told: bool) -> None:
    with player() as opened:
        opened.send(OPEN, *([ChildBye()] if is_told else []))
        assert isinstance(opened.receive(), PlayerOpened)
        if not is_told:
            opened.close()
        assert opened.exit_status() == 0
