"""The stages of text and of sound in order, with where each comes from, and the plugins that are not used."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from voice_server.config import Config

_UNITS = {"text": "a sentence's text", "audio": "its sound"}


@dataclass(frozen=True, slots=True)
class PipelineRow:
    """A stage of `text` or `audio`, or what is `not_used` of a plugin and why (`detail`).

    `number` counts the stages of one kind from 1; `origin` is the plugin, and `source` its package or file.
    """

    kind: Literal["text", "audio", "not_used"]
    number: int
    name: str
    origin: str
    source: str
    detail: str = ""


async def pipeline_rows(config: Config) -> list[PipelineRow]:
    """The pipeline of a server with this configuration; loads its plugins. Raises ConfigError."""
    from voice_server.plugins.plugins import open_plugins  # noqa: PLC0415 - not needed for --help

    async with open_plugins(config) as plugins:
        sources = {plugin.name: plugin.source for plugin in plugins.found}
        rows = [
            PipelineRow("text", number, stage.name, stage.origin, sources.get(stage.origin, ""))
            for number, stage in enumerate(plugins.pipeline.text_stages, 1)
        ]
        rows += [
            PipelineRow("audio", number, stage.name, stage.origin, sources.get(stage.origin, ""))
            for number, stage in enumerate(plugins.pipeline.audio_stages, 1)
        ]
        rows += [
            PipelineRow("not_used", number, each.name, each.name, each.source, each.reason)
            for number, each in enumerate(plugins.broken, 1)
        ]
    return rows


def pipeline_lines(rows: list[PipelineRow]) -> Iterator[str]:
    """The rows for people."""
    width = max(len(row.name) for row in rows)
    for kind, unit in _UNITS.items():
        yield f"{unit} goes through"
        for row in rows:
            if row.kind == kind:
                source = f" ({row.source})" if row.source else ""
                yield f"  {row.number}. {row.name:<{width}}  {row.origin}{source}"
    for row in rows:
        if row.kind == "not_used":
            yield f"  ✗ {row.name} ({row.source}): {row.detail}"
