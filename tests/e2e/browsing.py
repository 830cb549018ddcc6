"""A real Chromium with a real server in front of it, and an ear at the browser's loudspeaker."""

from __future__ import annotations

import asyncio
import json
import shutil
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
from playwright.sync_api import Browser, ConsoleMessage, Page, Playwright, WebSocket

from voice_server.endpoints.page import page_files

SWITCHES = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--autoplay-policy=no-user-gesture-required",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
)
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)

# Everything that goes to the loudspeaker also goes to an ear, which keeps every sample: in the audio thread,
# or in the page where the browser under test has no worklet.
EAR_WORKLET = """
registerProcessor("ear", class extends AudioWorkletProcessor {
  process([[input]]) {
    this.port.postMessage(input ? Float32Array.from(input) : new Float32Array(128));
    return true;
  }
});
"""
EAR = """
window.ear = { blocks: [], frames: 0, sounding: 0, rate: 0 };
window.violations = [];
document.addEventListener("securitypolicyviolation", (event) => violations.push(event.violatedDirective));
const hear = (block) => {
  ear.blocks.push(block);
  ear.frames += block.length;
  for (const sample of block) if (sample !== 0) ear.sounding++;
};
const connect = AudioNode.prototype.connect;
const addModule = globalThis.AudioWorklet?.prototype.addModule;
if (addModule) {
  AudioWorklet.prototype.addModule = async function (url) {
    await addModule.call(this, "/page/ear.js");
    return addModule.call(this, url);
  };
}
AudioNode.prototype.connect = function (to, ...more) {
  if (to instanceof AudioDestinationNode) {
    const { context } = this;
    ear.rate = context.sampleRate;
    if (context.audioWorklet) {
      const node = new AudioWorkletNode(context, "ear", { numberOfOutputs: 0, channelCount: 1 });
      node.port.onmessage = ({ data }) => hear(data);
      connect.call(this, node);
    } else {
      const node = context.createScriptProcessor(1024, 1, 1);
      node.onaudioprocess = ({ inputBuffer }) => hear(Float32Array.from(inputBuffer.getChannelData(0)));
      connect.call(this, node);
      connect.call(node, to);
    }
  }
  return connect.call(this, to, ...more);
};
"""
HEARD = """() => {
  const samples = [];
  for (const block of ear.blocks) for (const sample of block) samples.push(Math.round(sample * 32768));
  return samples;
}"""


@dataclass
class Visit:
    """A page, what it complained about, and what went over its WebSockets."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    sent: list[dict[str, Any]] = field(default_factory=list)
    received: list[dict[str, Any]] = field(default_factory=list)

    def watch(self) -> None:
        """Keep console errors, exceptions and JSON messages."""
        self.page.on("console", self._note)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("websocket", self._listen)

    def _note(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(f"{message.text} ({message.location.get('url')})")

    def _listen(self, socket: WebSocket) -> None:
        socket.on("framesent", lambda payload: _keep(payload, self.sent))
        socket.on("framereceived", lambda payload: _keep(payload, self.received))

    def open(self, url: str) -> None:
        """Go to the page and wait until it is connected."""
        self.page.goto(url)
        self.page.locator("#connection[data-state=on]").wait_for()

    def speak(self, text: str) -> None:
        """Type a text and press the button."""
        self.page.fill("#text", text)
        self.page.click("#speak")

    def wait_for_status(self, text: str) -> None:
        """Wait until the page says how it went."""
        self.page.locator("#status", has_text=text).wait_for()

    def wait_for(self, condition: str) -> None:
        """Wait until an expression of the page's is true."""
        self.page.wait_for_function(condition, polling=20)

    def heard(self) -> npt.NDArray[np.int16]:
        """Every sample that reached the loudspeaker, silence included."""
        return np.array(self.page.evaluate(HEARD), dtype=np.int16)

    def first_with(self, key: str) -> dict[str, Any]:
        """The page's first message with a key, as soon as it has been sent."""
        while not (found := [message for message in self.sent if key in message]):
            self.page.wait_for_timeout(10)
        return found[0]

    def said(self, kind: str) -> list[dict[str, Any]]:
        """The server's messages of a type."""
        return [message for message in self.received if message.get("type") == kind]


def _keep(payload: str | bytes, messages: list[dict[str, Any]]) -> None:
    if isinstance(payload, str):
        messages.append(json.loads(payload))


@contextmanager
def visiting(browser: Browser, *scripts: str, **options: Any) -> Iterator[Visit]:
    """A fresh visitor; at the end the page must not have complained about anything."""
    context = browser.new_context(**options)
    context.set_default_timeout(12_000)
    for script in (*scripts, EAR):
        context.add_init_script(f"{{{script}}}")
    visit = Visit(context.new_page())
    visit.watch()
    try:
        yield visit
        visit.complaints += visit.page.evaluate("violations")
    finally:
        context.close()
    assert visit.complaints == [], visit.complaints


def _serve_ear() -> None:
    """Put the ear among the page's files: the page's policy allows no script from elsewhere."""
    page_files._files()["ear.js"] = page_files._PageFile(EAR_WORKLET.encode(), "text/javascript", '"ear"')


@contextmanager
def chromium(playwright: Playwright) -> Iterator[Browser]:
    """A headless Chromium with a profile of its own."""
    with tempfile.TemporaryDirectory() as scratch:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=list(SWITCHES), downloads_path=scratch
        )
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def in_thread(server: Callable[[], AbstractAsyncContextManager[str]]) -> Iterator[str]:
    """Run a server in a thread of its own while the context lasts; yields its base URL."""
    _serve_ear()
    loop_of: list[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = []
    urls: list[str] = []
    ready = threading.Event()

    async def main() -> None:
        stop = asyncio.Event()
        loop_of.append((asyncio.get_running_loop(), stop))
        async with server() as url:
            urls.append(url)
            ready.set()
            await stop.wait()

    def run() -> None:
        try:
            asyncio.run(main())
        finally:
            ready.set()

    thread = threading.Thread(target=run, name="server")
    thread.start()
    try:
        assert ready.wait(15)
        assert urls, "the server did not start"
        yield urls[0]
    finally:
        loop, stop = loop_of[0]
        loop.call_soon_threadsafe(stop.set)
        thread.join(15)
