"""Our own pages: no other site embeds them, and they load nothing from one."""

from __future__ import annotations

import pytest

from tests.endpoints.serving import run, served


@pytest.mark.parametrize("path", ["/page", "/page/main.js", "/docs", "/docs/docs.js", "/docs/docs.css"])
def test_every_page_and_its_files_have_the_same_security_headers(path: str) -> None:
    async def main() -> None:
        async with served() as server, server.client() as client:
            answer = await client.get(path)
        policy = answer.headers["content-security-policy"]
        for rule in ("default-src 'none'", "frame-ancestors 'none'", "form-action 'none'", "base-uri 'none'"):
            assert rule in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"
        assert "permissions-policy" in answer.headers

    run(main)
