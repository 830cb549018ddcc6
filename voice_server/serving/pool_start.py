"""The pool of a server: which of its backends are waited for, and how long for a natural voice."""

from __future__ import annotations

from voice_server.config import AUTO, EMBEDDED, Config
from voice_server.pool.local_pool import LocalPool
from voice_server.provisioning.natural_engines import default_backend, resting_backend

NATURAL_START_S = 15.0
"""How long a program that speaks once waits for a natural voice before another one speaks in its place."""
NATURAL_START_OF_SERVER_S = 5.0
"""The same for a server: later requests are spoken naturally, whatever speaks the first."""


def pool_of(config: Config, natural_start_s: float) -> LocalPool:
    """A pool of workers on this machine, whose entering starts them.

    Where the default backend is AUTO, a natural one has `natural_start_s` to start before anybody listens.
    """
    wished = {default_backend(config)}
    return LocalPool(config.backends, needed=needed_backends(config), wished=wished, wish_s=natural_start_s)


def needed_backends(config: Config) -> set[str]:
    """The backends to wait for: the default one and its fallback, and those that start within a second.

    One that speaks because it is natural is waited for only as long as a listener would wait.
    """
    embedded = {name for name, each in config.backends.items() if each.environment == EMBEDDED}
    default = default_backend(config)
    fallback = config.backends[default].fallback
    speaking = {resting_backend(config)} if config.default_backend == AUTO else {default}
    return embedded | speaking | ({fallback} if fallback else set())
