"""The options of Chatterbox's three models: what each understands, and what it only takes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from voice_server.worker.api import OF_THE_VOICE, Option

STREAMED = "streamed"
"""The choice of `quality` that delivers sound inside a sentence."""

_TEMPERATURE = Option("temperature", "number", 0.8, 0.05, 5.0, description="higher is livelier, less certain")
_REPETITION = Option("repetition_penalty", "number", 1.2, 1.0, 2.0)
_TURBO = (
    replace(_TEMPERATURE, maximum=2.0),
    _REPETITION,
    Option("top_p", "number", 0.95, 0.05, 1.0),
    Option("top_k", "integer", 1000, 1, 1000),
    Option("norm_loudness", "boolean", default=True, description="level the sample's loudness first"),
)
_ENGLISH = (
    _TEMPERATURE,
    _REPETITION,
    Option("exaggeration", "number", 0.5, 0.0, 2.0, description="0.5 is neutral"),
    Option("cfg_weight", "number", 0.5, 0.0, 1.0, description="lower follows the sample's pace less"),
    Option("top_p", "number", 1.0, 0.05, 1.0),
    Option("min_p", "number", 0.05, 0.0, 1.0),
)
_MULTILINGUAL = (_TEMPERATURE, replace(_REPETITION, default=2.0), *_ENGLISH[2:])
_UNDERSTOOD = {"turbo": _TURBO, "english": _ENGLISH, "multilingual": _MULTILINGUAL}
_QUALITY = Option(
    "quality",
    "choice",
    "exact",
    choices=("exact", STREAMED),
    description="exact renders a sentence whole; streamed begins after a second of it, at more work in all",
)
_LEAST_GUIDANCE = 1e-6  # with exactly 0 the model is given a batch of one and fails


def options_of(kind: str, languages: Iterable[str]) -> tuple[Option, ...]:
    """What this model understands, then what only its sisters do, which is taken and has no effect."""
    understood = _UNDERSTOOD[kind]
    if kind == "multilingual":
        choices = (OF_THE_VOICE, *languages)
        reading = Option(
            "language", "choice", OF_THE_VOICE, choices=choices, description="the text's language"
        )
        understood = (*understood, reading)
    sisters = {option.name: option for option in (*_ENGLISH, *_TURBO)}
    for option in understood:
        sisters.pop(option.name, None)
    return (
        *understood,
        _QUALITY,
        *(replace(option, default=None, ignored=True) for option in sisters.values()),
    )


def arguments(kind: str, options: Mapping[str, Any]) -> dict[str, Any]:
    """What the model's `generate` takes of the options; not the language."""
    taken = {option.name: options[option.name] for option in _UNDERSTOOD[kind] if option.name in options}
    if "cfg_weight" in taken:
        taken["cfg_weight"] = max(taken["cfg_weight"], _LEAST_GUIDANCE)
    return taken
