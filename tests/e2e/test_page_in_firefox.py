"""The web page in a real Firefox, driven by WebDriver BiDi: it speaks, is interrupted, and is heard again."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from websockets.sync.client import ClientConnection, connect

from tests.e2e.browsing import in_thread
from tests.playback.sound_server import MISSING, sound_server
from voice_server.config import load_config
from voice_server.serving.composition import running_server

FIREFOX = next(filter(None, map(shutil.which, ("firefox-esr", "firefox"))), None)
LISTENS = "WebDriver BiDi listening on "
AUTOPLAY = 'user_pref("media.autoplay.default", 0);\nuser_pref("intl.accept_languages", "en-US");\n'

pytestmark = [
    pytest.mark.realtime,
    pytest.mark.skipif(FIREFOX is None, reason="there is no Firefox on this machine"),
    pytest.mark.skipif(bool(MISSING), reason=f"needs {', '.join(MISSING)}: Firefox plays to a device only"),
]


class Firefox:
    """A tab, and what the browser complained about."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._count = 0
        self.complaints: list[str] = []
        self._ask("session.new", capabilities={})
        self._ask("session.subscribe", events=["log.entryAdded"])
        self._tab = self._ask("browsingContext.getTree")["contexts"][0]["context"]

    def open(self, url: str) -> None:
        """Go to a page."""
        self._ask("browsingContext.navigate", context=self._tab, url=url, wait="complete")

    def evaluate(self, expression: str) -> Any:
        """The value of an expression in the page, which may be a promise."""
        answer = self._ask(
            "script.evaluate",
            expression=expression,
            target={"context": self._tab},
            awaitPromise=True,
            userActivation=True,
        )
        assert answer["type"] == "success", answer
        return answer["result"].get("value")

    def wait_for(self, condition: str) -> None:
        """Wait, a frame at a time, until an expression of the page's is true."""
        self.evaluate(
            "new Promise((resolve) => { const look = () => "
            f"(({condition}) ? resolve() : setTimeout(look, 20)); look(); }})"
        )

    def _ask(self, method: str, **parameters: Any) -> dict[str, Any]:
        self._count += 1
        self._socket.send(json.dumps({"id": self._count, "method": method, "params": parameters}))
        while True:
            message = json.loads(self._socket.recv(30))
            if message.get("id") == self._count:
                assert message["type"] == "success", message
                result: dict[str, Any] = message["result"]
                return result
            if message.get("method") == "log.entryAdded" and message["params"]["level"] in ("error", "warn"):
                self.complaints.append(message["params"]["text"])


@contextmanager
def firefox(folder: Path, variables: dict[str, str]) -> Iterator[Firefox]:
    """A headless Firefox with a profile of its own."""
    assert FIREFOX is not None
    (folder / "profile").mkdir()
    (folder / "profile/user.js").write_text(AUTOPLAY)
    command = [FIREFOX, "--headless", "--no-remote", "--profile", str(folder / "profile")]
    process = subprocess.Popen(
        [*command, "--remote-debugging-port=0"],
        env=os.environ | variables | {"HOME": str(folder)},
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    try:
        address = next(line for line in process.stderr if LISTENS in line).split(LISTENS)[1].strip()
        with connect(f"{address}/session", max_size=None) as socket:
            yield Firefox(socket)
    finally:
        process.kill()
        process.communicate()


@pytest.mark.timeout(90)  # Firefox starts slowly on a loaded machine
def test_the_page_speaks_is_interrupted_and_is_heard_again_in_firefox(tmp_path: Path) -> None:
    with (
        sound_server(tmp_path) as pulse,
        in_thread(lambda: running_server(load_config(backend="espeak"))) as url,
        firefox(tmp_path, pulse) as browser,
    ):
        browser.open(f"{url}/")
        browser.wait_for("document.getElementById('connection').dataset.state === 'on'")
        browser.evaluate("document.getElementById('speak').click()")
        browser.wait_for("document.querySelectorAll('#transcript .word.said').length > 3")
        browser.evaluate("document.getElementById('barge-in').click()")
        assert browser.evaluate("document.getElementById('heard-text').textContent").startswith("Hello!")
        browser.evaluate("document.getElementById('pause').click()")
        browser.wait_for("document.body.dataset.state === 'playing'")
        browser.wait_for("document.querySelector('#transcript .word.now')")
        assert browser.evaluate("document.getElementById('problems').textContent") == ""
        assert browser.complaints == []
