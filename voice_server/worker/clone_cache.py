"""What a model makes of a recording, made once: kept in memory and, for all workers, on disk.

A clone is known by the contents of the recording, so that a file of the same name with another voice in it is
another clone. Standard library only: backends import it.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Generic, TypeVar

from voice_server.worker.cache_folder import cache_folder

Clone = TypeVar("Clone")


class CloneCache(Generic[Clone]):
    """The clones of one backend.

    `load` reads a file that `save` has written, whose name ends in `suffix`; of those that were used
    `in_memory` stay in memory.
    """

    def __init__(
        self,
        backend: str,
        suffix: str,
        load: Callable[[Path], Clone],
        save: Callable[[Clone, Path], object],
        *,
        in_memory: int,
    ) -> None:
        self._backend = backend
        self._suffix = suffix
        self._load = load
        self._save = save
        self._in_memory = in_memory
        self._kept: OrderedDict[str, Clone] = OrderedDict()

    def take(self, recording: Path, identity: str, make: Callable[[], Clone]) -> Clone:
        """Return the clone of a recording, which `make` makes if it has not been made yet.

        `identity` stands for all else that decides it: the model and what it was told. The clone is kept, so
        that who changes it must copy it.
        """
        key = hashlib.sha256(f"{identity} ".encode() + recording.read_bytes()).hexdigest()
        if key not in self._kept:
            self._kept[key] = self._from_disk(key, make)
        self._kept.move_to_end(key)
        if len(self._kept) > self._in_memory:
            self._kept.popitem(last=False)
        return self._kept[key]

    def _from_disk(self, key: str, make: Callable[[], Clone]) -> Clone:
        file = cache_folder() / self._backend / f"{key[:32]}{self._suffix}"
        if file.is_file():
            return self._load(file)
        made = make()
        # A full or read-only disk costs the other workers the time to make it again, no more.
        with contextlib.suppress(OSError):
            file.parent.mkdir(parents=True, exist_ok=True)
            with NamedTemporaryFile(dir=file.parent, suffix=self._suffix) as half:
                self._save(made, Path(half.name))
                with contextlib.suppress(FileExistsError):
                    os.link(half.name, file)
        return made
