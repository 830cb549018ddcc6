"""What values of attributes mean, and what is said of a text that is to be read as something."""

from __future__ import annotations

import pytest

from voice_server.core.text.filtering.ssml_values import pitch_factor, rate_factor, said_as, volume_factor


@pytest.mark.parametrize(
    ("value", "factor"),
    [
        ("x-slow", 0.5), (" Fast ", 1.25), ("150%", 1.5), ("+20%", 2.4), ("-50%", 1.0), ("1.2", 1.2),
        (".5", 0.5), ("0%", 0.05), ("9999", 20.0), ("default", 1.0),
        ("+1", None), ("6dB", None), ("quick", None), ("", None), ("1e5", None), ("-5st", None),
    ],
)  # fmt: skip
def test_a_rate_is_a_word_or_a_share_of_the_request_s_or_of_what_is_round_it(
    value: str, factor: float | None
) -> None:
    assert rate_factor(value, 2.0) == (factor if factor is None else pytest.approx(factor))


@pytest.mark.parametrize(
    ("value", "factor"),
    [
        ("silent", 0.0),
        ("x-loud", 2.0),
        ("+6dB", 1.0),
        ("+9999dB", 20.0),
        ("-9999dB", 0.05),
        ("-20dB", 0.05),
        ("50%", 0.5),
        ("+2st", None),
    ],
)
def test_a_volume_may_be_in_decibels(value: str, factor: float | None) -> None:
    assert volume_factor(value, 0.5) == (factor if factor is None else pytest.approx(factor, abs=0.003))


@pytest.mark.parametrize(
    ("value", "factor"),
    [("low", 0.85), ("+12st", 2.0), ("-12st", 0.5), ("+10%", 1.1), ("200Hz", None), ("+6dB", None)],
)
def test_a_pitch_may_be_in_semitones(value: str, factor: float | None) -> None:
    assert pitch_factor(value, 1.0) == (factor if factor is None else pytest.approx(factor))


@pytest.mark.parametrize(
    ("kind", "text", "said"),
    [
        ("characters", "abc", "A B C"),
        ("spell-out", "AbC 12", "A b C, 1 2"),
        ("digits", "5551", "5 5 5 1"),
        ("telephone", "+49 (30) 12-ext", "+ 4 9, 3 0, 1 2, ext"),
        ("digits", "-", "-"),
        ("cardinal", "XIV", "14"),
        ("number", "1,234", "1,234"),
        ("cardinal", "many", "many"),
        ("Ordinal", "3", "third"),
        ("ordinal", "21st", "twenty-first"),
        ("ordinal", "iv", "fourth"),
        ("ordinal", "last", "last"),
        ("ordinal", "1" * 16, "1" * 16),
        ("time", "2:30pm", "2:30 pm"),
        ("currency", "$5", "$5"),
        ("date", "2024-03-05", "2024-03-05"),
        ("date", "5 March", "5 March"),
        ("date", "1/2/2024", "1/2/2024"),
        ("shout", "no", None),
        ("", "no", None),
    ],
)
def test_a_text_is_read_as_what_it_is_said_to_be(kind: str, text: str, said: str | None) -> None:
    assert said_as(text, kind, "", "en-US") == said


@pytest.mark.parametrize(
    ("form", "text", "said"),
    [
        ("mdy", "03/05/2024", "2024-03-05"),
        ("DMY", "5.3.2024", "2024-03-05"),
        ("ydm", "2024 5 3", "2024-03-05"),
        ("mdy", "13/05/2024", "13/05/2024"),
        ("mdy", "1/5/24", "1/5/24"),
        ("my", "3/2024", "3/2024"),
        ("md", "2024/3/5", "2024-03-05"),
    ],
)
def test_a_whole_date_gets_the_form_that_every_language_reads(form: str, text: str, said: str) -> None:
    assert said_as(text, "date", form, "en") == said


@pytest.mark.parametrize(
    ("tag", "said"), [("de-DE", "dritte"), ("fr", "troisième"), ("ja", "3"), ("tlh", "3")]
)
def test_an_ordinal_is_said_in_the_language_of_the_text(tag: str, said: str) -> None:
    assert said_as("3", "ordinal", "", tag) == said
