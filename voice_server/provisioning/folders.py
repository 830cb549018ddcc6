"""Where a folder is and how much it takes, for people."""

from __future__ import annotations

from pathlib import Path


def size_bytes(folder: Path) -> int:
    """What the files in a folder take on the disk, links to the same file counted once."""
    seen: dict[tuple[int, int], int] = {}
    for path in folder.rglob("*"):
        status = path.stat() if path.exists() else path.lstat()
        if path.is_file():
            seen[status.st_dev, status.st_ino] = status.st_size
    return sum(seen.values())


def shown(folder: Path) -> str:
    """A folder's path as people write it, with `~` for their home."""
    resolved = folder.resolve()
    try:
        return f"~/{resolved.relative_to(Path.home())}"
    except ValueError:
        return str(resolved)
