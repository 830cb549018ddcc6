"""The wire between server and worker: what it says, which way, and that all of it arrives."""

from __future__ import annotations

import re
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.wire.any_message import any_of
from voice_server.core.wire import worker_messages
from voice_server.core.wire.codec import Decoder, Message, encode
from voice_server.core.wire.worker_messages import (
    NO_JOB,
    Forkable,
    Forked,
    ForkEnded,
    RenderJob,
    WorkerAnswer,
    WorkerRequest,
)

TEMPLATE_ANSWERS = (Forkable, Forked, ForkEnded)


@given(any_of(WorkerRequest) | any_of(WorkerAnswer))
def test_a_message_with_any_content_comes_back_as_it_was_sent(message: Message) -> None:
    assert Decoder().feed(encode(message)) == [message]


@given(st.lists(any_of(WorkerAnswer), max_size=5))
def test_a_workers_answers_keep_their_order(answers: list[Message]) -> None:
    assert Decoder().feed(b"".join(map(encode, answers))) == answers


def test_the_files_laws_name_every_message_in_its_direction() -> None:
    summary = (worker_messages.__doc__ or "").partition("Laws:")[0]
    asked, answered = (set(re.findall(r"[A-Z][a-z]+[A-Z]\w+", part)) for part in summary.split("From it:"))
    assert asked == {kind.__name__ for kind in get_args(WorkerRequest)}
    assert answered == {kind.__name__ for kind in get_args(WorkerAnswer) if kind not in TEMPLATE_ANSWERS}


@pytest.mark.parametrize("kind", TEMPLATE_ANSWERS, ids=lambda kind: kind.__name__)
def test_the_files_laws_say_when_a_template_answers(kind: type) -> None:
    assert kind.__name__ in (worker_messages.__doc__ or "").partition("becomes a template")[2]


def test_that_a_backend_could_not_be_loaded_is_the_failure_of_no_job() -> None:
    assert NO_JOB < 1, "jobs are numbered from 1"


def test_a_job_is_missed_at_once_unless_it_says_otherwise() -> None:
    [job] = Decoder().feed(encode(RenderJob(1, "Hello.", "af", {})))
    assert isinstance(job, RenderJob)
    assert job.spare_s == 0.0
