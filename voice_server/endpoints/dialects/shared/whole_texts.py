"""Texts that are complete in themselves, one behind the other."""

from __future__ import annotations


def parted(before: str, text: str) -> str:
    """A text that is complete in itself, with a space in front where none parts it from the one before."""
    return text if before[-1:].isspace() or text[:1].isspace() else " " + text
