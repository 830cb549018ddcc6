"""The voices as other systems list them."""

from __future__ import annotations

from tests.arithmetic_pool import ArithmeticPool
from tests.endpoints.serving import run, served
from voice_server.core.types import ANY_LANGUAGE, Voice
from voice_server.endpoints.dialects.shared.listed_voices import listed_voices


def test_each_id_once_the_default_backend_s_first_and_none_that_speaks_no_language() -> None:
    async def main() -> None:
        more = (Voice("beep", "Beep", ANY_LANGUAGE), Voice("cora", "Cora", "fr"))
        async with served(ArithmeticPool(("one", "two"), more_voices=more)) as server:
            listed = [(each.id, each.backend) for each in listed_voices(server.service)]
            assert listed == [("alba", "one"), ("bert", "one"), ("cora", "two")]

    run(main)
