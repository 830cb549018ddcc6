"""What would be said of a text is told without a render, for the voice that is asked for."""

from __future__ import annotations

import pytest

from tests.arithmetic_pool import ArithmeticPool
from tests.endpoints.serving import run, served
from tests.plugins.plugging import plugin_of
from voice_server.endpoints.routes.spoken_routes import MAX_SHOWN_CHARS
from voice_server.plugins.plugins import running_plugins


def test_every_sentence_has_what_is_said_of_it_and_which_rule_changed_what() -> None:
    async def main() -> None:
        pool = ArithmeticPool(frame_s=0.0, normalizes=("numbers",))
        async with served(pool) as server, server.client() as client:
            text = "It cost **$5**. <think>Hm.</think>Two are 2."
            answer = await client.post("/tts/spoken", json={"text": text, "voice": "alloy"})
        assert answer.status_code == 200
        assert answer.json() == {
            "backend": "one",
            "voice": "alba",
            "sentences": [
                {
                    "text": "It cost **$5**.",
                    "start": 0,
                    "end": 15,
                    "language": "en",
                    "spoken": "It cost 5 dollars.",
                    "changes": [
                        {"rule": "emphasis", "start": 8, "end": 10, "written": "**", "said": ""},
                        {"rule": "amounts", "start": 10, "end": 12, "written": "$5", "said": "5 dollars"},
                        {"rule": "emphasis", "start": 12, "end": 14, "written": "**", "said": ""},
                    ],
                },
                {
                    "text": "Two are 2.",
                    "start": 34,
                    "end": 44,
                    "language": "en",
                    "spoken": "Two are 2.",
                    "changes": [],
                },
            ],
            "warnings": [
                {
                    "code": "voice_substituted",
                    "message": answer.json()["warnings"][0]["message"],
                }
            ],
        }
        assert pool.rendered == []

    run(main)


def test_a_text_of_many_slices_is_the_same_text() -> None:
    async def main() -> None:
        async with served(ArithmeticPool(normalizes=())) as server, server.client() as client:
            text = "Take 200–400 mg now. " * 100
            answer = (await client.post("/tts/spoken", json={"text": text, "normalize": ["amounts"]})).json()
        assert {sentence["spoken"] for sentence in answer["sentences"]} == {"Take 200 to 400 milligrams now."}
        assert [text[each["start"] : each["end"]] for each in answer["sentences"]] == [
            each["text"] for each in answer["sentences"]
        ]
        assert len(answer["sentences"]) == 100

    run(main)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"text": "a" * (MAX_SHOWN_CHARS + 1)}, "text must be a text of 1 to 20000 characters"),
        ({"text": " "}, "text must have something in it"),
        ({"text": "Hi.", "emoji": "name"}, "emoji must be one of say, skip"),
        ({"text": "Hi.", "voice": "nobody"}, "unknown voice 'nobody'"),
    ],
)
def test_a_wrong_request_is_one_sentence(fields: dict[str, str], sentence: str) -> None:
    async def main() -> None:
        async with served() as server, server.client() as client:
            answer = await client.post("/tts/spoken", json=fields)
        assert answer.status_code in (400, 422)
        assert sentence in answer.json()["error"]

    run(main)


def test_what_plugins_change_is_shown_with_their_stage_as_the_rule() -> None:
    async def main() -> None:
        before = plugin_of("before", pre_process_text=lambda text: text.replace("k8s", "**kubernetes**"))
        behind = plugin_of("behind", post_process_text=lambda text: text.replace("two", "2"))
        raises = plugin_of("raises", post_process_text=lambda text: int(text, 10))
        async with (
            running_plugins([before, behind, raises]) as plugins,
            served(ArithmeticPool(normalizes=()), plugins=plugins) as server,
            server.client() as client,
        ):
            text = "Say k8s and *two*. Then go."
            answer = (await client.post("/tts/spoken", json={"text": text, "voice": "alba"})).json()
        first, second = answer["sentences"]
        assert (first["spoken"], second["spoken"]) == ("Say kubernetes and 2.", "Then go.")
        changes = {(each["rule"], each["written"], each["said"]) for each in first["changes"]}
        assert ("before.pre_process_text", "k8s", "**kubernetes**") in changes
        assert ("emphasis", "*", "") in changes
        assert ("behind.post_process_text", "two", "2") in changes
        assert [text[each["start"] : each["end"]] for each in first["changes"]] == [
            each["written"] for each in first["changes"]
        ]
        assert answer["warnings"] == [
            {
                "code": "plugin_failed",
                "message": "the plugin raises raised ValueError; raises.post_process_text is left out",
            }
        ]

    run(main)
