"""What operators want to know, as Prometheus metrics of one service.

Counted where an utterance's events are taken, so that those of every endpoint are in it. Times are seconds.
A registry belongs to one service: two servers in one program do not add up.
"""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric

from voice_server.core.speech.utterance_events import (
    SentenceEnded,
    SentenceFailed,
    UtteranceEvent,
    UtteranceFinished,
)
from voice_server.pool.worker_pool import BackendState, WorkerPool

_FIRST_AUDIO_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_REAL_TIME_FACTORS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5)
_GAP_S = (0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


class Metrics:
    """Takes every event of a service, and writes itself as Prometheus reads it."""

    def __init__(self, pool: WorkerPool) -> None:
        self._registry = CollectorRegistry()
        self._first_audio = Histogram(
            "voice_server_first_audio_seconds",
            "From the certain end of a sentence to its first audio",
            buckets=_FIRST_AUDIO_S,
            registry=self._registry,
        )
        self._real_time_factor = Histogram(
            "voice_server_real_time_factor",
            "Render time by audio time of a sentence",
            buckets=_REAL_TIME_FACTORS,
            registry=self._registry,
        )
        self._gaps = Histogram(
            "voice_server_gap_seconds",
            "Silence before and inside a sentence that came too late",
            buckets=_GAP_S,
            registry=self._registry,
        )
        self._sentences = Counter(
            "voice_server_sentences", "Sentences handed over", ["outcome"], registry=self._registry
        )
        self._utterances = Counter(
            "voice_server_utterances", "Utterances that ended", ["reason"], registry=self._registry
        )
        self._refusals = Counter(
            "voice_server_refusals", "Requests that were refused", ["code"], registry=self._registry
        )
        self._registry.register(_PoolCollector(pool))

    def count(self, event: UtteranceEvent) -> None:
        """Count an event that goes to a listener."""
        if isinstance(event, SentenceEnded):
            self._sentences.labels("spoken").inc()
            self._first_audio.observe(max(0.0, event.ttfa_ms / 1000))
            self._real_time_factor.observe(event.rtf)
            if event.gap_ms > 0:
                self._gaps.observe(event.gap_ms / 1000)
        elif isinstance(event, SentenceFailed):
            self._sentences.labels("failed").inc()
        elif isinstance(event, UtteranceFinished):
            self._utterances.labels(event.reason.value).inc()

    def refused(self, code: str) -> None:
        """Count a request that was refused."""
        self._refusals.labels(code).inc()

    def text(self) -> bytes:
        """Everything in Prometheus' text format."""
        return generate_latest(self._registry)


class _PoolCollector:
    """Reads the pool at the moment it is asked."""

    def __init__(self, pool: WorkerPool) -> None:
        self._pool = pool

    def collect(self) -> Iterator[Metric]:
        """The state of every backend, and what it has done."""
        up = GaugeMetricFamily("voice_server_backend_up", "Whether a backend speaks", labels=["backend"])
        loaded = GaugeMetricFamily(
            "voice_server_backend_loaded", "Whether a backend has workers that are ready", labels=["backend"]
        )
        workers = GaugeMetricFamily("voice_server_workers", "Workers of a backend", labels=["backend"])
        free = GaugeMetricFamily(
            "voice_server_free_workers", "Workers with nothing to do", labels=["backend"]
        )
        waiting = GaugeMetricFamily(
            "voice_server_waiting_renders", "Renders that wait for a worker", labels=["backend"]
        )
        for name, status in self._pool.backends.items():
            up.add_metric([name], float(status.can_speak))
            loaded.add_metric([name], float(status.state is BackendState.UP))
            workers.add_metric([name], status.workers)
            free.add_metric([name], status.free)
            waiting.add_metric([name], status.waiting)
        yield from (up, loaded, workers, free, waiting)
        yield from self._totals()

    def _totals(self) -> Iterator[Metric]:
        stats = self._pool.stats()
        for field, description in _TOTALS.items():
            family = CounterMetricFamily(f"voice_server_{field}", description, labels=["backend"])
            for name, done in stats.items():
                family.add_metric([name], getattr(done, _FIELD_OF.get(field, field)))
            yield family


_FIELD_OF = {"audio_seconds": "audio_s", "render_seconds": "render_s"}
_TOTALS = {
    "rendered": "Segments rendered",
    "failed": "Segments that could not be rendered",
    "stopped": "Segments stopped on the way",
    "retried": "Segments rendered again on another worker",
    "restarts": "Workers started in place of another",
    "audio_seconds": "Audio rendered",
    "render_seconds": "Time spent rendering",
}
