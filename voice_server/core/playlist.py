"""Which item plays now, which wait, and which are stopped: the queue of a loudspeaker that programs share.

An item is one text for one channel, which is a voice in a language. Only a policy makes items overlap:

    policy      stops the items of its channel    waits until nothing plays    position
    interrupt   yes                               yes                          of the first item it stops
    queue       no                                yes                          last
    mix         no                                no                           starts at once

An interrupt that stops nothing is last. The next item is prepared (rendered ahead) while another one plays. A
channel without items is closed after a while.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum, StrEnum


class PlaylistPolicy(StrEnum):
    """How a new item treats those before it."""

    INTERRUPT = "interrupt"
    QUEUE = "queue"
    MIX = "mix"


@dataclass(frozen=True, slots=True)
class _PolicyRules:
    stops_own_channel: bool
    waits: bool


_RULES = {
    PlaylistPolicy.INTERRUPT: _PolicyRules(stops_own_channel=True, waits=True),
    PlaylistPolicy.QUEUE: _PolicyRules(stops_own_channel=False, waits=True),
    PlaylistPolicy.MIX: _PolicyRules(stops_own_channel=False, waits=False),
}


class ItemState(Enum):
    """The state of an item on the playlist; one that has ended is removed."""

    WAITING = "waiting"
    PREPARED = "prepared"
    PLAYING = "playing"


@dataclass(frozen=True, slots=True)
class PlaylistItem:
    """One text to play; its number is never used twice."""

    number: int
    channel: str
    policy: PlaylistPolicy


@dataclass(frozen=True, slots=True)
class ItemAdded:
    """A text was accepted."""

    item: PlaylistItem


@dataclass(frozen=True, slots=True)
class ChannelOpened:
    """A channel was opened before it has an item."""

    channel: str


@dataclass(frozen=True, slots=True)
class ItemEnded:
    """An item has been played to its end, or cannot be played."""

    number: int


@dataclass(frozen=True, slots=True)
class CurrentSkipped:
    """The items that play are to be stopped."""


@dataclass(frozen=True, slots=True)
class ItemsStopped:
    """The items with these numbers are to be stopped; None stands for all."""

    numbers: frozenset[int] | None = None


PlaylistInput = ItemAdded | ChannelOpened | ItemEnded | CurrentSkipped | ItemsStopped


@dataclass(frozen=True, slots=True)
class PrepareItem:
    """Start to render this item ahead."""

    item: PlaylistItem


@dataclass(frozen=True, slots=True)
class StartItem:
    """Start to play this item."""

    item: PlaylistItem


@dataclass(frozen=True, slots=True)
class StopItem:
    """Stop this item, whatever its state."""

    item: PlaylistItem


@dataclass(frozen=True, slots=True)
class CloseChannel:
    """Close this channel, which has had no item for a while."""

    channel: str


PlaylistAction = PrepareItem | StartItem | StopItem | CloseChannel


class Playlist:
    """The queue's state machine; `now` is in seconds on a monotonic clock.

    A channel closes `idle_s` after its last item.
    """

    def __init__(self, idle_s: float) -> None:
        self._idle_s = idle_s
        self._items: dict[int, PlaylistItem] = {}  # in playing order
        self._states: dict[int, ItemState] = {}
        self._idle_since: dict[str, float] = {}  # by open channel
        self._actions: list[PlaylistAction] = []

    @property
    def playing(self) -> list[PlaylistItem]:
        """The items that play now."""
        return self._in_state(ItemState.PLAYING)

    @property
    def waiting(self) -> list[PlaylistItem]:
        """The items that play later, the next one first."""
        return self._in_state(ItemState.WAITING, ItemState.PREPARED)

    def receive(self, event: PlaylistInput, now: float) -> None:
        """Apply an event; one for an item that has ended is ignored."""
        match event:
            case ItemAdded(item):
                self._add(item, now)
            case ChannelOpened(channel):
                self._idle_since[channel] = now
            case ItemEnded(number):
                self._remove(self._items.get(number), now)
            case CurrentSkipped():
                self._stop(self.playing, now)
            case _:
                stopped = self._items if event.numbers is None else event.numbers
                self._stop([item for number, item in self._items.items() if number in stopped], now)
        self._advance()

    def take_actions(self) -> list[PlaylistAction]:
        """Return, once, the actions to perform now, in this order."""
        actions, self._actions = self._actions, []
        return actions

    def next_deadline(self) -> float | None:
        """When `tick` has to be called at the latest; None while no channel is idle."""
        return min((since + self._idle_s for since in self._idle_channels().values()), default=None)

    def tick(self, now: float) -> None:
        """Close the channels that have been idle for `idle_s`."""
        for channel, since in self._idle_channels().items():
            if now >= since + self._idle_s:
                del self._idle_since[channel]
                self._actions.append(CloseChannel(channel))

    def _add(self, item: PlaylistItem, now: float) -> None:
        order = list(self._items.values())
        replaced = [each for each in order if each.channel == item.channel]
        if not _RULES[item.policy].stops_own_channel:
            replaced = []
        position = order.index(replaced[0]) if replaced else len(order)
        order.insert(position, item)
        self._items = {each.number: each for each in order}
        self._states[item.number] = ItemState.WAITING
        self._idle_since[item.channel] = now
        self._stop(replaced, now)

    def _stop(self, items: Iterable[PlaylistItem], now: float) -> None:
        for item in items:
            self._actions.append(StopItem(item))
            self._remove(item, now)

    def _remove(self, item: PlaylistItem | None, now: float) -> None:
        if item is not None:
            del self._items[item.number], self._states[item.number]
            self._idle_since[item.channel] = now

    def _advance(self) -> None:
        """Start the items that may play now, and prepare the next one."""
        for item in self.waiting:
            if not _RULES[item.policy].waits:
                self._start(item)
        waiting = self.waiting
        if waiting and not self.playing:
            self._start(waiting.pop(0))
        if waiting and self._states[waiting[0].number] is ItemState.WAITING:
            self._states[waiting[0].number] = ItemState.PREPARED
            self._actions.append(PrepareItem(waiting[0]))

    def _start(self, item: PlaylistItem) -> None:
        self._states[item.number] = ItemState.PLAYING
        self._actions.append(StartItem(item))

    def _in_state(self, *states: ItemState) -> list[PlaylistItem]:
        return [item for item in self._items.values() if self._states[item.number] in states]

    def _idle_channels(self) -> dict[str, float]:
        busy = {item.channel for item in self._items.values()}
        return {channel: since for channel, since in self._idle_since.items() if channel not in busy}
