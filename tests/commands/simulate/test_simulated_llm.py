from __future__ import annotations

import asyncio

from hypothesis import given
from hypothesis import strategies as st

from voice_server.commands.simulate.simulated_llm import ANSWER, TokenLog, paced, tokens_of
from voice_server.core.text.splitting.splitter import Splitter


@given(st.text())
def test_the_tokens_are_the_text(text: str) -> None:
    assert "".join(tokens_of(text)) == text


def test_the_built_in_answer_has_twelve_sentences() -> None:
    splitter = Splitter()
    assert len(splitter.feed(ANSWER) + splitter.finish()) == 12
    assert 800 < len(ANSWER) < 900


def test_tokens_look_like_a_language_models() -> None:
    tokens = tokens_of(ANSWER)
    assert tokens[:4] == ["Bread", " rises", " becaus", "e"]
    assert 3.5 < len(ANSWER) / len(tokens) < 4.5


def test_paced_tokens_come_in_order_and_no_earlier_than_the_rate_allows() -> None:
    async def main() -> tuple[list[str], float]:
        loop = asyncio.get_running_loop()
        started = loop.time()
        tokens = [token async for token in paced(["a", "b", "c"], 500)]
        return tokens, loop.time() - started

    tokens, took_s = asyncio.run(main())
    assert tokens == ["a", "b", "c"]
    assert took_s >= 0.004


def test_a_burst_does_not_wait() -> None:
    async def main() -> list[str]:
        return [token async for token in paced(["a"] * 10_000, None)]

    assert len(asyncio.run(main())) == 10_000


def test_the_log_knows_when_a_sentence_was_complete_and_when_it_was_certain() -> None:
    log = TokenLog()
    for moment, token in enumerate(["Hi", ".", " You", "."]):
        log.sent(token, moment)
    assert log.length == 8
    assert (log.complete_at(3), log.certain_at(3)) == (1, 2)
    assert (log.complete_at(8), log.certain_at(8)) == (3, None)
    log.finished(9)
    assert log.certain_at(8) == 9


def test_one_token_over_two_sentences_completes_and_settles_the_first_at_once() -> None:
    log = TokenLog()
    log.sent("Hi. You.", 5)
    assert log.complete_at(3) == log.certain_at(3) == 5
    assert log.complete_at(9) is None
