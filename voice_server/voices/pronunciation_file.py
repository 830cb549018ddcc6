"""The server's file of pronunciations: read at the start, and again when it changes.

A mistake at the start is a ConfigError; later it is logged, and what was read before stays in force.
"""

from __future__ import annotations

import asyncio
import gc
import logging
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Final

from voice_server.config import read_yaml
from voice_server.core.text.pronunciation.dictionary import NO_PRONUNCIATIONS, PronunciationDictionary
from voice_server.core.text.pronunciation.entries import MAX_ENTRIES, Entries, read_entries
from voice_server.errors import ConfigError, RequestError

_log = logging.getLogger(__name__)
MAX_FILE_BYTES: Final = 1024 * 1024
_LOOK_EVERY_S: Final = 1.0


class PronunciationFile:
    """The dictionary in a file, None for an empty one; `backends` are those that there are.

    Raises ConfigError for a file that cannot be read, or with a mistake in it.
    """

    def __init__(self, path: Path | None, backends: Collection[str] = ()) -> None:
        self._path = path
        self._backends = backends
        self._stamp = _stamp(path)
        self.dictionary = NO_PRONUNCIATIONS if path is None else self._read(path)

    @asynccontextmanager
    async def watched(self) -> AsyncIterator[None]:
        """Read the file again whenever it changes, within a second or so, while the context lasts."""
        if self._path is None:
            yield
            return
        watch = asyncio.create_task(self._watch(self._path))
        try:
            yield
        finally:
            watch.cancel()
            with suppress(asyncio.CancelledError):
                await watch

    async def _watch(self, path: Path) -> None:
        while True:
            await asyncio.sleep(_LOOK_EVERY_S)
            stamp = _stamp(path)
            if stamp == self._stamp:
                continue
            self._stamp = stamp
            try:
                # Ten thousand words take a second, for which nobody has to wait.
                self.dictionary = await asyncio.to_thread(self._read_again, path)
            except ConfigError as error:
                _log.warning("pronunciations stay as they were", extra={"reason": error.message})
            else:
                _log.info("pronunciations were read again", extra={"words": len(self.dictionary)})

    def _read_again(self, path: Path) -> PronunciationDictionary:
        # Garbage collections over all that a large file is made of would hold the event loop for 0.1 s each.
        was_enabled = gc.isenabled()
        gc.disable()
        try:
            return self._read(path)
        finally:
            if was_enabled:
                gc.enable()

    def _read(self, path: Path) -> PronunciationDictionary:
        _, entries = read_words(path, most=MAX_ENTRIES, named_by="pronunciations in backends.yaml")
        self._tell_unknown_backends(path, entries)
        return PronunciationDictionary(entries)

    def _tell_unknown_backends(self, path: Path, entries: Entries) -> None:
        named = {name: word for word, each in entries.items() for entry in each for name in entry.backends}
        for name, word in named.items():
            if self._backends and name not in self._backends:
                where = {"file": path.name, "word": word, "backend": name}
                _log.warning("a pronunciation is for a backend that there is not", extra=where)


def read_words(path: Path, *, most: int, named_by: str) -> tuple[dict[str, object], Entries]:
    """The words in a file, as they are written and as entries. Raises ConfigError with one sentence."""
    if not path.is_file():
        raise ConfigError(f"there is no file {path.name!r}, which {named_by} names")
    found = read_yaml(path, most_bytes=MAX_FILE_BYTES)
    if not (found is None or isinstance(found, dict)):
        raise ConfigError(f"{path.name} is a mapping of words to how they are said, as GIF: jif")
    try:
        return found or {}, read_entries(found or {}, most=most, where=path.name)
    except RequestError as error:
        raise ConfigError(error.message) from None


def _stamp(path: Path | None) -> tuple[int, int, int] | None:
    """What changes with the file."""
    if path is None:
        return None
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino
