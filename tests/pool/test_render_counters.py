"""What is counted becomes the pool's statistics, in seconds."""

from __future__ import annotations

from voice_server.core.wire.worker_messages import JobDone
from voice_server.pool.render_counters import RenderCounters
from voice_server.pool.worker_pool import BackendStats


def test_rendered_jobs_add_up() -> None:
    counters = RenderCounters()
    counters.add_rendered(JobDone(1, 1500.0, 300.0))
    counters.add_rendered(JobDone(2, 500.0, 200.0))
    assert counters.stats() == BackendStats(rendered=2, audio_s=2.0, render_s=0.5)


def test_each_count_is_told_under_its_own_name() -> None:
    stats = RenderCounters(failed=1, stopped=2, retried=3, restarts=4).stats()
    assert (stats.failed, stats.stopped, stats.retried, stats.restarts) == (1, 2, 3, 4)
