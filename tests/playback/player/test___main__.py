"""The player as a process: it runs from any folder and answers nothing but messages."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import voice_server
from voice_server.core.wire.child_messages import PROTOCOL_VERSION, ChildBye, ChildPing, ChildPong
from voice_server.core.wire.codec import Decoder, Message, Request, encode
from voice_server.core.wire.player_messages import PlayerOpen, PlayerOpened
from voice_server.playback.player_channel import player_environment

PLAYER = Path(voice_server.__file__).parent / "playback" / "player"
OPEN = PlayerOpen(PROTOCOL_VERSION, "null")


def played(folder: Path, *requests: Request) -> tuple[int, list[Message]]:
    """The exit status and the answers of a player that was started in `folder` and sent these requests."""
    ended = subprocess.run(
        [sys.executable, str(PLAYER)],
        check=False,
        input=b"".join(map(encode, requests)),
        capture_output=True,
        cwd=folder,
        env=player_environment(),
        timeout=20,
    )
    return ended.returncode, Decoder().feed(ended.stdout)


def test_a_player_started_anywhere_opens_its_device_and_goes_when_told(tmp_path: Path) -> None:
    status, (opened, *others) = played(tmp_path, OPEN, ChildPing(), ChildBye())
    assert isinstance(opened, PlayerOpened)
    assert opened.device == "null"
    assert others == [ChildPong()]
    assert status == 0


def test_files_in_the_folder_it_was_started_in_hide_no_module(tmp_path: Path) -> None:
    for name in ("voice_server", "msgpack", "json"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('the wrong module')")
    status, (opened, *_) = played(tmp_path, OPEN, ChildBye())
    assert isinstance(opened, PlayerOpened)
    assert status == 0


def test_a_player_ends_with_its_requests(tmp_path: Path) -> None:
    status, answers = played(tmp_path, OPEN)
    assert status == 0
    assert len(answers) == 1
