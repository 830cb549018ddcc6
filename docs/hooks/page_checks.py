"""What no page of the site may have: Markdown that was not understood, and anything from other servers.

A finding is a warning, with which a strict build fails.
"""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mkdocs.structure.pages import Page

_logger = logging.getLogger("mkdocs.hooks.page_checks")  # a strict build counts the warnings below "mkdocs"
_NOT_PROSE = re.compile(r"<(pre|code|script|style)\b.*?</\1>|<[^>]+>", re.DOTALL)
_MARKDOWN = re.compile(r"```|\| ---|\]\(|\*\*\w")
_LOADED = re.compile(
    r"<(?:script|link|img|audio|source|iframe)\b[^>]*?\b(?:src|href)=\"?((?:https?:)?//[^\"> ]+)"
)


def raw_markdown(html: str) -> list[str]:
    """The marks of Markdown that a reader would see, each with what stands around it."""
    text = _NOT_PROSE.sub("", html)
    return [text[max(0, found.start() - 30) : found.end() + 30] for found in _MARKDOWN.finditer(text)]


def loaded_from_elsewhere(html: str) -> list[str]:
    """The addresses on other servers that a page loads something from."""
    return _LOADED.findall(html)


def on_post_page(output: str, page: Page, **_kwargs: object) -> str:
    """Warn of what is wrong in a page that is done."""
    for excerpt in raw_markdown(output):
        _logger.warning("%s shows Markdown: %r", page.file.src_uri, excerpt)
    for address in loaded_from_elsewhere(output):
        _logger.warning("%s loads %s", page.file.src_uri, address)
    return output
