"""The page offers a natural voice, has it set up while another one speaks, and then speaks with it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.e2e.browsing import CHROMIUM, chromium, in_thread, visiting
from tests.natural_engines import natural_config, set_up
from voice_server.config import Config
from voice_server.serving.composition import running_server

pytestmark = [
    pytest.mark.realtime,
    pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on this machine"),
]

ADAPTER = (
    "from voice_server.worker.api import Voice\n"
    "class Backend:\n"
    "    sample_rate = 24000\n"
    "    def voices(self): yield Voice('ann', 'Ann', 'en')\n"
    "    def synthesize(self, text, voice, options): yield bytes(range(1, 201)) * 240\n"
)


class FinishedSetUp:
    """A set-up that has ended."""

    def __init__(self, *, succeeded: bool) -> None:
        self._succeeded = succeeded

    def wait(self, timeout_s: float | None = None) -> bool | None:
        del timeout_s
        return self._succeeded


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright, chromium(playwright) as opened:
        yield opened


@pytest.fixture
def config(tmp_path: Path) -> Config:
    made = natural_config(tmp_path, (("quick", 100),))
    (tmp_path / "quick" / "backend.py").write_text(ADAPTER)
    return made


def test_the_page_sets_a_natural_voice_up_and_speaks_with_it(browser: Browser, config: Config) -> None:
    def begin(name: str) -> FinishedSetUp:
        set_up(config, name)
        return FinishedSetUp(succeeded=True)

    phone = {"viewport": {"width": 320, "height": 640}}
    with (
        in_thread(lambda: running_server(config, begin_set_up=begin)) as url,
        visiting(browser, **phone) as visit,
    ):
        visit.open(f"{url}/")
        visit.page.locator("#natural").wait_for()
        assert "plain speaks here, which sounds like a machine" in visit.page.inner_text("#natural-now")
        assert "English; 0.1 GB to download" in visit.page.inner_text("#natural-engines")
        assert visit.page.evaluate("document.documentElement.scrollWidth") <= 320
        visit.speak("With the old voice.")
        visit.wait_for_status("Spoken to the end.")
        assert visit.said("ready")[-1]["backend"] == "plain"
        visit.page.get_by_role("button", name="Set up quick").click()
        visit.page.locator("#natural").wait_for(state="hidden")
        visit.page.locator("#connection[data-state=on]").wait_for()
        visit.speak("With the new voice.")
        visit.wait_for_status("Spoken to the end.")
        assert (visit.said("ready")[-1]["backend"], visit.page.input_value("#backend")) == ("quick", "quick")


def test_a_set_up_that_fails_is_told_and_may_be_tried_again(browser: Browser, config: Config) -> None:
    begun: list[str] = []

    def begin(name: str) -> FinishedSetUp:
        begun.append(name)
        return FinishedSetUp(succeeded=False)

    with (
        in_thread(lambda: running_server(config, begin_set_up=begin)) as url,
        visiting(browser) as visit,
    ):
        visit.open(f"{url}/")
        for _ in range(2):
            visit.page.get_by_role("button", name="Set up quick").click()
            visit.page.locator("#natural-state", has_text="quick is being set up").wait_for()
            visit.page.locator("#natural-state", has_text="quick could not be set up").wait_for()
        assert begun == ["quick", "quick"]


def test_an_offer_that_was_dismissed_does_not_come_back(browser: Browser, config: Config) -> None:
    def begin(name: str) -> FinishedSetUp:
        raise AssertionError(name)

    with (
        in_thread(lambda: running_server(config, begin_set_up=begin)) as url,
        visiting(browser) as visit,
    ):
        visit.open(f"{url}/")
        visit.page.get_by_role("button", name="Not now").click()
        visit.page.locator("#natural").wait_for(state="hidden")
        with visit.page.expect_response("**/natural-voice"):
            visit.open(f"{url}/")
        visit.page.evaluate("new Promise(requestAnimationFrame)")  # the answer has been taken in by then
        assert visit.page.locator("#natural").is_hidden()


def test_where_nothing_may_be_set_up_the_page_offers_nothing(browser: Browser, config: Config) -> None:
    with in_thread(lambda: running_server(config)) as url, visiting(browser) as visit:
        with visit.page.expect_response("**/natural-voice"):
            visit.open(f"{url}/")
        visit.page.evaluate("new Promise(requestAnimationFrame)")  # the answer has been taken in by then
        assert visit.page.locator("#natural").is_hidden()
