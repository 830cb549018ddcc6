"""A plugin imports one module, and all in it is documented."""

from __future__ import annotations

from pathlib import Path

from voice_server.plugins import plugin_api

DOCUMENT = (Path(__file__).resolve().parents[2] / "docs" / "plugins.md").read_text(encoding="utf-8")


def test_every_name_of_the_interface_stands_in_its_document() -> None:
    assert not [name for name in plugin_api.__all__ if f"`{name}`" not in DOCUMENT]
