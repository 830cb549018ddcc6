"""The web page in a real Chromium, over a real server that speaks with espeak.

Sound is judged at the browser's loudspeaker: an ear keeps every sample that gets there.
"""

from __future__ import annotations

import json
import wave
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Literal

import numpy as np
import pytest
from playwright.sync_api import Browser, FilePayload, Page, WebSocketRoute, sync_playwright
from websockets.sync.client import connect

from tests.arithmetic_pool import ArithmeticPool
from tests.e2e.browsing import CHROMIUM, Visit, chromium, in_thread, visiting
from tests.endpoints.serving import served
from voice_server.config import load_config
from voice_server.core.audio.wav_header import wav_header
from voice_server.core.types import Capabilities, Option, ReadyBackend, Voice
from voice_server.pool.worker_pool import BackendState, BackendStatus
from voice_server.serving.composition import running_server

pytestmark = [
    pytest.mark.realtime,
    pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on this machine"),
]

SHORT = "One small step. Then another one."
LONG = " ".join(
    f"This is sentence number {number} of a text that goes on for a while." for number in range(1, 301)
)
NO_24_KHZ = """
const Native = AudioContext;
window.AudioContext = class extends Native {
  constructor(options = {}) {
    if (options.sampleRate === 24000) throw new DOMException("no such rate", "NotSupportedError");
    super({ ...options, sampleRate: 48000 });
  }
};
"""
NO_WORKLET = "Object.defineProperty(BaseAudioContext.prototype, 'audioWorklet', { value: undefined });"
CHOSEN = "#voices [aria-selected=true] .name"
OUTLINE = """() => {
  const { activeElement: active } = document;
  return getComputedStyle(active.type === "radio" ? active.nextElementSibling : active).outlineStyle;
}"""
RIGHT_EDGE_OF_WAVEFORM = """() => {
  const canvas = document.getElementById("waveform");
  const copy = new OffscreenCanvas(50, canvas.height).getContext("2d", { willReadFrequently: true });
  copy.drawImage(canvas, 50 - canvas.width, 0);
  return copy.getImageData(0, 0, 50, canvas.height).data.join();
}"""
WATCH_WORDS = """() => {
  window.lit = [];
  new MutationObserver((changes) => {
    for (const { target, oldValue } of changes) {
      if (oldValue === "word") lit.push([target.textContent, ear.frames / ear.rate * 1000]);
    }
  }).observe(document.getElementById("transcript"), {
    subtree: true, attributeFilter: ["class"], attributeOldValue: true,
  });
}"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright, chromium(playwright) as opened:
        yield opened


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with in_thread(lambda: running_server(load_config(backend="espeak"))) as base:
        yield base


@pytest.fixture
def visit(browser: Browser, url: str) -> Iterator[Visit]:
    with visiting(browser) as opened:
        opened.open(f"{url}/")
        yield opened


def _pcm_of(url: str, text: str, rate: int = 24_000) -> np.ndarray[tuple[int], np.dtype[np.int16]]:
    """What the server sends any other client for a text."""
    frames: list[bytes] = []
    with connect(url.replace("http", "ws", 1) + "/stream-tokens") as socket:
        config = {"v": 2, "format": {"rate": rate}, "token": text, "done": True}
        socket.send(json.dumps(config))
        frames = [message for message in socket if isinstance(message, bytes)]
    return np.frombuffer(b"".join(frames), dtype="<i2")


def _is_lit(count: int) -> str:
    return f"() => window.lit.length >= {count}"


def test_what_reaches_the_loudspeaker_is_what_the_server_sends(visit: Visit, url: str) -> None:
    visit.speak(SHORT)
    visit.wait_for_status("Spoken to the end.")
    heard, sent = visit.heard(), _pcm_of(url, SHORT)
    # Silence is left out of both: the context runs before and after, and a busy machine may starve it.
    assert np.array_equal(heard[heard != 0], sent[sent != 0])
    assert len(sent) > 24_000
    assert np.abs(heard).max() > 1000


def test_sound_starts_while_the_text_is_still_being_written(visit: Visit) -> None:
    visit.page.check("input[value=stream]", force=True)
    visit.page.fill("#rate", "8")
    visit.speak(SHORT + " " + LONG[:200])
    visit.wait_for("() => ear.sounding > 0")
    assert len(visit.page.inner_text("#transcript")) < len(SHORT) + 60
    visit.page.fill("#rate", "120")
    visit.wait_for("() => /\\d/.test(document.getElementById('tile-lead').textContent)")


def test_words_light_up_in_order_and_not_before_they_sound(visit: Visit) -> None:
    visit.page.evaluate(WATCH_WORDS)
    visit.speak(SHORT)
    visit.wait_for_status("Spoken to the end.")
    lit = visit.page.evaluate("lit")
    assert [word for word, _ in lit] == ["One", "small", "step", "Then", "another", "one"]
    first_sound_ms = np.flatnonzero(visit.heard())[0] / 24
    starts = {message["index"]: message["at_ms"] for message in visit.said("sentence")}
    expected = [starts[m["index"]] + word[1] for m in visit.said("words") for word in m["words"]]
    for (_, lit_ms), start_ms in zip(lit, expected, strict=True):
        assert lit_ms >= first_sound_ms + start_ms - 150  # the position is guessed ahead by 100 ms at most
    assert visit.page.inner_text("#transcript") == SHORT
    paddings = (
        "[...document.querySelectorAll('#transcript .said')].map((each) => getComputedStyle(each).padding)"
    )
    assert set(visit.page.evaluate(paddings)) == {"0px"}  # the sentences stay where they were


def test_offsets_hold_behind_characters_that_javascript_counts_twice(visit: Visit) -> None:
    visit.page.evaluate(WATCH_WORDS)
    visit.speak("😀😀 Two faces.\nThen **words** again.")
    visit.wait_for_status("Spoken to the end.")
    words = [word for word, _ in visit.page.evaluate("lit")]
    assert words[-5:] == ["Two", "faces", "Then", "words", "again"]


def test_barge_in_silences_and_shows_what_was_heard(visit: Visit) -> None:
    visit.page.evaluate(WATCH_WORDS)
    visit.speak(LONG)
    visit.wait_for(_is_lit(4))
    visit.page.click("#barge-in")
    visit.wait_for_status("You barged in.")
    visit.wait_for("() => { window.mark ??= ear.frames; return ear.frames > mark + 2400; }")
    sounding = visit.page.evaluate("ear.sounding")
    visit.wait_for("() => ear.frames > mark + 14400")
    assert visit.page.evaluate("ear.sounding") == sounding

    cancel = next(message for message in visit.sent if message.get("cancel"))
    visit.wait_for("() => document.querySelector('#transcript .unheard')")
    answer = visit.said("cancelled")[0]
    assert answer["heard"] + answer["unheard"] == visit.page.inner_text("#transcript")
    assert visit.page.inner_text("#heard-text") == answer["heard"].strip()
    assert answer["heard"].startswith("This is sentence")
    assert cancel["played_ms"] > 0
    assert len(answer["unheard"]) > len(answer["heard"])


def test_barge_in_knows_what_was_heard_when_the_server_has_sent_everything(visit: Visit) -> None:
    visit.page.evaluate(WATCH_WORDS)
    visit.speak(SHORT)
    visit.wait_for(_is_lit(2))
    visit.wait_for("() => document.querySelectorAll('#rows tr').length === 2")
    visit.page.keyboard.press("Escape")
    visit.wait_for_status("You barged in.")
    heard, unheard = visit.page.inner_text("#heard-text"), visit.page.inner_text("#unheard-text")
    assert heard.startswith("One small")
    assert unheard.endswith("another one.")


def test_a_pause_is_silent_and_loses_nothing(visit: Visit, url: str) -> None:
    visit.speak(SHORT)
    visit.wait_for("() => ear.sounding > 6000")
    visit.page.click("#pause")
    visit.wait_for_status("Paused.")
    visit.wait_for("() => { window.mark ??= ear.frames; return ear.frames > mark + 2400; }")
    sounding = visit.page.evaluate("ear.sounding")
    visit.wait_for("() => ear.frames > mark + 14400")
    assert visit.page.evaluate("ear.sounding") == sounding
    visit.page.click("#pause")
    visit.wait_for_status("Spoken to the end.")
    sent = np.count_nonzero(_pcm_of(url, SHORT))
    assert sent - 300 <= visit.page.evaluate("ear.sounding") <= sent  # two blocks are faded


def test_a_new_text_takes_the_place_of_the_old_one(visit: Visit) -> None:
    visit.speak(LONG)
    visit.wait_for("() => ear.sounding > 6000")
    visit.speak(SHORT)
    visit.wait_for_status("Spoken to the end.")
    assert visit.page.inner_text("#transcript") == SHORT
    assert visit.page.locator("#rows tr").count() == 2


def test_a_long_text_does_not_pile_up_in_the_page(visit: Visit) -> None:
    visit.speak(LONG)
    visit.wait_for("() => ear.sounding > 6000")
    assert visit.first_with("pause") == {"pause": True}
    assert visit.page.locator("#rows tr").count() < 200


def test_every_sentence_has_its_timings(visit: Visit) -> None:
    visit.speak(SHORT)
    visit.wait_for_status("Spoken to the end.")
    assert visit.page.locator("#timings").is_hidden()  # folded away until somebody wants them
    visit.page.click("#timings-details summary")
    rows = visit.page.locator("#rows tr").all_inner_texts()
    assert [row.split("\t")[1] for row in rows] == ["One small step.", "Then another one."]
    assert "…" not in "".join(rows)
    assert visit.page.inner_text("#tile-sound").endswith("ms")


def test_the_download_is_the_sound(visit: Visit, url: str) -> None:
    visit.speak(SHORT)
    visit.wait_for_status("Spoken to the end.")
    with visit.page.expect_download() as download:
        visit.page.click("#download")
    with wave.open(str(download.value.path())) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (24_000, 1, 2)
        pcm = np.frombuffer(file.readframes(file.getnframes()), dtype="<i2")
    assert np.array_equal(pcm, _pcm_of(url, SHORT))


def test_a_voice_and_a_speed_change_the_sound(visit: Visit) -> None:
    visit.page.fill("#speed input", "2")
    visit.speak(SHORT)
    visit.wait_for_status("Spoken to the end.")
    config = visit.first_with("token")
    assert config["opts"] == {"speed": 2}
    assert visit.said("turn_done")[0]["audio_ms"] < 2000


def test_a_text_that_begins_with_speak_is_ssml(visit: Visit) -> None:
    visit.speak("<speak>One &amp; two. <break time='1s'/> Three.</speak>")
    visit.wait_for_status("Spoken to the end.")
    assert visit.first_with("token")["ssml"] is True
    assert [sentence["text"] for sentence in visit.said("sentence")] == ["One & two.", "Three."]
    visit.speak(SHORT)
    visit.wait_for_status("Spoken to the end.")
    assert len(visit.said("warning")) == 0


def test_a_voice_is_found_by_language_and_combined_with_a_speaker(visit: Visit) -> None:
    visit.page.fill("#voice", "german")
    visit.page.keyboard.press("Enter")
    assert visit.page.inner_text(CHOSEN) == "German de"
    visit.page.select_option("#speaker", "+f2")
    visit.speak("Guten Tag.")
    visit.wait_for_status("Spoken to the end.")
    assert visit.first_with("token")["voice"] == "de+f2"


def test_the_list_of_voices_is_walked_with_the_keys_and_left_without_a_choice(visit: Visit) -> None:
    press = visit.page.keyboard.press
    focused = "document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent"
    before = visit.page.inner_text(CHOSEN)
    visit.page.fill("#voice", "english")
    press("ArrowDown")
    names = visit.page.locator("#voices .name").all_inner_texts()
    assert visit.page.evaluate(focused).startswith(names[0])
    press("ArrowDown")
    assert visit.page.evaluate(focused).startswith(names[1])
    press("ArrowLeft")
    assert visit.page.evaluate(focused).startswith("Hear ")
    press("End")
    press("ArrowRight")
    assert visit.page.evaluate(focused).startswith(names[-1])
    visit.page.fill("#voice", "no such voice")
    assert "No voice matches" in visit.page.inner_text("#voice-note")
    press("Enter")
    press("Escape")
    assert visit.page.input_value("#voice") == ""
    assert visit.page.inner_text(CHOSEN) == before


def test_a_star_makes_a_voice_a_favourite_of_this_browser(visit: Visit, url: str) -> None:
    visit.page.fill("#voice", "french france")
    visit.page.click("#voices .favourite")
    visit.open(f"{url}/")
    visit.page.click("#favourites")
    assert visit.page.locator("#voices .name").all_inner_texts() == ["French (France) fr-fr"]
    visit.page.click("#voices .favourite")
    visit.page.click("#favourites")
    visit.page.click("#favourites")
    assert "No favourites yet" in visit.page.inner_text("#voice-note")


def test_the_filters_leave_the_voices_of_a_language_and_a_gender(visit: Visit) -> None:
    count = visit.page.locator("#voices [role=row]").count()
    visit.page.select_option("#language", "fr")
    assert 1 <= visit.page.locator("#voices [role=row]").count() < count
    details = visit.page.locator("#voices .detail").all_inner_texts()
    assert all("male" in detail for detail in details)


def test_a_mix_may_be_typed_where_the_backend_mixes(browser: Browser) -> None:
    with in_thread(_cloning_server) as url, visiting(browser) as visit:
        visit.open(f"{url}/")
        visit.page.fill("#voice", "alba(2)+alba")
        visit.page.keyboard.press("Enter")
        visit.speak("Mixed.")
        assert visit.first_with("token")["voice"] == "alba(2)+alba"


def test_a_voice_can_be_tried(visit: Visit) -> None:
    visit.page.fill("#voice", "french france")
    with visit.page.expect_response("**/voices/espeak/fr-fr/preview") as answer:
        visit.page.click("#voices .orb")
    assert answer.value.status == 200
    visit.page.locator("#voices .orb[data-state=playing]").wait_for()
    visit.page.locator("#voices .orb[data-state=idle]").wait_for()
    visit.page.click("#voices .orb")
    visit.page.locator("#voices .orb[data-state=playing]").wait_for()
    visit.page.click("#voices .orb")  # stops it
    assert visit.page.get_attribute("#voices .orb", "data-state") == "idle"


def test_the_options_are_those_of_the_backend(visit: Visit) -> None:
    assert visit.page.locator("#option-pitch").count() == 1
    visit.page.click("#tab-settings")
    visit.page.select_option("#backend", "tone")
    visit.page.locator("#option-piece_ms").wait_for(state="attached")
    assert visit.page.locator("#option-pitch").count() == 0
    visit.speak("Three short notes.")
    visit.wait_for_status("Spoken to the end.")
    assert visit.said("ready")[-1]["backend"] == "tone"


def test_a_sentence_that_fails_is_told_and_the_others_are_spoken(visit: Visit) -> None:
    visit.page.click("#tab-settings")
    visit.page.select_option("#backend", "tone")
    visit.page.locator("#option-fault").wait_for(state="attached")
    visit.page.select_option("#option-fault", "fail")
    visit.speak("A note.")
    problem = visit.page.locator(".problem.error")
    problem.wait_for()
    assert problem.inner_text().strip("×\n ").endswith(".")
    visit.wait_for_status("It could not be spoken.")


def test_a_lost_connection_is_made_again_and_speaks_the_rest(browser: Browser, url: str) -> None:
    sockets: list[WebSocketRoute] = []

    def pass_on(socket: WebSocketRoute) -> None:
        socket.connect_to_server()
        sockets.append(socket)

    with visiting(browser) as visit:
        visit.page.route_web_socket("**/stream-tokens", pass_on)
        visit.open(f"{url}/")
        visit.page.check("input[value=stream]", force=True)
        visit.page.fill("#rate", "12")
        visit.speak(SHORT)
        visit.wait_for("() => ear.sounding > 1000")
        sockets[0].close(code=1011)
        visit.wait_for_status("Spoken to the end.")
        visit.page.locator("#connection[data-state=on]").wait_for()
        assert len(sockets) == 2
        assert visit.page.inner_text("#transcript") == SHORT
        heard, sent = visit.heard(), _pcm_of(url, SHORT)
        assert (
            abs(np.count_nonzero(heard) - np.count_nonzero(sent)) < 2400
        )  # but for the pause that parted them
        assert visit.page.locator("#problems .problem").count() == 0


def test_an_idle_page_sleeps_when_the_server_goes_and_wakes_to_speak(browser: Browser, url: str) -> None:
    sockets: list[WebSocketRoute] = []

    def pass_on(socket: WebSocketRoute) -> None:
        socket.connect_to_server()
        sockets.append(socket)

    with visiting(browser) as visit:
        visit.page.route_web_socket("**/stream-tokens", pass_on)
        visit.open(f"{url}/")
        sockets[0].close(code=1012)
        visit.page.locator("#connection[data-state=asleep]").wait_for()
        visit.speak(SHORT)
        visit.wait_for_status("Spoken to the end.")
        visit.page.locator("#connection[data-state=on]").wait_for()


def test_the_last_of_two_hasty_texts_is_spoken_alone(visit: Visit) -> None:
    visit.page.fill("#text", "Nobody hears this one.")
    visit.page.evaluate("document.getElementById('speak').click()")
    visit.page.evaluate(
        f"document.getElementById('text').value = '{SHORT}'; document.getElementById('speak').click()"
    )
    visit.wait_for_status("Spoken to the end.")
    assert visit.page.inner_text("#transcript") == SHORT


def test_a_text_waits_for_the_backend_that_is_being_chosen(visit: Visit) -> None:
    visit.page.click("#tab-settings")
    visit.page.select_option("#backend", "tone")
    visit.speak("A note.")
    visit.wait_for_status("Spoken to the end.")
    assert visit.said("ready")[-1]["backend"] == "tone"
    assert len(visit.said("turn_done")) == 1


def test_without_a_text_the_page_asks_for_one(visit: Visit) -> None:
    visit.speak("  ")
    assert "Type or paste some text first." in visit.page.inner_text("#problems")


@pytest.mark.parametrize(("code", "words"), [(1013, "busy"), (1012, "restarting"), (1011, "in the server")])
def test_a_closed_connection_is_explained(browser: Browser, url: str, code: int, words: str) -> None:
    def close(socket: WebSocketRoute) -> None:
        socket.close(code=code)

    with visiting(browser) as visit:
        visit.page.route_web_socket("**/stream-tokens", close)
        visit.page.goto(f"{url}/")
        visit.page.locator(".problem", has_text=words).wait_for()


def test_a_context_that_refuses_24_khz_is_served_at_its_own_rate(browser: Browser, url: str) -> None:
    with visiting(browser, NO_24_KHZ) as visit:
        visit.open(f"{url}/")
        visit.speak(SHORT)
        visit.wait_for_status("Spoken to the end.")
        heard, sent = visit.heard(), _pcm_of(url, SHORT, rate=48_000)
        assert np.array_equal(heard[heard != 0], sent[sent != 0])


def test_a_page_without_worklets_speaks_too(browser: Browser, url: str) -> None:
    with visiting(browser, NO_WORKLET) as visit:
        visit.open(f"{url}/")
        visit.speak(SHORT)
        visit.wait_for_status("Spoken to the end.")
        assert visit.page.evaluate("ear.sounding") > 24_000
        assert all("ScriptProcessorNode is deprecated" in each for each in visit.complaints)
        visit.complaints.clear()


# ---------------------------------------------------------------- how it looks and is used


def _widest(page: Page) -> int:
    widest: int = page.evaluate("document.documentElement.scrollWidth")
    return widest


def test_nothing_is_wider_than_a_small_phone(browser: Browser, url: str) -> None:
    phone = {"viewport": {"width": 320, "height": 640}, "is_mobile": True, "has_touch": True}
    with visiting(browser, **phone) as visit:
        visit.open(f"{url}/")
        assert _widest(visit.page) <= 320
        visit.page.click("#tab-settings")
        visit.page.check("input[value=stream]", force=True)
        visit.page.fill("#rate", "120")
        visit.speak("Averyveryverylongwordthatdoesnotfitanywhereonasmallphone is spoken. " + SHORT)
        visit.wait_for("() => ear.sounding > 6000")
        assert _widest(visit.page) <= 320
        visit.page.tap("#barge-in")
        visit.page.locator("#heard").wait_for()
        assert _widest(visit.page) <= 320
        buttons = visit.page.locator("button:visible").all()
        assert all((box := button.bounding_box()) and box["height"] >= 44 for button in buttons)


def test_everything_works_by_keyboard(visit: Visit) -> None:
    page, press = visit.page, visit.page.keyboard.press
    press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the text"
    press("Enter")
    press("Tab") if page.evaluate("document.activeElement.id") != "text" else None
    assert page.evaluate("document.activeElement.id") == "text"
    press("Control+A")
    page.keyboard.type(SHORT)
    press("Tab")
    press("ArrowRight")
    assert page.is_checked("input[value=stream]")
    press("ArrowLeft")
    press("Control+Enter")
    visit.wait_for("() => ear.sounding > 6000")
    press("Escape")
    visit.wait_for_status("You barged in.")
    press("Tab")
    assert page.evaluate("document.activeElement.id") == "speak"
    press("Enter")
    visit.wait_for_status("Spoken to the end.")


def test_every_control_has_a_name_and_a_visible_focus(visit: Visit) -> None:
    unnamed = visit.page.evaluate(
        """() => [...document.querySelectorAll("button, input, select, textarea")]
        .filter((each) => !each.labels?.length && !each.ariaLabel && !each.textContent.trim())
        .map((each) => each.outerHTML)"""
    )
    assert unnamed == []
    visit.page.keyboard.press("Tab")
    outlines = []
    while visit.page.evaluate("document.activeElement !== document.body"):
        outlines.append(visit.page.evaluate(OUTLINE))
        visit.page.keyboard.press("Tab")
    assert len(outlines) >= 10
    assert "none" not in outlines


def test_the_theme_follows_the_system_until_it_is_chosen(browser: Browser, url: str) -> None:
    background = "getComputedStyle(document.body).backgroundColor"
    with visiting(browser, color_scheme="dark") as visit:
        visit.open(f"{url}/")
        dark = visit.page.evaluate(background)
        visit.page.click("#theme")
        light = visit.page.evaluate(background)
        assert light != dark
        visit.page.reload()
        assert visit.page.evaluate(background) == light


@pytest.mark.parametrize(("motion", "slides"), [("no-preference", True), ("reduce", False)])
def test_the_waveform_slides_unless_motion_is_not_wanted(
    browser: Browser, url: str, motion: Literal["no-preference", "reduce"], *, slides: bool
) -> None:
    with visiting(browser, reduced_motion=motion) as visit:
        visit.open(f"{url}/")
        visit.speak(LONG)
        visit.wait_for("() => ear.sounding > 2000")
        before = visit.page.evaluate(RIGHT_EDGE_OF_WAVEFORM)
        visit.wait_for("() => ear.sounding > 14000")
        assert (visit.page.evaluate(RIGHT_EDGE_OF_WAVEFORM) != before) is slides


# ---------------------------------------------------------------- other servers


@asynccontextmanager
async def _guarded_server() -> AsyncIterator[str]:
    async with served(ArithmeticPool(frame_s=0.0), token="sesam öffne") as server:
        yield f"http://127.0.0.1:{server.port}"


def test_a_server_that_wants_a_token_is_given_one(browser: Browser) -> None:
    with in_thread(_guarded_server) as url, visiting(browser) as visit:
        visit.page.goto(f"{url}/")
        visit.page.locator("#access").wait_for()
        assert visit.page.evaluate("document.activeElement.id") == "token"
        visit.complaints.clear()  # the browser reports the 401
        visit.page.keyboard.type("sesam öffne")
        visit.page.keyboard.press("Enter")
        visit.page.locator("#connection[data-state=on]").wait_for()
        assert visit.page.locator("#access").is_hidden()
        visit.speak("Open.")
        visit.wait_for_status("Spoken to the end.")


def test_a_link_may_bring_the_token_and_the_address_forgets_it(browser: Browser) -> None:
    with in_thread(_guarded_server) as url, visiting(browser) as visit:
        visit.open(f"{url}/?token=sesam+%C3%B6ffne")
        assert visit.page.url == f"{url}/"


class _CloningPool(ArithmeticPool):
    """A backend that clones, and its voices."""

    samples: tuple[Voice, ...] = ()

    def _status(self, name: str) -> BackendStatus:
        voices = (Voice("alba", "Alba", "en-US", "female", name), *self.samples)
        options = (Option("speed", "number", 1.0, 0.5, 2.0), Option("name", "text", ""))
        ready = ReadyBackend(
            voices, 24_000, Capabilities(options=options, clones=True, mixes=True, times="estimate")
        )
        return BackendStatus(name, BackendState.UP, 1, ready)


@asynccontextmanager
async def _cloning_server(pool: _CloningPool | None = None) -> AsyncIterator[str]:
    async with served(pool or _CloningPool(frame_s=0.0)) as server:
        yield f"http://127.0.0.1:{server.port}"


def test_a_sample_is_recorded_where_the_backend_clones(browser: Browser) -> None:
    with in_thread(_cloning_server) as url, visiting(browser) as visit:
        visit.open(f"{url}/")
        visit.page.click("#tab-sample")
        visit.page.click("#record")
        visit.wait_for("() => document.getElementById('record').ariaPressed === 'true'")
        visit.page.wait_for_timeout(600)  # a recording takes as long as it is
        visit.page.click("#record")
        visit.page.locator("#sample-result").wait_for()
        visit.page.fill("#sample-name", "my / voice")
        with visit.page.expect_download() as download:
            visit.page.click("#save-sample")
        assert download.value.suggested_filename == "my - voice.wav"
        with wave.open(str(download.value.path())) as file:
            assert (file.getframerate(), file.getnchannels()) == (24_000, 1)
            assert file.getnframes() > 6_000
        assert "voice_samples" in visit.page.inner_text("#panel-sample")


def test_a_sample_that_was_dropped_into_the_folder_is_found(browser: Browser) -> None:
    pool = _CloningPool(frame_s=0.0)
    with in_thread(lambda: _cloning_server(pool)) as url, visiting(browser) as visit:
        visit.open(f"{url}/")
        silence = wav_header(24_000, 96_000) + bytes(96_000)
        visit.page.click("#tab-sample")
        file = FilePayload(name="grandma.wav", mimeType="audio/wav", buffer=silence)
        visit.page.set_input_files("#file", file)
        visit.page.locator("#sample-result").wait_for()
        assert visit.page.input_value("#sample-name") == "grandma"
        assert visit.page.inner_text("#sample-note").startswith("2.0 s")
        pool.samples = (Voice("grandma", "grandma", "en", "", "one", "sample"),)
        visit.page.click("#look-again")
        visit.page.locator("#voices", has_text="your sample").wait_for()
        visit.page.click("#voices .choose:has-text('grandma')")
        visit.speak("Hello.")
        visit.wait_for_status("Spoken to the end.")
        assert visit.first_with("token")["voice"] == "grandma"


def test_what_is_no_sound_is_refused_in_words(browser: Browser) -> None:
    with in_thread(_cloning_server) as url, visiting(browser) as visit:
        visit.open(f"{url}/")
        visit.page.click("#tab-sample")
        file = FilePayload(name="notes.txt", mimeType="text/plain", buffer=b"no sound")
        visit.page.set_input_files("#file", file)
        visit.page.locator(".problem", has_text="no sound this browser can read").wait_for()
        assert visit.page.locator("#sample-result").is_hidden()


def test_no_sample_is_asked_for_where_nothing_is_cloned(visit: Visit) -> None:
    assert visit.page.locator("#tab-sample").is_hidden()
