"""The files that came with the server and are no part of the package: in a checkout beside it, else in it."""

from __future__ import annotations

from pathlib import Path

CONFIGURATION = "backends.yaml"
_ENGINES = "tts_backends"
_PACKAGE = Path(__file__).resolve().parents[1]


def is_checkout(package: Path = _PACKAGE) -> bool:
    """Whether the package runs from a source tree, which has a configuration and the engines beside it."""
    return (package.parent / CONFIGURATION).is_file() and (package.parent / _ENGINES).is_dir()


def shipped_folder(package: Path = _PACKAGE) -> Path:
    """The folder of the shipped backends.yaml, tts_backends, listener and clients."""
    return package.parent if is_checkout(package) else package / "_shipped"


def name_of_shipped(project: Path) -> str | None:
    """The name of a shipped project, `kokoro-torch` for tts_backends/kokoro/torch; None for another's."""
    try:
        parts = project.absolute().relative_to(shipped_folder()).parts
    except ValueError:
        return None
    return "-".join(parts[1:] if parts[0] == _ENGINES else parts) if parts else None
