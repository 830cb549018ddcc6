"""The page shows what will be said, and follows the text and the voice while that is open."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.arithmetic_pool import ArithmeticPool
from tests.e2e.browsing import CHROMIUM, chromium, in_thread, visiting
from tests.endpoints.serving import served

pytestmark = [
    pytest.mark.realtime,
    pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on this machine"),
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright, chromium(playwright) as opened:
        yield opened


@asynccontextmanager
async def _server() -> AsyncIterator[str]:
    async with served(ArithmeticPool(frame_s=0.0, normalizes=())) as server:
        yield f"http://127.0.0.1:{server.port}"


def test_what_will_be_said_is_shown_with_the_rules_and_follows_the_text(browser: Browser) -> None:
    with in_thread(_server) as url, visiting(browser) as visit:
        visit.open(f"{url}/")
        page = visit.page
        page.fill("#text", "It cost **$4.5M**.\n---\n")
        assert page.locator("#said-sentences").is_hidden()
        page.click("#said summary")
        spoken = page.locator("#said-sentences .spoken")
        page.locator(".spoken", has_text="It cost four point five million dollars.").wait_for()
        assert [
            line.split("\n") for line in page.locator("#said-sentences ul").first.inner_text().split("\n")
        ] == [
            ["** left out emphasis"],
            ["$4.5M → four point five million dollars amounts"],
        ]
        page.fill("#text", "Es wiegt 3,5 kg.")
        page.locator(".spoken", has_text="Es wiegt three").wait_for()
        page.fill("#voice", "bert")
        page.keyboard.press("Enter")
        page.locator(".spoken", has_text="Es wiegt drei Komma fünf Kilogramm.").wait_for()
        assert page.inner_text("#said-note") == "As bert of one is given it."
        page.fill("#text", " ")
        page.locator("#said-note", has_text="There is nothing to say.").wait_for()
        assert spoken.count() == 0


def test_why_it_cannot_be_shown_is_said_where_it_would_stand(browser: Browser) -> None:
    with in_thread(_server) as url, visiting(browser) as visit:
        visit.open(f"{url}/")
        visit.page.fill("#text", "a" * 20_001)
        visit.page.click("#said summary")
        visit.page.locator("#said-note", has_text="1 to 20000 characters").wait_for()
        visit.complaints.clear()  # the browser reports the refusal
