"""Neural engines behind the server: short sentences joined, long ones cut, options without effect told."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import msgspec
import pytest

from tests.backends.conftest import Engine, MakeEngine
from voice_server.client_events import Audio, ErrorEvent, Event, Sentence, TurnDone, WarningEvent
from voice_server.client_streams import connect
from voice_server.config import Config
from voice_server.serving.composition import running_server

_MAX_CHARS = 60


def _serve(engine: Engine, client: Callable[[str], Coroutine[Any, Any, None]], **changed: Any) -> None:
    async def main() -> None:
        config = msgspec.structs.replace(engine.config, **changed)
        async with running_server(Config(backends={engine.name: config}, default_backend=engine.name)) as url:
            await client(url.replace("http", "ws", 1))

    asyncio.run(main())


async def _speak(url: str, text: str, **config: Any) -> list[Event]:
    events: list[Event] = []
    async with connect(url, **config) as stream:
        await stream.send_text(text)
        await stream.done()
        async for event in stream:
            assert not isinstance(event, ErrorEvent), event
            events.append(event)
    return events


@pytest.mark.timeout(600)
def test_short_sentences_are_joined_long_ones_cut_and_the_last_one_is_still_spoken(
    make_engine: MakeEngine,
) -> None:
    engine = make_engine("chatterbox", part="turbo")
    least = engine.config.min_segment_chars
    assert least == 20
    text = (
        "Yes. No. Right, of course. This sentence is long enough to be spoken all alone. "
        "Here is one, which goes on and on, with a comma now and then, until it is far too long to be said "
        "in one go, and so it is cut where a reader would breathe. Bye."
    )

    async def client(url: str) -> None:
        events = await _speak(url, text, first_segment="sentence")
        sentences = [event for event in events if isinstance(event, Sentence)]
        spans = [event.chars for event in sentences if event.chars is not None]
        assert " ".join(text[start:end] for start, end in spans).split() == text.split()
        assert all(len(event.text) <= _MAX_CHARS for event in sentences)
        assert all(len(event.text) >= least for event in sentences[:-1])
        assert sentences[0].text.startswith("Yes. No. Right, of course.")
        assert sentences[-1].text == "Bye."
        spoken = {event.index for event in events if isinstance(event, Audio) and event.pcm}
        assert spoken == {event.index for event in sentences}
        (done,) = [event for event in events if isinstance(event, TurnDone)]
        assert (done.reason, done.sentences) == ("complete", len(sentences))

    _serve(engine, client, max_segment_chars=_MAX_CHARS)


@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    ("name", "settings", "options", "told"),
    [
        ("chatterbox", {"part": "turbo"}, {"exaggeration": 0.7, "top_k": 50}, ["exaggeration"]),
        (
            "vibevoice",
            {},
            {"temperature": 1.0, "do_sample": True, "cfg_scale": 2},
            ["do_sample", "temperature"],
        ),
    ],
)
def test_a_client_is_told_which_options_have_no_effect(
    make_engine: MakeEngine, name: str, settings: dict[str, Any], options: dict[str, Any], told: list[str]
) -> None:
    engine = make_engine(name, **settings)

    async def client(url: str) -> None:
        events = await _speak(url, "The quick brown fox jumps.", opts=options)
        warnings = [event.msg for event in events if isinstance(event, WarningEvent)]
        assert warnings == [f"{each} has no effect with the model that {name} has loaded" for each in told]
        assert any(isinstance(event, Audio) and event.pcm for event in events)

    _serve(engine, client)
