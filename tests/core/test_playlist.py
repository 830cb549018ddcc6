"""The queue of a loudspeaker that programs share: which item plays, waits, is prepared or is stopped."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice_server.core.playlist import (
    ChannelOpened,
    CloseChannel,
    CurrentSkipped,
    ItemAdded,
    ItemEnded,
    ItemsStopped,
    Playlist,
    PlaylistInput,
    PlaylistItem,
    PlaylistPolicy,
    PrepareItem,
    StartItem,
    StopItem,
)

INTERRUPT, QUEUE, MIX = PlaylistPolicy.INTERRUPT, PlaylistPolicy.QUEUE, PlaylistPolicy.MIX
IDLE_S = 60.0


def item(number: int, channel: str = "anna", policy: PlaylistPolicy = QUEUE) -> PlaylistItem:
    return PlaylistItem(number, channel, policy)


def playlist(*items: PlaylistItem) -> Playlist:
    """A playlist with these on it, and nothing left to be done."""
    made = Playlist(IDLE_S)
    for each in items:
        made.receive(ItemAdded(each), 0.0)
    made.take_actions()
    return made


def numbers(items: list[PlaylistItem]) -> list[int]:
    return [each.number for each in items]


def test_the_first_item_starts_at_once() -> None:
    first = item(1)
    made = Playlist(IDLE_S)
    made.receive(ItemAdded(first), 0.0)
    assert made.take_actions() == [StartItem(first)]
    assert made.take_actions() == []


def test_only_the_next_item_is_prepared_while_another_plays() -> None:
    made = playlist(item(1))
    made.receive(ItemAdded(item(2)), 0.0)
    assert made.take_actions() == [PrepareItem(item(2))]
    made.receive(ItemAdded(item(3)), 0.0)
    assert made.take_actions() == []
    made.receive(ItemEnded(1), 1.0)
    assert made.take_actions() == [StartItem(item(2)), PrepareItem(item(3))]


@pytest.mark.parametrize(
    ("policy", "channel", "playing", "waiting", "stopped"),
    [
        (INTERRUPT, "anna", [9], [2, 3], [1]),  # the same voice: its old text ends, and it takes its place
        (INTERRUPT, "bert", [1], [9, 3], [2]),  # a voice that waits: its old text gives its place up
        (INTERRUPT, "dora", [1], [2, 3, 9], []),  # another voice: nobody is talked over
        (QUEUE, "anna", [1], [2, 3, 9], []),
        (MIX, "anna", [1, 9], [2, 3], []),
        (MIX, "dora", [1, 9], [2, 3], []),
    ],
)
def test_a_new_item_follows_its_policy(
    policy: PlaylistPolicy, channel: str, playing: list[int], waiting: list[int], stopped: list[int]
) -> None:
    made = playlist(item(1, "anna"), item(2, "bert"), item(3, "cleo"))
    made.receive(ItemAdded(item(9, channel, policy)), 1.0)
    actions = made.take_actions()
    assert numbers(made.playing) == playing
    assert numbers(made.waiting) == waiting
    assert [action.item.number for action in actions if isinstance(action, StopItem)] == stopped


def test_an_interrupting_item_stops_the_old_one_before_it_starts() -> None:
    made = playlist(item(1))
    new = item(2, policy=INTERRUPT)
    made.receive(ItemAdded(new), 1.0)
    assert made.take_actions() == [StopItem(item(1)), StartItem(new)]


def test_an_interrupting_item_stops_all_items_of_its_channel() -> None:
    made = playlist(item(1), item(2, policy=MIX), item(3))
    made.receive(ItemAdded(item(4, policy=INTERRUPT)), 1.0)
    assert numbers(made.playing) == [4]
    assert made.waiting == []


def test_a_queued_item_waits_for_mixed_ones_too() -> None:
    made = playlist(item(1), item(2, "bert", MIX), item(3, "cleo", INTERRUPT))
    made.receive(ItemEnded(1), 1.0)
    assert numbers(made.playing) == [2]
    made.receive(ItemEnded(2), 2.0)
    assert numbers(made.playing) == [3]


def test_skipping_stops_what_plays_and_starts_the_next_item() -> None:
    made = playlist(item(1), item(2, "bert", MIX), item(3))
    made.receive(CurrentSkipped(), 1.0)
    assert made.take_actions() == [StopItem(item(1)), StopItem(item(2, "bert", MIX)), StartItem(item(3))]


def test_stopping_without_numbers_stops_every_item() -> None:
    made = playlist(item(1), item(2), item(3))
    made.receive(ItemsStopped(), 1.0)
    assert made.take_actions() == [StopItem(item(1)), StopItem(item(2)), StopItem(item(3))]
    assert made.playing == made.waiting == []


def test_stopping_by_number_stops_those_items_only() -> None:
    made = playlist(item(1), item(2), item(3))
    made.receive(ItemsStopped(frozenset({2, 77})), 1.0)
    assert made.take_actions() == [StopItem(item(2)), PrepareItem(item(3))]


def test_the_end_of_an_item_that_has_ended_or_never_was_is_ignored() -> None:
    made = playlist(item(1))
    made.receive(ItemEnded(1), 1.0)
    made.receive(ItemEnded(1), 2.0)
    made.receive(ItemEnded(5), 2.0)
    assert made.take_actions() == []


def test_a_channel_closes_after_its_idle_time() -> None:
    made = playlist(item(1))
    assert made.next_deadline() is None
    made.receive(ItemEnded(1), 5.0)
    assert made.next_deadline() == 5.0 + IDLE_S
    made.tick(4.9 + IDLE_S)
    assert made.take_actions() == []
    made.tick(5.0 + IDLE_S)
    assert made.take_actions() == [CloseChannel("anna")]
    assert made.next_deadline() is None


def test_a_channel_with_a_waiting_item_stays_open() -> None:
    made = playlist(item(1, "anna"), item(2, "bert"))
    made.tick(10 * IDLE_S)
    assert made.take_actions() == []


def test_a_channel_that_was_opened_and_never_used_closes() -> None:
    made = Playlist(IDLE_S)
    made.receive(ChannelOpened("anna"), 1.0)
    made.tick(1.0 + IDLE_S)
    assert made.take_actions() == [CloseChannel("anna")]


_ITEMS = st.tuples(st.sampled_from(["anna", "bert"]), st.sampled_from(list(PlaylistPolicy)))
_EVENTS = st.lists(st.one_of(_ITEMS, st.sampled_from(["end", "skip"])), max_size=30)


def _play(made: Playlist, events: list[tuple[str, PlaylistPolicy] | str]) -> list[PlaylistInput]:
    happened: list[PlaylistInput] = []
    for number, event in enumerate(events):
        if isinstance(event, tuple):
            happened.append(ItemAdded(PlaylistItem(number, *event)))
        elif event == "skip":
            happened.append(CurrentSkipped())
        elif made.playing:
            happened.append(ItemEnded(made.playing[0].number))
        else:
            continue
        made.receive(happened[-1], float(number))
    return happened


@given(_EVENTS)
def test_every_item_plays_once_or_is_stopped_and_only_mixed_ones_overlap(
    events: list[tuple[str, PlaylistPolicy] | str],
) -> None:
    made = Playlist(IDLE_S)
    happened = _play(made, events)
    actions = made.take_actions()
    started = [action.item for action in actions if isinstance(action, StartItem)]
    stopped = {action.item for action in actions if isinstance(action, StopItem)}
    added = {event.item for event in happened if isinstance(event, ItemAdded)}
    assert len(set(started)) == len(started)
    assert set(started) | stopped | set(made.waiting) == added
    assert sum(each.policy is not MIX for each in made.playing) <= 1
    assert made.playing or not made.waiting
