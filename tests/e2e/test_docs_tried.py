"""`/docs` in a real Chromium: a route is tried from there, and its answer is heard or read."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from playwright.sync_api import Locator, sync_playwright

from tests.arithmetic_pool import ArithmeticPool
from tests.e2e.browsing import CHROMIUM, chromium, in_thread, visiting
from tests.endpoints.serving import served

pytestmark = [
    pytest.mark.realtime,
    pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on this machine"),
]


@asynccontextmanager
async def _server() -> AsyncIterator[str]:
    async with served(ArithmeticPool(frame_s=0.0)) as server:
        yield f"http://127.0.0.1:{server.port}"


def test_a_route_is_tried_in_the_docs() -> None:
    with (
        sync_playwright() as playwright,
        chromium(playwright) as browser,
        in_thread(_server) as url,
        visiting(browser) as visit,
    ):
        visit.page.goto(f"{url}/docs")

        def try_it(method: str, path: str) -> Locator:
            fields = visit.page.get_by_label(f"Address of {method} {path}", exact=True)
            route = visit.page.locator("details").filter(has=fields)
            route.locator("summary").click()
            route.get_by_role("button", name="Send").click()
            route.locator("[role=status] p").wait_for()
            return route.locator("[role=status]")

        spoken = try_it("POST", "/tts")
        assert spoken.inner_text().startswith("200 OK · audio/wav")
        assert spoken.locator("audio").count() == 1
        assert '"voices": [' in try_it("GET", "/voices").inner_text()
        assert "404" in try_it("GET", "/v1/models/{model}").inner_text()
        visit.complaints.clear()  # the browser reports the 404
