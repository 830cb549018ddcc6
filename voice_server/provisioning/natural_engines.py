"""Which engine speaks where nobody names one: the best natural one that is set up, or its stand-in.

Laws of `default_backend: auto`. The natural engines come in the order of backends.yaml. One that was set up
and needs it again, after an update, still counts when there is no better. While there is none, what they
fall back on speaks.
"""

from __future__ import annotations

from dataclasses import dataclass

from voice_server.config import AUTO, BackendConfig, Config
from voice_server.errors import NotSetUp
from voice_server.provisioning.engine_facts import EngineFacts, facts_of
from voice_server.provisioning.environments import has_lock_file, python_of
from voice_server.provisioning.installation import is_set_up
from voice_server.provisioning.set_up_stamp import read_stamp
from voice_server.provisioning.weights import has_weights

_PATIENCE_S = 60.0
"""The engine to recommend is the best one that a home connection brings within this time."""


@dataclass(frozen=True, slots=True)
class NaturalEngine:
    """A natural engine: its backend, and what its folder says."""

    name: str
    facts: EngineFacts


def natural_engines(config: Config) -> list[NaturalEngine]:
    """The natural engines, the best first. Raises ConfigError."""
    found = []
    for name, backend in config.backends.items():
        facts = facts_of(name, backend)
        if facts is not None and facts.natural:
            found.append(NaturalEngine(name, facts))
    return found


def resting_backend(config: Config) -> str:
    """The backend that speaks while no natural engine does: what they fall back on, else the first of all."""
    fallbacks = (config.backends[each.name].fallback for each in natural_engines(config))
    return next(filter(None, fallbacks), next(iter(config.backends)))


def default_backend(config: Config) -> str:
    """The name of the default backend, with AUTO what it stands for on this machine now."""
    if config.default_backend != AUTO:
        return config.default_backend
    names = [each.name for each in natural_engines(config)]
    ready = (name for name in names if not needs_set_up(name, config.backends[name]))
    outdated = (name for name in names if _was_set_up(config.backends[name]))
    return next(ready, None) or next(outdated, None) or resting_backend(config)


def engines_to_offer(config: Config) -> list[NaturalEngine]:
    """The natural engines that can be set up, the recommended one first.

    There are none where one has been set up, or where a backend is named as the default.
    """
    natural = natural_engines(config)
    if config.default_backend != AUTO or default_backend(config) in {each.name for each in natural}:
        return []
    able = [each for each in natural if has_lock_file(config.backends[each.name])]
    quick = [each for each in able if each.facts.set_up_s <= _PATIENCE_S]
    first = quick[:1] or sorted(able, key=lambda each: each.facts.set_up_s)[:1]
    return first + [each for each in able if each not in first]


def needs_set_up(name: str, backend: BackendConfig) -> bool:
    """Whether a backend has an environment that can be set up and is not, or misses its weights."""
    if not has_lock_file(backend):
        return False
    try:
        python_of(name, backend.environment)
    except NotSetUp:
        return True
    return not is_set_up(backend)


def _was_set_up(backend: BackendConfig) -> bool:
    """Whether a set-up has once been finished, with the weights."""
    stamp = read_stamp(backend.environment)
    return bool(stamp) and (not has_weights(backend) or "weights" in stamp)
