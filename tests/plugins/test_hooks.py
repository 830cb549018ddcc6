"""Every hook that there is stands in the document for plugins' authors."""

from __future__ import annotations

from pathlib import Path

import pluggy

from voice_server.plugins.hooks import AUDIO_HOOKS, PROJECT, TEXT_HOOKS, Hooks

DOCUMENT = (Path(__file__).resolve().parents[2] / "docs" / "plugins.md").read_text(encoding="utf-8")


def test_the_hooks_are_those_that_are_named_and_documented() -> None:
    registered = pluggy.PluginManager(PROJECT)
    registered.add_hookspecs(Hooks)
    hooks = {caller.name for caller in vars(registered.hook).values()}
    assert hooks == {*TEXT_HOOKS, *AUDIO_HOOKS, "customize_pipeline"}
    assert not [hook for hook in hooks if f"`{hook}`" not in DOCUMENT]
