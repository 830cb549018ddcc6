"""On the site, links that leave docs/ lead to pages made of the files that they name.

On GitHub those links work by themselves. A Markdown file becomes a page as it is, any other one a page with
its text. Such pages have no place in the navigation.
"""

from __future__ import annotations

import posixpath
import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files
    from mkdocs.structure.pages import Page

_ROOT = Path(__file__).resolve().parents[2]
_DOCS, _COPIES = "docs/", "repository/"
_LINK = re.compile(r"(?<=\]\()(?![a-z]+:|#)([^)\s#]+)(?=[)#])")


def site_path(file: str) -> str:
    """Where a file of the repository lies among the sources of the site."""
    if file.startswith(_DOCS):
        return file.removeprefix(_DOCS)
    return _COPIES + (file if file.endswith(".md") else f"{file}.md")


def _target(link: str, file: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(file), link))


def links_out_of_docs(text: str, file: str) -> set[str]:
    """The files outside docs/ that a text links to, which stands in this file of the repository."""
    targets = {_target(link, file) for link in _LINK.findall(text)}
    return {each for each in targets if not each.startswith(_DOCS) and (_ROOT / each).is_file()}


def with_site_links(text: str, file: str) -> str:
    """A file's text with its links as they are between the sources of the site."""

    def moved(found: re.Match[str]) -> str:
        target = _target(found[1], file)
        if not (_ROOT / target).is_file() or {file[:5], target[:5]} == {_DOCS}:
            return found[1]
        return posixpath.relpath(site_path(target), posixpath.dirname(site_path(file)) or ".")

    return _LINK.sub(moved, text)


def as_page(file: str) -> str:
    """A file of the repository as the Markdown of a page."""
    text = (_ROOT / file).read_text(encoding="utf-8")
    if file.endswith(".md"):
        return with_site_links(text, file)
    return f"# {file}\n\n````{Path(file).suffix.removeprefix('.')}\n{text}````\n"


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages that are linked to and lie outside docs/."""
    from mkdocs.structure.files import File, InclusionLevel  # noqa: PLC0415 - only the site's environment has it

    pending = [_DOCS + page.src_uri for page in files.documentation_pages()]
    seen = set(pending)
    while pending:
        file = pending.pop()
        if not file.startswith(_DOCS):
            generated = File.generated(config, site_path(file), content=as_page(file))
            generated.inclusion = InclusionLevel.NOT_IN_NAV
            files.append(generated)
            if not file.endswith(".md"):
                continue
        found = links_out_of_docs((_ROOT / file).read_text(encoding="utf-8"), file) - seen
        seen |= found
        pending += sorted(found)
    return files


def on_page_markdown(markdown: str, page: Page, **_kwargs: object) -> str:
    """Lead links of the pages in docs/ to the added ones."""
    if page.file.src_uri.startswith(_COPIES):
        return markdown
    return with_site_links(markdown, _DOCS + page.file.src_uri)
