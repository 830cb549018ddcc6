"""Matching the language that is wanted with the languages there are.

Tags are BCP 47; the lookup is that of RFC 4647 section 3.4 (drop subtags from the end until something
fits), and then the other way round: who asks for `en` is served by `en-US`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache, lru_cache

# What people ask for, and what voices are tagged with.
_SAME_LANGUAGE = {"zh": "cmn", "no": "nb", "nn": "nb", "iw": "he", "in": "id", "sh": "hr"}
_CANTONESE_REGIONS = frozenset({"hk", "mo"})
_USUAL_REGION = {"en": "us", "pt": "br", "zh": "cn", "cmn": "cn", "ja": "jp", "ko": "kr", "hi": "in"}
_SCRIPTS = frozenset({"arab", "cyrl", "deva", "hans", "hant", "jpan", "kore", "latn"})
_REGION_CODES = """
ad ae af ag ai al am ao aq ar as at au aw ax az ba bb bd be bf bg bh bi bj bl bm bn bo bq br bs bt bv bw
by bz ca cc cd cf cg ch ci ck cl cm cn co cr cu cv cw cx cy cz de dj dk dm do dz ec ee eg eh er es et fi
fj fk fm fo fr ga gb gd ge gf gg gh gi gl gm gn gp gq gr gs gt gu gw gy hk hm hn hr ht hu id ie il im in
io iq ir is it je jm jo jp ke kg kh ki km kn kp kr kw ky kz la lb lc li lk lr ls lt lu lv ly ma mc md me
mf mg mh mk ml mm mn mo mp mq mr ms mt mu mv mw mx my mz na nc ne nf ng ni nl no np nr nu nz om pa pe pf
pg ph pk pl pm pn pr ps pt pw py qa re ro rs ru rw sa sb sc sd se sg sh si sj sk sl sm sn so sr ss st sv
sx sy sz tc td tf tg th tj tk tl tm tn to tr tt tv tw tz ua ug um us uy uz va vc ve vg vi vn vu wf ws ye
yt za zm zw 419
"""
_REGIONS = frozenset(_REGION_CODES.split())
"""The regions of ISO 3166-1, and Latin America."""


def tag_of_language(name: str) -> str:
    """The tag of a language that is named in English ("Chinese", "German"); any other name as it is."""
    return _tags_by_name().get(name.casefold(), name)


@cache
def _tags_by_name() -> Mapping[str, str]:
    from babel import Locale  # noqa: PLC0415 - few clients name languages so

    return {name.casefold(): tag for tag, name in Locale("en").languages.items()}


def is_regional_tag(name: str) -> bool:
    """Whether a name is a language with its script or region, as `de-DE` and `zh_Hans_CN` are."""
    language, *rest = _parts(name)
    is_language = len(language) in (2, 3) and language.isascii() and language.isalpha()
    return is_language and bool(rest) and all(part in _REGIONS or part in _SCRIPTS for part in rest)


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


@lru_cache(maxsize=1000)
def _parts(tag: str) -> tuple[str, ...]:
    return tuple(tag.strip().lower().replace("_", "-").split("-"))
