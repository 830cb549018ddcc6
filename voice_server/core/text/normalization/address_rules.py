"""E-mail addresses, hosts, hashtags and handles."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from voice_server.core.text.domains import TOP_LEVEL_DOMAINS
from voice_server.core.text.normalization.prefilter import any_of
from voice_server.core.text.normalization.rule import Language, Rule
from voice_server.core.text.offsets import Edit

_MAIL: Final = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}(?!\w)")
_HOST: Final = re.compile(
    rf"(?<![\w.@/-])(?:[A-Za-z0-9-]{{2,63}}\.){{1,4}}(?:{TOP_LEVEL_DOMAINS})(?![\w/]|\.\w)"
)
_NAME: Final = re.compile(r"(?<![\w&#/])(?P<sign>[#@])(?P<name>[^\W\d]\w{1,60})(?!\w|\.\w)")
_CAMEL_CASE: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Za-z])(?=\d)")


def address_rules(language: Language) -> list[Rule]:
    """Addresses whose marks are said."""
    addresses = _Addresses(language)
    return [
        Rule("addresses", _MAIL, addresses.read, any_of("@")),
        Rule("addresses", _HOST, addresses.read, any_of(".a")),
        Rule("addresses", _NAME, addresses.read_name, any_of("# @")),
    ]


class _Addresses:
    def __init__(self, language: Language) -> None:
        words = language.words
        self._words = words
        self._marks = {".": words.dot, "@": words.at, "-": words.dash, "_": words.underscore, "+": words.plus}

    def read(self, match: re.Match[str]) -> Sequence[Edit]:
        """Every mark as a word."""
        at = match.start()
        return [
            Edit(at + index, at + index + 1, f" {self._marks[character]} ")
            for index, character in enumerate(match[0])
            if character in self._marks
        ]

    def read_name(self, match: re.Match[str]) -> Sequence[Edit]:
        """The sign as a word, and the words of the name apart."""
        word = self._words.hashtag if match["sign"] == "#" else self._words.at
        name = _CAMEL_CASE.sub(" ", match["name"]).replace("_", " ")
        return [Edit(*match.span(), f"{word} {name}")]
