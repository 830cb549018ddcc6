"""A reorder buffer: puts back in order what was rendered in parallel.

Every segment has a lane; lanes open in the order in which they will be heard. Items may arrive in any lane at
any time, and leave lane by lane: nothing of a lane leaves before every earlier lane is closed and empty.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
T = TypeVar("T")


@dataclass(slots=True)
class _Lane(Generic[T]):
    items: deque[T] = field(default_factory=deque)
    is_closed: bool = False


class ReorderBuffer(Generic[K, T]):
    """Lanes keyed by `K`, holding items of type `T`.

    An item for a lane that is not open (any more) is late and ignored: `put` then returns False.
    """

    def __init__(self) -> None:
        self._lanes: OrderedDict[K, _Lane[T]] = OrderedDict()
        self.head: K | None = None
        """The lane that is being heard, or None when there is none."""
        self._head_lane: _Lane[T] | None = None

    def __len__(self) -> int:
        return len(self._lanes)

    def __iter__(self) -> Iterator[K]:
        return iter(self._lanes)

    def __contains__(self, key: K) -> bool:
        return key in self._lanes

    def open(self, key: K) -> None:
        """Add a lane behind all others; raises ValueError if it is open already."""
        if key in self._lanes:
            raise ValueError(f"lane {key!r} is open already")
        self._lanes[key] = _Lane()
        if self._head_lane is None:
            self._find_head()

    def put(self, key: K, item: T) -> bool:
        """Add an item to a lane; False if that lane is gone or closed."""
        lane = self._lanes.get(key)
        if lane is None or lane.is_closed:
            return False
        lane.items.append(item)
        return True

    def close(self, key: K) -> None:
        """Say that nothing more will come in a lane; late calls are ignored."""
        lane = self._lanes.get(key)
        if lane is not None:
            lane.is_closed = True

    def drop(self, key: K) -> list[T]:
        """Forget a lane wherever it stands; returns what it still held."""
        lane = self._lanes.pop(key, None)
        self._find_head()
        return [] if lane is None else list(lane.items)

    def peek(self) -> T | None:
        """The item that `take` would return."""
        lane = self._head_lane
        return lane.items[0] if lane is not None and lane.items else None

    def take(self) -> T | None:
        """The next item of the head lane, or None while it has none."""
        lane = self._head_lane
        return lane.items.popleft() if lane is not None and lane.items else None

    @property
    def head_is_complete(self) -> bool:
        """Whether the head lane is closed and everything in it has been taken."""
        lane = self._head_lane
        return lane is not None and lane.is_closed and not lane.items

    def advance(self) -> K:
        """Leave the head lane, which must be complete, and return its key."""
        if not self.head_is_complete:
            raise ValueError("the head lane is not complete")
        left = self._lanes.popitem(last=False)[0]
        self._find_head()
        return left

    def clear(self) -> list[T]:
        """Forget every lane; returns all items that were waiting, in order."""
        waiting = [item for lane in self._lanes.values() for item in lane.items]
        self._lanes.clear()
        self._find_head()
        return waiting

    def _find_head(self) -> None:
        self.head, self._head_lane = next(iter(self._lanes.items()), (None, None))
