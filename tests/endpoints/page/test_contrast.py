"""The page's colours in both themes: text has the contrast that WCAG AA asks of it, and controls theirs."""

from __future__ import annotations

import re

import pytest

from voice_server.endpoints.page import page_files

_PAIR = re.compile(r"--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)")
_COLOURS = {name: pair for name, *pair in _PAIR.findall(page_files._files()["page.css"].content.decode())}
_TEXT = [
    *((ink, ground) for ink in ("ink", "soft") for ground in ("paper", "card", "field", "accent-wash")),
    *(("ink", ground) for ground in ("stop-wash", "warn-wash")),
    ("on-accent", "accent"),
    ("on-glow", "glow"),
    ("stop", "card"),
    ("stop", "stop-wash"),
]
_PARTS = [(part, ground) for part in ("accent", "strong-line") for ground in ("card", "field", "paper")]


def _luminance(colour: str) -> float:
    """Relative luminance as WCAG 2 defines it."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(one: str, other: str) -> float:
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("ink", "ground"), _TEXT)
def test_text_can_be_read(ink: str, ground: str, theme: int) -> None:
    assert _contrast(_COLOURS[ink][theme], _COLOURS[ground][theme]) >= 4.5


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("part", "ground"), _PARTS)
def test_controls_can_be_seen(part: str, ground: str, theme: int) -> None:
    assert _contrast(_COLOURS[part][theme], _COLOURS[ground][theme]) >= 3
