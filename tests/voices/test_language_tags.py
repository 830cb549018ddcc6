"""Which language serves which wish."""

from __future__ import annotations

import pytest

from voice_server.voices.language_tags import (
    closest_language,
    is_regional_tag,
    serves_language,
    tag_of_language,
)

OFFERED = ("en-GB", "en-US", "fr-BE", "fr-FR", "es", "es-419", "pt", "pt-BR", "cmn", "yue", "nb", "tlh-Piqd")


@pytest.mark.parametrize(
    ("wanted", "served"),
    [
        ("en-US", "en-US"),
        ("EN_us", "en-US"),
        ("en", "en-US"),
        ("en-AU", "en-US"),
        ("fr", "fr-FR"),
        ("fr-CA", "fr-FR"),
        ("pt", "pt"),
        ("pt-AO", "pt"),
        ("es-MX", "es-419"),
        ("es-ES", "es"),
        ("zh", "cmn"),
        ("zh-Hans-CN", "cmn"),
        ("zh-Hant-HK", "yue"),
        ("no", "nb"),
        ("nn-NO", "nb"),
        ("tlh", "tlh-Piqd"),
        ("xx", None),
        ("e", None),
        ("", None),
    ],
)
def test_a_wish_is_served_by_the_closest_language(wanted: str, served: str | None) -> None:
    assert closest_language(wanted, OFFERED) == served


def test_of_two_that_serve_alike_the_earlier_one_serves() -> None:
    assert closest_language("en", ("en-GB", "en-IE")) == "en-GB"
    assert closest_language("en", ("en-IE", "en-GB")) == "en-IE"


def test_a_tag_that_is_offered_as_it_is_needs_no_other_name() -> None:
    assert closest_language("zh-CN", ("cmn", "zh")) == "zh"


@pytest.mark.parametrize(
    ("wanted", "serves"), [("fr", True), ("zh", True), ("fr-CA", False), ("af_heart", False)]
)
def test_a_language_serves_those_who_ask_for_less_than_it_is(wanted: str, serves: bool) -> None:
    assert serves_language(wanted, ("fr-FR", "cmn", "af")) is serves


@pytest.mark.parametrize("name", ["de-DE", "zh_CN", "zh-Hans-CN", "es-419", "sr-Latn", "it-it"])
def test_a_language_with_script_or_region_is_seen(name: str) -> None:
    assert is_regional_tag(name)


@pytest.mark.parametrize("name", ["de", "", "en-ub", "af_heart", "x-de", "de-", "élan-de", "german-de"])
def test_other_names_are_no_such_language(name: str) -> None:
    assert not is_regional_tag(name)


@pytest.mark.parametrize(
    ("name", "tag"),
    [("Chinese", "zh"), ("german", "de"), ("de-AT", "de-AT"), ("Klingonish", "Klingonish"), ("Auto", "Auto")],
)
def test_a_language_may_be_named_in_english(name: str, tag: str) -> None:
    assert tag_of_language(name) == tag
