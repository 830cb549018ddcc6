"""Which job gets which slot."""

from __future__ import annotations

from itertools import count

import pytest

from tests.pool.staging import segment
from voice_server.core.wire.codec import Decoder
from voice_server.core.wire.worker_messages import RenderJob
from voice_server.errors import WireError
from voice_server.pool.job import Unavailable
from voice_server.pool.job_queue import JobQueue


def queue(**options: float) -> JobQueue:
    return JobQueue(count(1), dict(options))


def test_jobs_are_assigned_in_the_order_in_which_they_came() -> None:
    jobs = queue()
    first, second = (jobs.add(segment(text), None) for text in ("first", "second"))
    assert jobs.assign([1, 2]) == (first, 1)
    assert jobs.assign([2]) == (second, 2)
    assert jobs.assign([1]) is None
    assert (first.slot, second.slot) == (1, 2)


def test_a_job_waits_while_no_slot_is_idle() -> None:
    jobs = queue()
    jobs.add(segment("waits"), None)
    assert jobs.assign([]) is None
    assert len(jobs) == 1


@pytest.mark.parametrize(("idle", "assigned"), [([0, 1], 1), ([1, 0], 1), ([0], 0)])
def test_the_avoided_slot_gets_a_job_only_when_no_other_is_idle(idle: list[int], assigned: int) -> None:
    jobs = queue()
    job = jobs.add(segment("again"), 0)
    assert jobs.assign(idle) == (job, assigned)


def test_options_of_the_segment_come_before_those_of_the_configuration() -> None:
    jobs = queue(speed=2.0, pitch=50.0)
    (request,) = Decoder().feed(jobs.add(segment("fast", seed=7), None).request)
    assert isinstance(request, RenderJob)
    assert request.options == {"seed": 7, "speed": 2.0, "pitch": 50.0}


def test_a_removed_job_is_not_assigned() -> None:
    jobs = queue()
    job = jobs.add(segment("cancelled"), None)
    jobs.remove(job)
    assert jobs.assign([0]) is None


def test_refused_jobs_end_with_the_reason() -> None:
    jobs = queue()
    refused = [jobs.add(segment(text), None) for text in ("one", "two")]
    jobs.refuse_all("it has no model")
    assert [job.outcome for job in refused] == [Unavailable("it has no model")] * 2
    assert len(jobs) == 0


def test_what_cannot_be_sent_does_not_enter_the_queue() -> None:
    jobs = queue()
    with pytest.raises(WireError):
        jobs.add(segment("x" * 2_000_000), None)
    assert len(jobs) == 0
