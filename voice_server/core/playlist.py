"""Who speaks now, who waits, and who is silenced: the manners of a loudspeaker that many programs share.

An item is one text for one channel, which is a voice in a language. Nobody talks over anybody unless told to:

    policy      ends the old text of its channel    waits until nothing is heard    its place
    interrupt   yes                                 yes                             of the first text it ends
    queue       no                                  yes                             last
    mix         no                                  no                              begins at once

Where interrupt ends nothing, it is last. The item that comes next is prepared (rendered ahead) while another
one is heard. A channel that has had nothing to say for a while is closed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum, StrEnum


class PlaylistPolicy(StrEnum):
    """How a text behaves towards those before it."""

    INTERRUPT = "interrupt"
    QUEUE = "queue"
    MIX = "mix"


@dataclass(frozen=True, slots=True)
class _Manners:
    ends_own_channel: bool
    waits: bool


_MANNERS = {
    PlaylistPolicy.INTERRUPT: _Manners(ends_own_channel=True, waits=True),
    PlaylistPolicy.QUEUE: _Manners(ends_own_channel=False, waits=True),
    PlaylistPolicy.MIX: _Manners(ends_own_channel=False, waits=False),
}


class ItemState(Enum):
    """Where an item stands; one that is over is on no list any more."""

    WAITING = "waiting"
    PREPARED = "prepared"
    PLAYING = "playing"


@dataclass(frozen=True, slots=True)
class PlaylistItem:
    """A text by its number, which is never used twice."""

    number: int
    channel: str
    policy: PlaylistPolicy


@dataclass(frozen=True, slots=True)
class ItemAdded:
    """A text was accepted."""

    item: PlaylistItem


@dataclass(frozen=True, slots=True)
class ChannelOpened:
    """A channel was opened before there is anything to say."""

    channel: str


@dataclass(frozen=True, slots=True)
class ItemEnded:
    """An item has been heard, or cannot be."""

    number: int


@dataclass(frozen=True, slots=True)
class CurrentSkipped:
    """Somebody wants to hear no more of what is playing."""


@dataclass(frozen=True, slots=True)
class ItemsStopped:
    """Somebody wants to hear no more of these, or of anything."""

    numbers: frozenset[int] | None = None


PlaylistInput = ItemAdded | ChannelOpened | ItemEnded | CurrentSkipped | ItemsStopped


@dataclass(frozen=True, slots=True)
class PrepareItem:
    """Begin to render this item."""

    item: PlaylistItem


@dataclass(frozen=True, slots=True)
class StartItem:
    """Let this item be heard."""

    item: PlaylistItem


@dataclass(frozen=True, slots=True)
class StopItem:
    """End this item, which may be heard, prepared or neither."""

    item: PlaylistItem


@dataclass(frozen=True, slots=True)
class CloseChannel:
    """Nothing has been said on this channel for a while."""

    channel: str


PlaylistAction = PrepareItem | StartItem | StopItem | CloseChannel


class Playlist:
    """The decisions; `now` is in seconds on a steady clock. A channel closes `idle_s` after its last item."""

    def __init__(self, idle_s: float) -> None:
        self._idle_s = idle_s
        self._items: dict[int, PlaylistItem] = {}  # in the order in which they are heard
        self._states: dict[int, ItemState] = {}
        self._quiet_since: dict[str, float] = {}  # open channels
        self._actions: list[PlaylistAction] = []

    @property
    def playing(self) -> list[PlaylistItem]:
        """What may be heard now."""
        return self._in_state(ItemState.PLAYING)

    @property
    def waiting(self) -> list[PlaylistItem]:
        """What comes later, the next one first."""
        return self._in_state(ItemState.WAITING, ItemState.PREPARED)

    def receive(self, event: PlaylistInput, now: float) -> None:
        """Take what happened; what comes too late is ignored."""
        match event:
            case ItemAdded(item):
                self._add(item, now)
            case ChannelOpened(channel):
                self._quiet_since[channel] = now
            case ItemEnded(number):
                self._remove(self._items.get(number), now)
            case CurrentSkipped():
                self._stop(self.playing, now)
            case _:
                wanted = self._items if event.numbers is None else event.numbers
                self._stop([item for number, item in self._items.items() if number in wanted], now)
        self._advance()

    def take_actions(self) -> list[PlaylistAction]:
        """Return, once, what has to be done now, in this order."""
        actions, self._actions = self._actions, []
        return actions

    def next_deadline(self) -> float | None:
        """When `tick` has to be called at the latest; None while nothing is timed."""
        return min((since + self._idle_s for since in self._idle_channels().values()), default=None)

    def tick(self, now: float) -> None:
        """Close the channels that have been quiet for too long."""
        for channel, since in self._idle_channels().items():
            if now >= since + self._idle_s:
                del self._quiet_since[channel]
                self._actions.append(CloseChannel(channel))

    def _add(self, item: PlaylistItem, now: float) -> None:
        order = list(self._items.values())
        replaced = [each for each in order if each.channel == item.channel]
        if not _MANNERS[item.policy].ends_own_channel:
            replaced = []
        place = order.index(replaced[0]) if replaced else len(order)
        order.insert(place, item)
        self._items = {each.number: each for each in order}
        self._states[item.number] = ItemState.WAITING
        self._quiet_since[item.channel] = now
        self._stop(replaced, now)

    def _stop(self, items: Iterable[PlaylistItem], now: float) -> None:
        for item in items:
            self._actions.append(StopItem(item))
            self._remove(item, now)

    def _remove(self, item: PlaylistItem | None, now: float) -> None:
        if item is not None:
            del self._items[item.number], self._states[item.number]
            self._quiet_since[item.channel] = now

    def _advance(self) -> None:
        """Let be heard who may, and prepare who comes next."""
        for item in self.waiting:
            if not _MANNERS[item.policy].waits:
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
        return {channel: since for channel, since in self._quiet_since.items() if channel not in busy}
