"""mkdocs.yml: what the site is made of. The build itself, where a broken link is an error, is in .ci/run."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
PAGES = {path.name for path in (ROOT / "docs").glob("*.md")}


class _Loader(yaml.SafeLoader):
    """Reads mkdocs.yml without what it has of Python."""


_Loader.add_multi_constructor("tag:yaml.org,2002:python/", lambda _loader, suffix, _node: suffix)
SITE: dict[str, Any] = yaml.load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"), _Loader)  # noqa: S506


def _pages(entry: Any) -> Iterator[str]:
    """The pages of a part of the navigation."""
    if isinstance(entry, str):
        yield entry
        return
    for each in entry.values() if isinstance(entry, dict) else entry:
        yield from _pages(each)


def test_every_page_of_docs_has_one_place_in_the_navigation() -> None:
    listed = list(_pages(SITE["nav"]))
    assert sorted(listed) == sorted(PAGES), "add the new page of docs/ to `nav:` of mkdocs.yml"


def test_a_build_ends_with_an_error_where_a_link_is_broken() -> None:
    assert set(SITE["validation"].values()) == {"warn"}
    assert "--group docs mkdocs build --strict" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


def test_the_site_takes_no_fonts_of_others() -> None:
    assert SITE["theme"]["font"] is False


def test_every_hook_is_there() -> None:
    assert {Path(each).name for each in SITE["hooks"]} == {
        path.name for path in (ROOT / "docs" / "hooks").glob("*.py")
    }


def test_what_the_site_is_built_with_is_not_in_the_environment_of_tests() -> None:
    groups = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    dev = re.search(r"^dev = \[(.*?)^\]", groups, re.DOTALL | re.MULTILINE)
    assert dev
    assert "mkdocs" not in dev[1]
