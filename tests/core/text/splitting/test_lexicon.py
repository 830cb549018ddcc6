from __future__ import annotations

from voice_server.core.text.splitting.lexicon import lexicon, listed_in_any_language


def test_english_titles_travel_into_every_language() -> None:
    assert {"dr", "mr"} <= lexicon("th").never_ends
    assert {"inc", "etc"} <= lexicon("xx").may_end


def test_a_language_that_is_written_like_another_uses_its_lists() -> None:
    assert lexicon("nb").starters == lexicon("no").starters
    assert lexicon("nb").has_ordinal_dot


def test_ordinals_with_a_dot_are_a_matter_of_language() -> None:
    assert lexicon("de").has_ordinal_dot
    assert not lexicon("en").has_ordinal_dot


def test_only_english_is_english() -> None:
    assert lexicon("en").is_english
    assert not lexicon("de").is_english


def test_what_is_listed_anywhere_is_all_that_any_language_lists() -> None:
    assert lexicon("de").listed | lexicon("ru").listed | {"yahoo", "xii"} <= listed_in_any_language()


def test_an_unknown_language_still_knows_numbers_and_starters() -> None:
    assert "fig" in lexicon("xx").before_number
    assert "the" in lexicon("xx").starters
