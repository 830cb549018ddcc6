"""What the endpoints share: the state of the application, and the work that a drain waits for."""

from __future__ import annotations

import ast
import asyncio
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import cast

import pytest

from tests.endpoints.serving import run
from voice_server.config import Limits
from voice_server.endpoints import app_state
from voice_server.endpoints.app_state import AppState
from voice_server.errors import Busy
from voice_server.playback.loudspeakers import Loudspeakers
from voice_server.speech import SpeechService

_PACKAGE = Path(app_state.__file__).parents[1]


class _SilentLoudspeakers:
    """Loudspeakers with nothing to play."""

    async def drain(self) -> None:
        return None


@dataclass(eq=False)
class _Connection:
    """A connection that keeps what it is told."""

    idle_since: float | None = None
    drained_in_ms: int | None = None
    made_room: int = 0

    def drain(self, in_ms: int) -> None:
        self.drained_in_ms = in_ms

    def make_room(self) -> None:
        self.made_room += 1


class _Service:
    """A service whose clock stands still until it is set."""

    def __init__(self, connections: int = 100) -> None:
        self.limits = Limits(connections=connections)
        self.time = 100.0

    def now(self) -> float:
        return self.time


def _state() -> AppState:
    return AppState(cast("SpeechService", _Service()), cast("Loudspeakers", _SilentLoudspeakers()))


def _untyped_states(source: str) -> list[int]:
    """The lines that read Starlette's untyped `app.state`."""
    return [
        node.lineno
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Attribute)
        and node.attr == "state"
        and ast.unparse(node.value).rpartition(".")[2] == "app"
    ]


def test_nobody_but_state_of_reads_what_starlette_keeps_untyped() -> None:
    assert _untyped_states("request.app.state.service") == [1]
    found = {path.name for path in _PACKAGE.rglob("*.py") if _untyped_states(path.read_text("utf-8"))}
    assert found == {"app_state.py"}


def test_a_drain_waits_for_open_work_and_tells_whoever_wants_to_know() -> None:
    async def main() -> None:
        state = _state()
        connection = _Connection()
        with state.open_work(), state.open_work(connection):
            drain = asyncio.create_task(state.drain(10.0))
            await asyncio.sleep(0)
            assert connection.drained_in_ms == 10_000
            assert not drain.done()
        await drain

    run(main)


def test_work_that_is_over_is_not_told_of_a_drain() -> None:
    async def main() -> None:
        state = _state()
        connection = _Connection(idle_since=1.0)
        with state.open_work(connection):
            pass
        await state.drain(10.0)
        assert connection.drained_in_ms is None
        assert not state.make_room()

    run(main)


def test_the_connection_that_has_been_idle_for_longest_makes_room_and_none_that_speaks() -> None:
    async def main() -> None:
        state = _state()
        speaks, late, early = _Connection(), _Connection(idle_since=2.0), _Connection(idle_since=1.0)
        with state.open_work(speaks), state.open_work(late), state.open_work(early), state.open_work():
            assert [state.make_room() for _ in range(3)] == [True, True, False]
            assert [each.made_room for each in (speaks, late, early)] == [0, 1, 1]

    run(main)


def test_half_a_request_makes_room_before_an_idle_connection() -> None:
    async def main() -> None:
        state = _state()
        idle, ended = _Connection(idle_since=1.0), list[str]()
        halves = [(2.0, partial(ended.append, "older")), (3.0, partial(ended.append, "younger"))]
        state.half_requests = lambda: list(halves)
        with state.open_work(idle):
            for _ in range(2):
                assert state.make_room()
                halves.pop(0)
            assert (ended, idle.made_room) == (["older", "younger"], 0)
            assert state.make_room()
            assert idle.made_room == 1


def test_half_a_request_that_has_only_just_begun_is_left_and_an_idle_connection_ends_for_it() -> None:
    async def main() -> None:
        state = _state()
        idle, ended = _Connection(idle_since=1.0), list[str]()
        state.half_requests = lambda: [(99.9, partial(ended.append, "half"))]
        with state.open_work(idle):
            assert state.make_room()
        assert (ended, idle.made_room) == ([], 1)

    run(main)


@pytest.mark.parametrize(
    ("connections", "idle_since", "made_room"),
    [
        pytest.param(1, 99.98, 1, id="it asked for nothing"),
        pytest.param(1, None, 0, id="it asked for something"),
        pytest.param(1, 100.6, 0, id="another that has only just been opened"),
        pytest.param(2, 99.98, 0, id="there is room again"),
    ],
)
def test_a_connection_that_was_only_just_opened_has_a_moment_to_ask_for_something(
    connections: int, idle_since: float | None, made_room: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app_state, "_MOMENT_S", 0.1)

    async def main() -> None:
        service = _Service(connections)
        state = AppState(cast("SpeechService", service), cast("Loudspeakers", _SilentLoudspeakers()))
        asks = _Connection(idle_since=99.98)
        count = state.connections
        with state.open_work(asks), count.one_from("a"), count.one_from("b"):
            assert [state.make_room() for _ in range(2)] == [True, False]
            assert asks.made_room == 0
            asks.idle_since, service.time = idle_since, 100.6
            while state._rooms_owed:
                await asyncio.sleep(0.01)
            assert asks.made_room == made_room

    run(main)


def test_a_server_that_drains_takes_no_new_work() -> None:
    async def main() -> None:
        state = _state()
        await state.drain(10.0)
        with pytest.raises(Busy), state.open_work():
            pass

    run(main)
