"""Long lists as JSON: encoded beside the event loop, and again only when what is in them has changed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Hashable

import msgspec


class EncodedLists:
    """The last JSON of each list."""

    def __init__(self) -> None:
        self._kept: dict[Hashable, tuple[object, bytes]] = {}
        self._lock = asyncio.Lock()

    async def get(self, name: Hashable, version: object, make: Callable[[], msgspec.Struct]) -> bytes:
        """The JSON of the list `name`, as `make` makes it in a thread where `version` is another."""
        async with self._lock:
            kept = self._kept.get(name)
            if kept is None or kept[0] != version:
                kept = version, await asyncio.to_thread(lambda: msgspec.json.encode(make()))
                self._kept[name] = kept
            return kept[1]
