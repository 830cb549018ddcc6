"""The page's texts: every language has all of them, and the markup and the scripts use no others."""

from __future__ import annotations

import html
import json
import re
import string

import pytest

from voice_server.endpoints.page import page_files

_FILES = {name: file.content.decode() for name, file in page_files._files().items()}
_TEXTS = {
    name.removeprefix("language-").removesuffix(".json"): json.loads(content)
    for name, content in _FILES.items()
    if name.startswith("language-")
}
_ENGLISH = _TEXTS["en"]
_ATTRIBUTES = {"label": "aria-label", "title": "title", "placeholder": "placeholder"}


def _placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_the_page_speaks_six_languages_and_says_which() -> None:
    assert set(_TEXTS) == {"en", "de", "es", "fr", "zh", "ja"}
    listed = re.search(r"const LANGUAGES = (\[.*\]);", _FILES["texts.js"])
    assert listed is not None
    assert set(json.loads(listed[1])) == set(_TEXTS)


@pytest.mark.parametrize("language", sorted(_TEXTS))
def test_every_language_has_every_text_with_the_same_places_for_values(language: str) -> None:
    texts = _TEXTS[language]
    assert texts.keys() == _ENGLISH.keys()
    assert [key for key, text in texts.items() if not text.strip()] == []
    assert {key: _placeholders(text) for key, text in texts.items()} == {
        key: _placeholders(text) for key, text in _ENGLISH.items()
    }


def test_the_markup_says_in_english_what_its_keys_say() -> None:
    markup = _FILES["index.html"]
    shown = {
        key: html.unescape(text) for key, text in re.findall(r'data-text="([^"]+)"[^>]*>([^<]*)<', markup)
    }
    for tag in re.findall(r"<\w[^>]*>", markup):
        for name, attribute in _ATTRIBUTES.items():
            key = re.search(rf'data-{name}="([^"]+)"', tag)
            value = re.search(rf'(?<![\w-]){attribute}="([^"]*)"', tag)
            if key and value:
                shown[key[1]] = html.unescape(value[1])
    assert len(shown) > 80
    assert shown == {key: _ENGLISH[key] for key in shown}


def test_every_text_that_is_used_is_there() -> None:
    scripts = "\n".join(
        content for name, content in _FILES.items() if name.endswith(".js") and "/" not in name
    )
    used = set(re.findall(r'(?<![\w.])text\("([^"]+)"', scripts))
    used |= set(re.findall(r'data-(?:text|label|title|placeholder|empty)="([^"]+)"', _FILES["index.html"]))
    assert used - _ENGLISH.keys() == set()
    named = {key for key in _ENGLISH if f'"{key}"' in scripts}
    made = re.compile(r"(option|gender|times|replay|column)\.")  # put together in the scripts
    assert {key for key in _ENGLISH if key not in used | named and not made.match(key)} == set()
