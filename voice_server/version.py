"""Which version this is."""

from __future__ import annotations

from functools import cache


@cache
def version() -> str:
    """The version that is installed; a checkout that is not installed says so."""
    # Loaded only when somebody asks: it takes as long as all that `say` needs.
    from importlib import metadata  # noqa: PLC0415

    try:
        return metadata.version("voice-server")
    except metadata.PackageNotFoundError:
        return "unknown: run from a checkout that is not installed"
