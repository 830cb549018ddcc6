"""What the endpoints share: the state of the application, and the work that a drain waits for."""

from __future__ import annotations

import ast
import asyncio
from pathlib import Path
from typing import cast

import pytest

from tests.endpoints.serving import run
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


def _state() -> AppState:
    return AppState(cast("SpeechService", None), cast("Loudspeakers", _SilentLoudspeakers()))


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
        limits_ms: list[int] = []
        with state.open_work(), state.open_work(limits_ms.append):
            drain = asyncio.create_task(state.drain(10.0))
            await asyncio.sleep(0)
            assert limits_ms == [10_000]
            assert not drain.done()
        await drain

    run(main)


def test_work_that_is_over_is_not_told_of_a_drain() -> None:
    async def main() -> None:
        state = _state()
        limits_ms: list[int] = []
        with state.open_work(limits_ms.append):
            pass
        await state.drain(10.0)
        assert limits_ms == []

    run(main)


def test_a_server_that_drains_takes_no_new_work() -> None:
    async def main() -> None:
        state = _state()
        await state.drain(10.0)
        with pytest.raises(Busy), state.open_work():
            pass

    run(main)
