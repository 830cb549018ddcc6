"""docs/deploy.md shows every file of deploy/."""

from __future__ import annotations

from tests.deploy.programs import DEPLOY

PAGE = (DEPLOY.parent / "docs" / "deploy.md").read_text()


def test_every_file_stands_on_the_page() -> None:
    files = {path.relative_to(DEPLOY.parent).as_posix() for path in DEPLOY.rglob("*") if path.is_file()}
    assert not {name for name in files if f"(../{name})" not in PAGE}
