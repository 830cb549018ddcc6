"""Fragments of texts in thirteen languages, written for the purpose, with what should be said of them.

In `fragments.txt` a language begins behind "== "; each line is "kind: written => said", with " ‖ " between
sentences and " // " before another way to say it that is as good. A line that begins with "!" is not said so
yet. What should be said was written down before it was tried; speakers of most languages have not seen it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from voice_server.core.speech.changes import spoken_sentences
from voice_server.core.speech.speech_settings import SpeechSettings
from voice_server.core.types import NORMALIZED_KINDS, NormalizedKind

_LINE = re.compile(r"(?P<missed>!?)(?P<kind>\w+): (?P<written>.*?) => (?P<said>.*)")


@dataclass(frozen=True, slots=True)
class Fragment:
    """A text, the ways in which its sentences may be said, and whether none of them is met yet."""

    language: str
    kind: str
    written: str
    ways: tuple[tuple[str, ...], ...]
    is_missed: bool

    def spoken(
        self, tokens: Iterable[str] | None = None, kinds: frozenset[NormalizedKind] = NORMALIZED_KINDS
    ) -> tuple[str, ...]:
        """What is said of it now, sentence by sentence, by a voice of its language that reads no digits."""
        settings = SpeechSettings(
            "",
            "",
            language=self.language,
            spoken_language=self.language,
            first_segment="sentence",
            normalized_kinds=kinds,
        )
        said = spoken_sentences([self.written] if tokens is None else tokens, settings)
        return tuple(each.spoken for each in said if each.spoken)


def fragments() -> list[Fragment]:
    """All of them, in order."""
    found, language = [], ""
    for line in Path(__file__).with_suffix(".txt").read_text("utf-8").splitlines():
        if line.startswith("== "):
            language = line[3:]
            continue
        match = _LINE.fullmatch(line)
        assert match, line
        ways = tuple(tuple(way.split(" ‖ ")) for way in match["said"].split(" // "))
        written = match["written"].replace("\\n", "\n")
        found.append(Fragment(language, match["kind"], written, ways, match["missed"] == "!"))
    return found
