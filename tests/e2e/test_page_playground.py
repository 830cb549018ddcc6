"""What the page offers beside speaking: takes, files, code, dialogues, mixes, languages, accessibility."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import wave
import zipfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, FilePayload, sync_playwright

from tests.arithmetic_pool import ArithmeticPool
from tests.e2e.browsing import CHROMIUM, Visit, chromium, in_thread, visiting
from tests.endpoints.serving import served
from voice_server.config import load_config
from voice_server.serving.composition import running_server

pytestmark = [
    pytest.mark.realtime,
    pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on this machine"),
]

SHORT = "One small step. Then another one."
AXE = Path(__file__).parents[1] / "clients/js/node_modules/axe-core/axe.min.js"
RUN_AXE = """async () => {
  const { violations } = await axe.run(document, { resultTypes: ["violations"] });
  return violations.map(({ id, nodes }) => [id, ...nodes.map(({ html }) => html.slice(0, 200))]);
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


@asynccontextmanager
async def _mixing_server() -> AsyncIterator[str]:
    async with served(ArithmeticPool(frame_s=0.0, mixes=True)) as server:
        yield f"http://127.0.0.1:{server.port}"


def _spoken(visit: Visit, text: str = SHORT) -> None:
    visit.speak(text)
    visit.wait_for_status("Spoken to the end.")


# ---------------------------------------------------------------- takes


def test_a_click_on_a_word_is_heard_again_from_there(visit: Visit) -> None:
    _spoken(visit)
    visit.page.click("#transcript .word:text-is('another')")
    visit.wait_for_status("You hear the recording.")
    said = visit.page.locator("#transcript .word.said").all_inner_texts()
    assert said[:4] == ["One", "small", "step", "Then"]
    visit.wait_for_status("Ready to be heard again.")
    assert visit.page.locator("#transcript .word:not(.said)").count() == 0


def test_the_keys_move_through_the_sound_and_the_button_holds_it(visit: Visit) -> None:
    _spoken(visit)
    visit.page.focus("#waveform")
    visit.page.keyboard.press("Home")
    visit.wait_for_status("You hear the recording.")
    visit.page.click("#pause")
    visit.wait_for_status("Paused.")
    assert visit.page.get_attribute("#pause", "aria-label") == "Resume"
    visit.page.click("#pause")
    visit.wait_for_status("Ready to be heard again.")


def test_a_click_on_the_waveform_while_it_speaks_goes_on_from_the_recording(visit: Visit) -> None:
    visit.speak(SHORT)
    visit.wait_for("() => document.querySelectorAll('#rows tr').length === 2")
    visit.wait_for("() => ear.sounding > 12000")
    visit.page.focus("#waveform")
    visit.page.keyboard.press("Home")
    visit.wait_for_status("You hear the recording.")
    assert visit.page.locator("#heard").is_hidden()  # nobody barged in
    visit.wait_for_status("Ready to be heard again.")


def test_takes_are_kept_to_compare(visit: Visit) -> None:
    _spoken(visit, "Apples are red.")
    _spoken(visit, "Pears are green.")
    visit.page.click("#tab-takes")
    names = visit.page.locator("#takes .name").all_inner_texts()
    assert names == ["2. Pears are green.", "1. Apples are red."]
    visit.page.click("#takes .take-play:has-text('Apples')")
    visit.wait_for_status("You hear the recording.")
    assert visit.page.inner_text("#transcript") == "Apples are red."
    assert "Apples" in visit.page.inner_text("#takes [aria-current]")
    visit.wait_for_status("Ready to be heard again.")
    visit.page.get_by_role("button", name="Forget take 1").click()
    assert visit.page.locator("#takes li").count() == 1


def test_the_volume_is_that_of_the_loudspeaker_and_is_remembered(visit: Visit, url: str) -> None:
    visit.page.fill("#volume", "0")
    _spoken(visit)
    assert visit.page.evaluate("ear.sounding") == 0
    visit.open(f"{url}/")
    assert visit.page.input_value("#volume") == "0"


@pytest.mark.parametrize(
    ("file_format", "beginning"), [("mp3", b"ID3"), ("flac", b"fLaC"), ("opus", b"OggS"), ("vtt", b"WEBVTT")]
)
def test_a_take_is_downloaded_in_every_format(visit: Visit, file_format: str, beginning: bytes) -> None:
    _spoken(visit)
    visit.page.select_option("#format", file_format)
    with visit.page.expect_download() as download:
        visit.page.click("#download")
    assert Path(download.value.path()).read_bytes().startswith(beginning)


# ---------------------------------------------------------------- text


def test_marks_of_markdown_are_not_in_the_transcript(visit: Visit) -> None:
    _spoken(
        visit, "# Good news\n\n- **Two** trains go to [Lyon](lyon.html).\n- The *second* costs `5` euros."
    )
    shown = visit.page.inner_text("#transcript")
    assert shown == "Good news\n\n• Two trains go to Lyon.\n• The second costs 5 euros."
    assert visit.page.locator("#transcript .word.said").count() >= 10


def _book() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr(
            "META-INF/container.xml",
            '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
            '<rootfile full-path="OPS/book.opf"/></rootfiles></container>',
        )
        book.writestr(
            "OPS/book.opf",
            '<package xmlns="http://www.idpf.org/2007/opf"><manifest>'
            '<item id="b" href="two.xhtml"/><item id="a" href="one%201.xhtml"/>'
            '</manifest><spine><itemref idref="a"/><itemref idref="b"/></spine></package>',
        )
        page = '<html xmlns="http://www.w3.org/1999/xhtml"><body><h1>{}</h1><p>It\n was {}.</p></body></html>'
        book.writestr("OPS/one 1.xhtml", page.format("One", "dark &amp; late"))
        book.writestr("OPS/two.xhtml", page.format("Two", "light"))
    return made.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "text"),
    [
        ("notes.txt", "Grüße.".encode(), "Grüße."),
        ("old.txt", "Grüße.".encode("windows-1252"), "Grüße."),
        ("wide.md", "\ufeff# Grüße".encode("utf-16-le"), "# Grüße"),
        ("book.epub", _book(), "One\n\nIt was dark & late.\n\nTwo\n\nIt was light."),
    ],
)
def test_a_text_comes_from_a_file(visit: Visit, name: str, content: bytes, text: str) -> None:
    file = FilePayload(name=name, mimeType="", buffer=content)
    visit.page.set_input_files("#text-file", file)
    visit.wait_for(f"() => document.getElementById('text').value === {json.dumps(text)}")


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("photo.jpg", "cannot be read as text"),
        ("zeros.txt", "no text in zeros.txt"),
        ("bad.epub", "no text in"),
    ],
)
def test_a_file_without_a_text_is_refused_in_words(visit: Visit, name: str, problem: str) -> None:
    before = visit.page.input_value("#text")
    file = FilePayload(name=name, mimeType="", buffer=b"\0\1\2" * 20)
    visit.page.set_input_files("#text-file", file)
    visit.page.locator(".problem", has_text=problem).wait_for()
    assert visit.page.input_value("#text") == before


def test_the_lines_of_a_dialogue_are_given_voices(visit: Visit) -> None:
    visit.page.click("[data-example=dialogue]")
    assert visit.page.locator("#cast label span").all_inner_texts() == ["Anna", "Ben"]
    visit.page.click("#speak")
    speakers = visit.first_with("token")["speakers"]
    assert speakers["Anna"] is None
    assert speakers["Ben"]["voice"].startswith("en-us+")
    visit.wait_for("() => document.querySelectorAll('#transcript .word').length > 4")
    assert "Ben" not in visit.said("sentence")[0]["spoken"]
    visit.page.keyboard.press("Escape")
    visit.page.fill("#text", "Note: no dialogue at all.")
    assert visit.page.locator("#cast").is_hidden()


def test_examples_are_in_the_language_of_the_voice_and_ones_own_text_stays(visit: Visit) -> None:
    visit.page.fill("#voice", "german")
    visit.page.keyboard.press("Enter")
    assert visit.page.input_value("#text").startswith("Hallo!")
    visit.page.fill("#text", "My own.")
    visit.page.fill("#voice", "french france")
    visit.page.keyboard.press("Enter")
    assert visit.page.input_value("#text") == "My own."


# ---------------------------------------------------------------- mixes and code


def test_sliders_make_a_mix_that_speaks(browser: Browser) -> None:
    with in_thread(_mixing_server) as url, visiting(browser) as visit:
        visit.open(f"{url}/")
        visit.page.click("#tab-mix")
        assert visit.page.inner_text("#mix-result") == "alba(2)+bert(1)"
        visit.page.fill("#mix-rows .mix-row:nth-child(2) input", "5")
        visit.speak("Mixed.")
        visit.wait_for_status("Spoken to the end.")
        assert visit.first_with("token")["voice"] == "alba(2)+bert(5)"


def test_the_code_that_is_shown_runs(browser: Browser, url: str, tmp_path: Path) -> None:
    with visiting(browser) as visit:
        visit.open(f"{url}/")
        visit.page.fill("#text", "It's “quoted”\nand has two lines.")
        visit.page.click("#code-open")
        programs = {}
        for language in ("curl", "python", "javascript"):
            visit.page.check(f"#code-choices [value={language}]", force=True)
            programs[language] = visit.page.inner_text("#code-text")
        visit.page.keyboard.press("Escape")
        assert visit.page.locator("#code").is_hidden()
    for command in (["bash", "-c", programs["curl"]], [sys.executable, "-c", programs["python"]]):
        subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, timeout=60)
        with wave.open(str(tmp_path / "speech.wav")) as file:
            assert file.getnframes() > 24_000
        (tmp_path / "speech.wav").unlink()
    assert f'fetch("{url}/tts"' in programs["javascript"]


# ---------------------------------------------------------------- languages and accessibility


@pytest.mark.parametrize(
    ("locale", "speak"), [("de-AT", "Sprechen"), ("ja-JP", "話す"), ("zh-CN", "说话"), ("nb-NO", "Speak")]
)
def test_the_page_speaks_the_browser_s_language(browser: Browser, url: str, locale: str, speak: str) -> None:
    phone = {"viewport": {"width": 320, "height": 640}, "locale": locale}
    with visiting(browser, **phone) as visit:
        visit.open(f"{url}/")
        assert visit.page.inner_text("#speak-label") == speak
        assert visit.page.evaluate("document.documentElement.scrollWidth") <= 320


@pytest.mark.skipif(not AXE.exists(), reason="tests/clients/js is not installed")
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(browser: Browser, url: str, scheme: Literal["light", "dark"]) -> None:
    with visiting(browser, color_scheme=scheme) as visit:
        visit.open(f"{url}/")
        visit.page.evaluate(AXE.read_text())
        _check(visit)
        visit.page.click("[data-example=dialogue]")
        visit.page.click("#said summary")
        visit.page.locator("#said-sentences li").first.wait_for()
        visit.page.click("#timings-details summary")
        visit.page.click("#speak")
        visit.wait_for("() => ear.sounding > 6000")
        _check(visit)
        visit.page.keyboard.press("Escape")
        for tab in ("#tab-settings", "#tab-takes"):
            visit.page.click(tab)
            _check(visit)
        visit.page.click("#code-open")
        _check(visit)


def _check(visit: Visit) -> None:
    """Have axe look at the page as it is."""
    assert visit.page.evaluate(RUN_AXE) == []


def test_everything_important_is_above_the_fold_and_on_a_phone_the_voice_comes_before_the_sound(
    browser: Browser, url: str
) -> None:
    with visiting(browser, viewport={"width": 1280, "height": 900}) as visit:
        visit.open(f"{url}/")
        assert visit.page.evaluate("document.documentElement.scrollHeight") <= 900
        for place in ("#text", "#speak", "#voice", "#voices", "#transcript", "#waveform", "#download"):
            box = visit.page.locator(place).bounding_box()
            assert box is not None, place
            assert box["y"] + box["height"] <= 900, place
        visit.page.set_viewport_size({"width": 390, "height": 844})
        tops = [
            visit.page.evaluate(f"document.querySelector('{place}').getBoundingClientRect().top")
            for place in ("#text", "#voices", "#transcript")
        ]
        assert tops == sorted(tops)
