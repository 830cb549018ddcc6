"""The folder in which the graphs are kept: where it is, whether there is room, and what was left there.

Messages name it without the folders of this machine, which clients may not see.
"""

from __future__ import annotations

import errno
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import mkdtemp

from voice_server.worker.api import BackendError
from voice_server.worker.api import cache_folder as cache_of_all_engines

ROOM_BYTES = 500_000_000
"""The graphs take 0.47 GB."""
_UNFINISHED = "unfinished-"
_LONGEST_S = 3600


def cache_folder() -> Path:
    """Where the graphs of all models are."""
    return cache_of_all_engines() / "kokoro"


def remove_leftovers(folder: Path) -> None:
    """Remove what preparations that were killed have left, once no preparation can last so long."""
    for left in folder.glob(f"{_UNFINISHED}*"):
        with suppress(OSError):
            if time.time() - left.stat().st_mtime > _LONGEST_S:
                shutil.rmtree(left, ignore_errors=True)


@contextmanager
def unfinished_folder(parent: Path) -> Iterator[Path]:
    """A new folder in `parent`, removed in the end unless it was renamed.

    Raises BackendError, which says what to do, where there is no room or nothing can be written, whether
    that shows at once or on the way.
    """
    try:
        parent.mkdir(parents=True, exist_ok=True)
        _check_room(parent)
        scratch = Path(mkdtemp(dir=parent, prefix=_UNFINISHED))
    except OSError as error:
        raise _unusable(error.strerror or type(error).__name__) from error
    try:
        yield scratch
    except Exception as error:  # those of ONNX Runtime have no class in common
        written = sum(file.stat().st_size for file in scratch.iterdir())
        _check_room(parent, ROOM_BYTES - written)
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EROFS):
            raise _unusable(os.strerror(error.errno)) from error
        raise
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _check_room(folder: Path, needed: int = ROOM_BYTES) -> None:
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise _unusable(f"there are {free / 1e9:.2f} GB left")


def _unusable(why: str) -> BackendError:
    return BackendError(
        f"kokoro keeps {ROOM_BYTES / 1e9:.1f} GB of graphs in the cache of voice-server, which cannot be"
        f" written ({why}); make room there, or set XDG_CACHE_HOME or VOICE_SERVER_HOME to another folder"
    )
