from __future__ import annotations

from voice_server.core.text.normalization.number_syntax import WrittenNumber
from voice_server.core.text.normalization.rule import ends_text, language


def test_a_language_is_known_by_the_letters_of_its_tag() -> None:
    german = language("de-AT")
    assert german is not None
    assert german.tag == "de"
    assert german.parse("1.234,5") == WrittenNumber("1234", "5")
    assert language("cy") is None


def test_the_ending_of_a_noun_tells_its_gender() -> None:
    spanish, english = language("es"), language("en")
    assert spanish is not None
    assert english is not None
    assert spanish.gender_of("hora") == "feminine"
    assert spanish.gender_of("kilogramo") == "masculine"
    assert spanish.gender_of("día") == "masculine"
    assert english.gender_of("hour") == ""


def test_a_text_ends_where_only_closing_marks_follow() -> None:
    assert ends_text('at 5 p.m.")', 9)
    assert not ends_text("at 5 p.m. or so", 9)
