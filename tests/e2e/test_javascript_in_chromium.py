"""The packed JavaScript client in Chromium: a site of its own speaks through a server at another origin.

Sound is judged at the browser's loudspeaker, as for the page (test_page.py), which the same package serves.
"""

from __future__ import annotations

import json
import subprocess
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import numpy as np
import pytest
from playwright.sync_api import Browser, sync_playwright
from websockets.sync.client import connect

from tests.e2e.browsing import CHROMIUM, EAR_WORKLET, Visit, chromium, visiting
from tests.e2e.live import config_with, live_server
from tests.e2e.node import NEEDS_NODE

CLIENT = Path(__file__).resolve().parents[2] / "clients" / "js"
TEXT = "One small step. Then another one."

pytestmark = [
    pytest.mark.realtime,
    pytest.mark.timeout(60),
    pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on this machine"),
    NEEDS_NODE,
]

_SITE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<link rel="icon" href="data:,">
<title>A site of its own</title>
<script type="importmap">{ "imports": { "voice-server-client": "./package/src/index.js" } }</script>
<button>Speak</button>
<script type="module">
  import { Conversation } from "voice-server-client";
  const conversation = new Conversation(new URLSearchParams(location.search).get("server"), {
    onWord: ({ text, startMs }) => told.words.push([text, startMs, (ear.frames / ear.rate) * 1000]),
    onCaption: ({ text }) => told.captions.push(text),
    onError: (error) => (told.error = error.message),
  });
  window.told = { words: [], captions: [], spoken: null, stopped: null, error: null };
  window.bargeIn = () => (told.stopped = conversation.bargeIn()).heard;
  document.querySelector("button").onclick = async () => {
    try {
      await conversation.open();
    } catch (error) {
      told.error = error.message;
      return;
    }
    const turn = conversation.say();
    for (const token of TEXT.match(/[^]{1,4}/g)) turn.write(token);
    turn.end();
    told.spoken = await turn.finished;
  };
</script>
"""


class _QuietHandler(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing of requests."""


@contextmanager
def _serving(folder: Path) -> Iterator[str]:
    """A site that serves a folder; its address."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_QuietHandler, directory=str(folder))) as site:
        thread = Thread(target=site.serve_forever, name="site")
        thread.start()
        try:
            yield f"http://127.0.0.1:{site.server_address[1]}"
        finally:
            site.shutdown()
            thread.join()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright, chromium(playwright) as opened:
        yield opened


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with live_server(config_with("espeak")) as url:
        yield url


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A site with the packed package, and the ear where browsing.py looks for it."""
    folder = tmp_path_factory.mktemp("site")
    subprocess.run(
        ("npm", "pack", "--silent", "--pack-destination", str(folder)), cwd=CLIENT, check=True, timeout=60
    )
    (packed,) = folder.glob("*.tgz")
    with tarfile.open(packed) as archive:
        archive.extractall(folder, filter="data")
    (folder / "index.html").write_text(_SITE.replace("TEXT", json.dumps(TEXT)))
    (folder / "page").mkdir()
    (folder / "page" / "ear.js").write_text(EAR_WORKLET)
    with _serving(folder) as address:
        yield address


def _pcm_of(url: str, text: str) -> np.ndarray[tuple[int], np.dtype[np.int16]]:
    """What the server sends any other client for a text."""
    with connect(url.replace("http", "ws", 1) + "/stream-tokens") as socket:
        socket.send(json.dumps({"v": 2, "token": text, "done": True}))
        frames = [message for message in socket if isinstance(message, bytes)]
    return np.frombuffer(b"".join(frames), dtype="<i2")


def _speaking(visit: Visit, site: str, server: str) -> None:
    visit.page.goto(f"{site}/?server={server}")
    visit.page.click("button")


def test_it_speaks_and_tells_each_word_when_it_sounds(browser: Browser, site: str, server: str) -> None:
    with visiting(browser) as visit:
        _speaking(visit, site, server)
        visit.wait_for("() => told.spoken")
        told = visit.page.evaluate("told")
        assert told["spoken"] == {"reason": "complete", "heard": TEXT, "unheard": "", "error": None}
        assert told["captions"] == ["One small step.", "Then another one."]
        assert [word for word, _, _ in told["words"]] == ["One", "small", "step", "Then", "another", "one"]
        heard, sent = visit.heard(), _pcm_of(server, TEXT)
        assert np.array_equal(heard[heard != 0], sent[sent != 0])
        first_sound_ms = np.flatnonzero(heard)[0] / 24
        for _, start_ms, told_ms in told["words"]:
            assert (
                told_ms >= first_sound_ms + start_ms - 150
            )  # the position is guessed ahead by 100 ms at most


def test_a_barge_in_is_silent_and_knows_what_was_heard(browser: Browser, site: str, server: str) -> None:
    with visiting(browser) as visit:
        _speaking(visit, site, server)
        visit.wait_for("() => told.words.length >= 2")
        heard = visit.page.evaluate("bargeIn()")
        visit.wait_for("() => { window.mark ??= ear.frames; return ear.frames > mark + 2400; }")
        sounding = visit.page.evaluate("ear.sounding")
        visit.wait_for("() => told.spoken && ear.frames > mark + 12000")
        assert visit.page.evaluate("ear.sounding") == sounding
        assert heard.startswith("One small")
        spoken = visit.page.evaluate("told.spoken")
        assert spoken == {"reason": "cancelled", "heard": heard, "unheard": TEXT[len(heard) :], "error": None}


def test_nobody_at_the_address_is_told_in_words(browser: Browser, site: str) -> None:
    with visiting(browser) as visit:
        _speaking(visit, site, "http://127.0.0.1:1")
        visit.wait_for("() => told.error")
        error = visit.page.evaluate("told.error")
        assert "start one with: voice-server serve" in error
        assert f"--allow-origin {site}" in error
        assert all("127.0.0.1:1" in each for each in visit.complaints)  # the browser's own report
        visit.complaints.clear()


def test_a_server_that_wants_a_token_says_so(browser: Browser, site: str) -> None:
    with live_server(config_with("espeak"), token="sesame") as server, visiting(browser) as visit:
        _speaking(visit, site, server)
        visit.wait_for("() => told.error")
        assert "wants the token" in visit.page.evaluate("told.error")
        visit.complaints.clear()  # the browser reports the 401
