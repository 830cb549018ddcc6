"""The document is served as it is, and a page shows it without help from elsewhere."""

from __future__ import annotations

import re

import pytest

from tests.endpoints.serving import run, served
from voice_server.endpoints.app import OPERATIONS
from voice_server.endpoints.http.openapi import openapi_document


def test_the_document_that_is_served_is_made_from_all_operations() -> None:
    async def main() -> None:
        async with served() as server, server.client() as client:
            assert (await client.get("/openapi.json")).json() == openapi_document(OPERATIONS)

    run(main)


def test_docs_load_nothing_from_another_host() -> None:
    async def main() -> None:
        async with served() as server, server.client() as client:
            page = await client.get("/docs")
            assert "default-src 'none'" in page.headers["Content-Security-Policy"]
            for address in re.findall(r'(?:src|href)="([^"]+)"', page.text):
                assert not address.startswith(("http:", "https:", "//"))
                assert (await client.get(f"/{address}")).status_code == 200

    run(main)


@pytest.mark.parametrize(
    ("path", "media_type"),
    [("/docs", "text/html"), ("/docs/docs.js", "text/javascript"), ("/docs/docs.css", "text/css")],
)
def test_each_file_of_the_page_has_its_media_type(path: str, media_type: str) -> None:
    async def main() -> None:
        async with served() as server, server.client() as client:
            answer = await client.get(path)
        assert answer.headers["Content-Type"].startswith(media_type)
        assert answer.text.strip()

    run(main)
