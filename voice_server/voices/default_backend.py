"""Which backend speaks where a request names none, while the server runs.

With `default_backend: auto` it is the best natural engine that runs; the answer changes when one is set up
meanwhile, for all that begins after that.
"""

from __future__ import annotations

from collections.abc import Iterator

from voice_server.config import AUTO, Config
from voice_server.pool.worker_pool import BackendState, BackendStatus, WorkerPool
from voice_server.provisioning.natural_engines import default_backend, natural_engines, resting_backend


class DefaultBackend:
    """The default backend of one pool. Raises ConfigError for an engine whose facts are wrong."""

    def __init__(self, pool: WorkerPool, config: Config) -> None:
        self._pool = pool
        self._config = config
        self._natural = [each.name for each in natural_engines(config)]
        self._resting = resting_backend(config)
        self._at_start = default_backend(config)
        self.is_auto = config.default_backend == AUTO

    @property
    def wanted(self) -> str:
        """The backend to ask: the best natural engine that runs, else one that is to run soon."""
        if not self.is_auto:
            return self._config.default_backend
        backends = self._pool.backends
        present = [name for name in self._natural if backends[name].state is not BackendState.NOT_SET_UP]
        return min(present, key=lambda name: _rank(backends[name]), default=self._at_start)

    @property
    def speaking(self) -> str:
        """The backend that would speak now: the wanted one, or what stands in for it while it cannot.

        Without AUTO it is always the configured one.
        """
        wanted = self.wanted
        fallback = self._config.backends[wanted].fallback
        if not self.is_auto or fallback is None or self._is_up(wanted) or not self._is_up(fallback):
            return wanted
        return fallback

    def others(self) -> Iterator[str]:
        """The backends that are asked when the wanted one cannot do what a request asks for, in order."""
        wanted = self.wanted
        beside = (*self._natural, self._config.backends[wanted].fallback or self._resting)
        return (name for name in dict.fromkeys(beside) if name != wanted and self._is_up(name))

    def _is_up(self, name: str) -> bool:
        return self._pool.backends[name].can_speak


def _rank(status: BackendStatus) -> int:
    """0 for a backend that speaks, 1 for one that is to run soon, 2 for one that is down."""
    return 0 if status.can_speak else 1 if status.state is BackendState.STARTING else 2
