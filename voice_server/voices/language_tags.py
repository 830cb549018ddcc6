"""Matching the language that is wanted with the languages there are.

Tags are BCP 47; the lookup is that of RFC 4647 section 3.4 (drop subtags from the end until something
fits), and then the other way round: who asks for `en` is served by `en-US`.
"""

from __future__ import annotations

from collections.abc import Iterable

# What people ask for, and what voices are tagged with.
_SAME_LANGUAGE = {"zh": "cmn", "no": "nb", "nn": "nb", "iw": "he", "in": "id", "sh": "hr"}
_CANTONESE_REGIONS = frozenset({"hk", "mo"})
_USUAL_REGION = {"en": "us", "pt": "br", "zh": "cn", "cmn": "cn", "ja": "jp", "ko": "kr", "hi": "in"}


def closest_language(wanted: str, offered: Iterable[str]) -> str | None:
    """The tag in `offered` that serves `wanted` best, the earlier of two that serve alike; None for none."""
    tags = list(offered)
    asked = _parts(wanted)
    for length in range(len(asked), 0, -1):
        found = _serving(asked[:length], tags) or _serving(_renamed(asked)[:length], tags)
        if found is not None:
            return found
    return None


def serves_language(wanted: str, offered: Iterable[str]) -> bool:
    """Whether one of `offered` is `wanted` or a kind of it, as `fr-CA` is a kind of `fr`."""
    tags = list(offered)
    return any(_serving(asked, tags) for asked in (_parts(wanted), _renamed(_parts(wanted))))


def _serving(asked: tuple[str, ...], tags: list[str]) -> str | None:
    serving = [tag for tag in tags if _parts(tag)[: len(asked)] == asked]
    language = asked[0]
    usual = (language, _USUAL_REGION.get(language, language))
    exact = next((tag for tag in serving if _parts(tag) == asked), None)
    return exact or next((tag for tag in serving if _parts(tag) == usual), next(iter(serving), None))


def _renamed(parts: tuple[str, ...]) -> tuple[str, ...]:
    language, *rest = parts
    if language == "es" and len(rest) == 1 and rest[0] != "es":
        return ("es", "419")  # what is spoken in Mexico, Argentina and so on is tagged Latin American
    if language == "zh" and not _CANTONESE_REGIONS.isdisjoint(rest):
        return ("yue", *rest)
    return (_SAME_LANGUAGE.get(language, language), *rest)


def _parts(tag: str) -> tuple[str, ...]:
    return tuple(tag.strip().lower().replace("_", "-").split("-"))
