"""The wire between server and player: what it says, which way, and that all of it arrives."""

from __future__ import annotations

import re
from typing import get_args

from hypothesis import given
from hypothesis import strategies as st

from tests.core.wire.any_message import any_of
from voice_server.core.wire import player_messages
from voice_server.core.wire.codec import Decoder, Message, encode
from voice_server.core.wire.player_messages import PlayerAnswer, PlayerRequest
from voice_server.core.wire.worker_messages import WorkerHello, WorkerReady, WorkerRequest


@given(any_of(PlayerRequest) | any_of(PlayerAnswer))
def test_a_message_with_any_content_comes_back_as_it_was_sent(message: Message) -> None:
    assert Decoder().feed(encode(message)) == [message]


@given(st.lists(any_of(PlayerRequest), max_size=5))
def test_what_a_player_is_told_keeps_its_order(requests: list[Message]) -> None:
    assert Decoder().feed(b"".join(map(encode, requests))) == requests


def test_the_files_laws_name_every_message_in_its_direction() -> None:
    summary = (player_messages.__doc__ or "").partition("Laws:")[0]
    asked, answered = (set(re.findall(r"[A-Z][a-z]+[A-Z]\w+", part)) for part in summary.split("From it:"))
    assert asked == {kind.__name__ for kind in get_args(PlayerRequest)}
    assert answered == {kind.__name__ for kind in get_args(PlayerAnswer)}


def test_a_player_is_not_greeted_like_a_worker() -> None:
    assert WorkerHello in get_args(WorkerRequest)
    assert not {WorkerHello, WorkerReady} & {*get_args(PlayerRequest), *get_args(PlayerAnswer)}
