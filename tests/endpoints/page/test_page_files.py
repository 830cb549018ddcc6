"""The page's files: what is served, how, and that nothing in them needs an exception in the policy."""

from __future__ import annotations

import re
from pathlib import Path

import httpx
import pytest

from tests.endpoints.serving import run, served
from voice_server.endpoints.page import page_files

_NAMES = sorted(page_files._files())
_TEXTS = {name: file.content.decode() for name, file in page_files._files().items()}


async def _get(path: str, **headers: str) -> httpx.Response:
    async with served() as server, httpx.AsyncClient() as client:
        request = httpx.Request("GET", f"http://127.0.0.1:{server.port}{path}", headers=headers)
        return await client.send(request)


def test_every_file_has_its_type_and_may_load_only_from_here() -> None:
    async def main() -> None:
        async with served() as server, httpx.AsyncClient() as client:
            for name in _NAMES:
                answer = await client.get(f"http://127.0.0.1:{server.port}/page/{name}")
                assert answer.status_code == 200
                media_type = page_files._MEDIA_TYPES["." + name.rpartition(".")[2]]
                assert answer.headers["content-type"] == media_type
                assert answer.headers["x-content-type-options"] == "nosniff"
                assert "default-src 'none'" in answer.headers["content-security-policy"]
                assert "unsafe" not in answer.headers["content-security-policy"]

    run(main)


def test_a_browser_gets_the_page_and_a_program_the_system() -> None:
    async def main() -> None:
        page = await _get("/", accept="text/html,application/xhtml+xml,*/*;q=0.8")
        assert page.text == _TEXTS["index.html"]
        assert "Accept" in page.headers["vary"]
        assert (await _get("/", accept="*/*")).json()["name"] == "voice-server"

    run(main)


def test_what_the_browser_has_already_is_not_sent_again() -> None:
    async def main() -> None:
        first = await _get("/page/main.js")
        again = await _get("/page/main.js", **{"if-none-match": first.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        changed = await _get("/page/main.js", **{"if-none-match": '"another"'})
        assert changed.status_code == 200

    run(main)


@pytest.mark.parametrize(
    "name",
    [
        "..%2ffiles.py",
        "%2e%2e/files.py",
        "nothing.js",
        "main.js%00",
        "static",
        "client",
        "client/%2e%2e/main.js",
        "client/index.d.ts",
    ],
)
def test_only_files_of_the_page_are_served(name: str) -> None:
    async def main() -> None:
        assert (await _get(f"/page/{name}")).status_code == 404

    run(main)


def test_the_markup_has_no_code_and_no_style_of_its_own() -> None:
    markup = _TEXTS["index.html"]
    assert re.findall(r"<script(?![^>]*\ssrc=)", markup) == []
    assert re.findall(r"<style|\sstyle=|\son\w+=|javascript:", markup) == []


@pytest.mark.parametrize("name", _NAMES)
def test_nothing_comes_from_another_host(name: str) -> None:
    named = re.findall(r"(?:https?:)?//[a-z0-9][\w.-]*\.\w+", _TEXTS[name])
    assert {each for each in named if "w3.org" not in each} == set()


@pytest.mark.parametrize("name", [name for name in _NAMES if name.endswith(".js")])
def test_no_script_writes_markup(name: str) -> None:
    assert re.findall(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b", _TEXTS[name]) == []


def test_every_linked_file_is_there() -> None:
    names = set(re.findall(r'(?:src|href)="page/([^"]+)"', _TEXTS["index.html"]))
    for name, text in _TEXTS.items():
        if name.endswith(".js"):
            folder = name.rpartition("/")[0]
            linked = re.findall(r'(?:from |URL\()"\./([^"]+)"', text)
            names |= {f"{folder}/{each}" if folder else each for each in linked}
    assert names <= set(_NAMES)
    assert {"main.js", "page.css", "client/index.js", "client/playback.js"} <= names


def test_the_client_in_the_page_is_the_package_and_no_copy() -> None:
    package = Path(__file__).resolve().parents[3] / "clients/js/src"
    sent = {name.removeprefix("client/"): text for name, text in _TEXTS.items() if name.startswith("client/")}
    assert sent == {path.name: path.read_text() for path in package.glob("*.js")}
    assert not list(page_files._FOLDER.glob("player.js"))
