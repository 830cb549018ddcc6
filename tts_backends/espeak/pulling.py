"""Turns an engine that calls back into an iterator.

The engine's call runs on a thread of its own and passes its items through a queue. Rules: items come in order
and none is lost; closing the iterator makes the engine stop at its next item, and returns only when it has
stopped; when the reader is `_AHEAD` items behind, the engine waits, so that memory stays bounded.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from queue import SimpleQueue
from threading import Event, Thread
from typing import Generic, TypeVar

Item = TypeVar("Item")
Push = Callable[[Callable[[Item], bool]], None]
"""The engine's call: it gives every item to its argument, and stops when that returns true."""

_AHEAD = 64


class PullThread:
    """One thread for calls that push; `pull` reads one of them at a time, in the order they were started."""

    def __init__(self, name: str) -> None:
        self._calls: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._thread = Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def pull(self, push: Push[Item]) -> Generator[Item, None, None]:
        """What `push` hands over, as it comes.

        Raises:
            BaseException: whatever `push` raised, after the items before it.
        """
        handover: _Handover[Item] = _Handover(push)
        self._calls.put(handover.run)
        try:
            while isinstance(item := handover.take(), _Made):
                yield item.item
        finally:
            handover.stop()
        if item is not None:
            raise item

    def close(self) -> None:
        """End the thread once the call in progress is over."""
        self._calls.put(None)
        self._thread.join()

    def _run(self) -> None:
        while (call := self._calls.get()) is not None:
            call()


class _Made(Generic[Item]):
    __slots__ = ("item",)

    def __init__(self, item: Item) -> None:
        self.item = item


class _Handover(Generic[Item]):
    """One call: `run` and `_give` on the engine's thread, `take` and `stop` on the reader's."""

    def __init__(self, push: Push[Item]) -> None:
        self._push = push
        # Ends with None or with the exception that the call raised.
        self._queue: SimpleQueue[_Made[Item] | BaseException | None] = SimpleQueue()
        self._room = Event()
        self._waits_for_room = False
        self._stopped = False
        self._over = False

    def run(self) -> None:
        try:
            self._push(self._give)
        except BaseException as failure:  # it belongs to the reader, on the other thread
            self._queue.put(failure)
        else:
            self._queue.put(None)

    def _give(self, item: Item) -> bool:
        self._queue.put(_Made(item))
        if self._queue.qsize() > _AHEAD:
            self._room.clear()
            self._waits_for_room = True  # from here on the reader sets `room` after each item
            if self._queue.qsize() > _AHEAD and not self._stopped:
                self._room.wait()
            self._waits_for_room = False
        return self._stopped

    def take(self) -> _Made[Item] | BaseException | None:
        item = self._queue.get()
        self._over = not isinstance(item, _Made)
        if self._waits_for_room:
            self._room.set()
        return item

    def stop(self) -> None:
        self._stopped = True
        self._room.set()
        while not self._over:
            self.take()
