"""Examples as marked text: "¦" stands where a sentence ends."""

from __future__ import annotations

from voice_server.core.text.splitting.splitter import Splitter, SplitterOptions


def split(text: str, language: str | None = "en") -> list[str]:
    """Return the sentences of a whole text."""
    splitter = Splitter(SplitterOptions(language=language))
    return [piece.text for piece in splitter.feed(text) + splitter.finish()]


def check(marked: str, language: str = "en") -> None:
    """Assert that the text ends its sentences where it is marked, and nowhere else."""
    expected = "¦".join(sentence.strip() for sentence in marked.split("¦"))
    found = "¦".join(split(marked.replace("¦", ""), language))
    assert found == expected, f"{found!r} is not {expected!r}"
