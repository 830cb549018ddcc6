"""An <audio> element of a real Chromium, with the address of a text or of a preview as its source."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from playwright.sync_api import sync_playwright

from tests.e2e.browsing import CHROMIUM, chromium, in_thread
from voice_server.config import load_config
from voice_server.serving.composition import running_server

pytestmark = [
    pytest.mark.realtime,
    pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on this machine"),
]

TEXT = " ".join(f"This is sentence number {number} of a text of a minute or so." for number in range(1, 31))
# Not nearer to the end than half a second: Chromium's FLAC demuxer looks for some frames behind the place.
PLAY_AND_SEEK = """async (source) => {
  const audio = new Audio(source);
  const on = (event) => new Promise((resolve, reject) => {
    audio.addEventListener(event, resolve, { once: true });
    audio.addEventListener("error", () => reject(new Error(audio.error.message)), { once: true });
  });
  await on("canplaythrough");
  const { duration } = audio;
  await audio.play();
  await on("timeupdate");
  let sought = on("seeked");
  audio.currentTime = duration / 2;
  await sought;
  const middle = audio.currentTime;
  sought = on("seeked");
  audio.currentTime = 0;
  await sought;
  const ended = on("ended");
  audio.currentTime = duration - 0.5;
  await ended;
  return { duration, middle, end: audio.currentTime, seekable: audio.seekable.end(0) };
}"""


@pytest.mark.parametrize(
    ("source", "shortest_s"),
    [
        (f"/tts?text={quote(TEXT)}", 30),
        (f"/tts?text={quote(TEXT)}&format=mp3", 30),
        (f"/tts?text={quote(TEXT)}&format=flac", 30),
        ("/voices/espeak/en/preview", 1),
    ],
    ids=["wav", "mp3", "flac", "preview"],
)
def test_it_plays_knows_its_length_and_seeks(source: str, shortest_s: float) -> None:
    with (
        sync_playwright() as playwright,
        chromium(playwright) as browser,
        in_thread(lambda: running_server(load_config(backend="espeak"))) as url,
    ):
        page = browser.new_page()
        page.goto(f"{url}/health")
        told = page.evaluate(PLAY_AND_SEEK, source)
    assert told["duration"] > shortest_s
    assert told["middle"] == pytest.approx(told["duration"] / 2, abs=0.5)
    assert told["end"] == pytest.approx(told["duration"], abs=0.1)
    assert told["seekable"] == pytest.approx(told["duration"], abs=0.1)
