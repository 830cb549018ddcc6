"""What tests of the filter share."""

from __future__ import annotations

from voice_server.core.text.filtering.text_filter import CodePolicy, TextFilter


def filtered(
    text: str, size: int | None = None, *, code: CodePolicy = "announce", language: str | None = None
) -> str:
    """What is let through of a text that comes in tokens of `size` characters."""
    text_filter = TextFilter()
    text_filter.configure(is_on=True, code=code, language=language)
    step = size or max(1, len(text))
    came = [text_filter.feed(text[at : at + step]) for at in range(0, len(text), step)]
    return "".join(came) + text_filter.finish()


def lines_of(text: str, **how: object) -> list[str]:
    """The lines that are let through, without empty ones."""
    lines = filtered(text, **how).split("\n")  # type: ignore[arg-type]
    return [line.strip() for line in lines if line.strip()]
