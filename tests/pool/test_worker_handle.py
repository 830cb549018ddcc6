"""What a worker sends goes to its job as long as it keeps the protocol; whatever ends it ends its job."""

from __future__ import annotations

import asyncio
import signal
from dataclasses import dataclass, field, replace

import pytest

from tests.pool.staging import segment
from voice_server.core.types import Capabilities, Frame, Voice, WordMark
from voice_server.core.wire.child_messages import PROTOCOL_VERSION, JobAudio
from voice_server.core.wire.worker_messages import (
    NO_JOB,
    JobDone,
    JobFailed,
    JobWords,
    WorkerReady,
    WorkerVoices,
)
from voice_server.pool.job import Job, JobOutcome, WorkerLost
from voice_server.pool.template import WorkerTemplate
from voice_server.pool.worker_handle import WorkerHandle

READY = WorkerReady(PROTOCOL_VERSION, (), 8000, Capabilities(), 1.0)
MARK = WordMark("hello", 0.0, 100.0, 0, 5)
TENTH = bytes(1600)
"""100 ms of sound at 8 kHz."""


@dataclass
class Handler:
    """Notes what it is told."""

    ended_jobs: list[JobOutcome] = field(default_factory=list)
    breaks: list[str] = field(default_factory=list)
    load_failures: list[str] = field(default_factory=list)
    ends: list[str] = field(default_factory=list)
    stopped_jobs: int = 0

    def worker_active(self, slot: int) -> None:
        assert slot == 0

    def template_loaded(self, slot: int, template: WorkerTemplate) -> None:
        pytest.fail("nothing here becomes a template")

    def worker_ready(self, slot: int, ready: WorkerReady) -> None:
        assert (slot, ready) == (0, READY)

    def load_failed(self, slot: int, reason: str, code: str) -> None:
        self.load_failures.append(f"{code}: {reason}")

    def job_ended(self, slot: int, job: Job, outcome: JobOutcome) -> None:
        self.ended_jobs.append(outcome)

    def job_stopped(self, slot: int) -> None:
        self.stopped_jobs += 1

    def worker_broken(self, slot: int, reason: str) -> None:
        self.breaks.append(reason)

    def worker_ended(self, slot: int, reason: str, last_line: str) -> None:
        self.ends.append(reason)


def worker(*, max_audio_s: float = 30.0) -> tuple[WorkerHandle, Handler, Job]:
    """A worker that is ready and has a job."""
    handler = Handler()
    handle = WorkerHandle("tone-1", 0, handler, max_audio_s=max_audio_s)
    handle.messages_received([READY])
    job = Job(7, segment("hello"), {}, None)
    handle.give(job)
    return handle, handler, job


def taken(job: Job) -> list[Frame | WordMark | None]:
    """What can be taken from a job that has ended."""

    async def take_all() -> list[Frame | WordMark | None]:
        pieces = [await job.take()]
        while pieces[-1] is not None:
            pieces.append(await job.take())
        return pieces[:-1]

    return asyncio.run(take_all())


def test_audio_and_words_of_the_job_reach_it_in_order_until_it_is_done() -> None:
    handle, handler, job = worker()
    done = JobDone(7, 200.0, 5.0)
    handle.messages_received([JobAudio(7, 0, TENTH), JobWords(7, (MARK,)), JobAudio(7, 1, TENTH), done])
    assert taken(job) == [Frame(TENTH, 8000), MARK, Frame(TENTH, 8000)]
    assert (job.outcome, handler.ended_jobs, handler.breaks) == (done, [done], [])


def test_what_belongs_to_another_job_is_dropped() -> None:
    handle, handler, job = worker()
    handle.messages_received([JobAudio(6, 5, TENTH), JobWords(6, (MARK,)), JobDone(6, 900.0, 5.0)])
    handle.messages_received([JobDone(7, 0.0, 5.0)])
    assert taken(job) == []
    assert handler.breaks == []


def test_a_stopped_job_gets_nothing_more_and_the_worker_is_idle_when_it_reports_the_end() -> None:
    handle, handler, job = worker()
    handle.stop()
    stopped = JobFailed(7, "stopped", "stopped", False)
    handle.messages_received([JobAudio(7, 0, TENTH), JobWords(7, (MARK,))])
    assert handler.ended_jobs == []
    handle.messages_received([stopped])
    assert taken(job) == []
    assert handler.ended_jobs == [stopped]


@pytest.mark.parametrize(
    ("messages", "reason"),
    [
        ([JobAudio(7, 1, TENTH)], "left out a frame"),
        ([JobAudio(7, 0, TENTH), JobDone(7, 200.0, 5.0)], "sent less audio than it said"),
    ],
)
def test_a_worker_that_violates_the_protocol_is_broken(
    messages: list[JobAudio | JobDone], reason: str
) -> None:
    handle, handler, _ = worker()
    handle.messages_received([*messages])
    assert handler.breaks == [reason]
    assert handler.ended_jobs == []


@pytest.mark.parametrize("end", [JobFailed(7, "stopped", "stopped", False), JobDone(7, 300.0, 5.0)])
def test_a_job_whose_audio_is_too_long_is_stopped_and_its_worker_stays(end: JobFailed | JobDone) -> None:
    handle, handler, job = worker(max_audio_s=0.15)
    handle.messages_received([JobAudio(7, 0, TENTH), JobAudio(7, 1, TENTH), JobAudio(7, 2, TENTH)])
    assert job.outcome == JobFailed(7, "too_long", "the audio is longer than 0.15 s", False)
    assert taken(job) == [Frame(TENTH, 8000)] * 2
    assert (handler.stopped_jobs, handler.ended_jobs, handler.breaks) == (1, [], [])
    handle.messages_received([end])
    assert (handler.stopped_jobs, handler.ended_jobs, handler.breaks) == (1, [end], [])


def test_a_job_that_was_stopped_by_its_listener_is_not_stopped_again_when_its_audio_is_too_long() -> None:
    handle, handler, job = worker(max_audio_s=0.15)
    handle.stop()
    handle.messages_received([JobAudio(7, 0, TENTH), JobAudio(7, 1, TENTH)])
    assert (handler.stopped_jobs, handler.ended_jobs, handler.breaks) == (0, [], [])
    assert job.outcome is None


def test_the_first_reason_for_a_workers_end_is_the_one_that_is_told() -> None:
    handle, handler, job = worker()
    handle.kill("was silent for too long")
    handle.process_ended(-signal.SIGKILL)
    assert job.outcome == WorkerLost("was silent for too long")
    assert handler.ends == ["was silent for too long"]


@pytest.mark.parametrize(
    ("status", "reason"),
    [(3, "exited with status 3"), (-9, "was ended by SIGKILL"), (-99, "was ended by signal 99")],
)
def test_a_process_that_ends_by_itself_loses_its_job_and_says_how_it_ended(status: int, reason: str) -> None:
    handle, handler, job = worker()
    handle.process_ended(status)
    assert job.outcome == WorkerLost(reason)
    assert handler.ends == [reason]


def test_an_engine_that_cannot_be_loaded_is_the_reason_for_the_end_of_its_process() -> None:
    handle, handler, _ = worker()
    handle.messages_received([JobFailed(NO_JOB, "load_failed", "it has no weights", False)])
    handle.process_ended(1)
    assert handler.load_failures == ["load_failed: it has no weights"]
    assert handler.ends == ["could not load its engine"]


def test_voices_that_came_before_it_are_in_front_of_those_of_the_ready_message() -> None:
    told: list[WorkerReady] = []

    class Listening(Handler):
        def worker_ready(self, slot: int, ready: WorkerReady) -> None:
            told.append(ready)

    handle = WorkerHandle("tone-1", 0, Listening(), max_audio_s=30.0, backend="tone")
    first, second, third = (Voice(name, "", "en") for name in ("a", "b", "c"))
    handle.messages_received(
        [WorkerVoices((first,)), WorkerVoices((second,)), replace(READY, voices=(third,))]
    )
    assert [voice.id for voice in told[0].voices] == ["a", "b", "c"]
    assert told[0].voices[0].backend == "tone"


def test_a_worker_whose_voices_have_no_end_is_refused() -> None:
    handler = Handler()
    handle = WorkerHandle("tone-1", 0, handler, max_audio_s=30.0)
    many = WorkerVoices((Voice("a", "", "en"),) * 5_000)
    for _ in range(21):
        handle.messages_received([many])
    assert handler.breaks == ["offers more than 100000 voices"]
