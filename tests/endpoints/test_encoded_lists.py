"""A list is made once for each version of what is in it, and never on the event loop."""

from __future__ import annotations

import asyncio
import threading

import msgspec

from tests.endpoints.serving import run
from voice_server.endpoints.encoded_lists import EncodedLists


class Names(msgspec.Struct):
    """A list."""

    names: list[str]


def test_a_list_is_made_again_only_for_another_version() -> None:
    made: list[object] = []

    async def main() -> None:
        lists = EncodedLists()

        async def get(name: str, version: object) -> bytes:
            def make() -> Names:
                assert threading.current_thread() is not threading.main_thread()
                made.append((name, version))
                return Names([f"{name} {version}"])

            return await lists.get(name, version, make)

        assert await get("a", 1) == b'{"names":["a 1"]}'
        told = await asyncio.gather(get("b", 1), get("a", 1), get("b", 1), get("a", 2))
        assert [msgspec.json.decode(each)["names"] for each in told] == [["b 1"], ["a 1"], ["b 1"], ["a 2"]]

    run(main)
    assert made == [("a", 1), ("b", 1), ("a", 2)]
