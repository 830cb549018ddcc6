"""What every child process is told and answers is the same on both wires."""

from __future__ import annotations

import logging
from dataclasses import FrozenInstanceError, fields
from typing import get_args

import pytest

from voice_server.core.wire import child_messages
from voice_server.core.wire.child_messages import ChildBye, ChildLog, ChildPing, ChildPong, JobAudio, StopJob
from voice_server.core.wire.codec import Answer, Decoder, Request, encode
from voice_server.core.wire.player_messages import PlayerAnswer, PlayerRequest
from voice_server.core.wire.worker_messages import WorkerAnswer, WorkerRequest

MESSAGES = (JobAudio(1, 0, b"\1\0"), StopJob(1), ChildPing(), ChildPong(), ChildBye(), ChildLog(20, "ready"))


def test_the_examples_are_all_messages_that_there_are() -> None:
    classes = {each for each in vars(child_messages).values() if isinstance(each, type)}
    assert {type(message) for message in MESSAGES} == classes


@pytest.mark.parametrize("kind", [StopJob, ChildPing, ChildBye])
def test_a_worker_and_a_player_are_asked_alike(kind: type) -> None:
    assert kind in get_args(WorkerRequest)
    assert kind in get_args(PlayerRequest)


@pytest.mark.parametrize("kind", [ChildPong, ChildLog])
def test_a_worker_and_a_player_answer_alike(kind: type) -> None:
    assert kind in get_args(WorkerAnswer)
    assert kind in get_args(PlayerAnswer)


def test_audio_comes_from_a_worker_and_goes_to_a_player() -> None:
    assert JobAudio in get_args(WorkerAnswer)
    assert JobAudio in get_args(PlayerRequest)
    assert JobAudio not in {*get_args(WorkerRequest), *get_args(PlayerAnswer)}


def test_apart_from_audio_no_message_is_both_asked_and_answered() -> None:
    assert set(get_args(Request)) & set(get_args(Answer)) == {JobAudio}


@pytest.mark.parametrize("message", [message for message in MESSAGES if fields(message)], ids=repr)
def test_a_message_cannot_be_changed_once_it_is_written(message: JobAudio | StopJob | ChildLog) -> None:
    with pytest.raises(FrozenInstanceError):
        setattr(message, fields(message)[0].name, 2)


@pytest.mark.parametrize("level", [logging.DEBUG, logging.INFO, logging.WARNING, logging.ERROR])
def test_a_log_lines_level_arrives_as_pythons_own_number(level: int) -> None:
    [line] = Decoder().feed(encode(ChildLog(level, "careful")))
    assert isinstance(line, ChildLog)
    assert logging.getLevelName(line.level) == logging.getLevelName(level)
