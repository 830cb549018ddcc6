"""What a backend has done so far, counted."""

from __future__ import annotations

from dataclasses import dataclass

from voice_server.core.wire.worker_messages import JobDone
from voice_server.pool.worker_pool import BackendStats


@dataclass(slots=True)
class RenderCounters:
    """Counts of renders and of workers that replaced one since the pool was opened; sums in milliseconds."""

    rendered: int = 0
    failed: int = 0
    stopped: int = 0
    retried: int = 0
    restarts: int = 0
    audio_ms: float = 0.0
    render_ms: float = 0.0

    def add_rendered(self, done: JobDone) -> None:
        """Count a job that was rendered to its end."""
        self.rendered += 1
        self.audio_ms += done.audio_ms
        self.render_ms += done.render_ms

    def stats(self) -> BackendStats:
        """A snapshot."""
        return BackendStats(
            rendered=self.rendered,
            failed=self.failed,
            stopped=self.stopped,
            retried=self.retried,
            restarts=self.restarts,
            audio_s=self.audio_ms / 1000,
            render_s=self.render_ms / 1000,
        )
