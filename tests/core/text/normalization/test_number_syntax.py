from __future__ import annotations

import re

import pytest

from voice_server.core.text.normalization.number_syntax import NUMBER, WrittenNumber, parse_number


@pytest.mark.parametrize(
    ("written", "with_point", "with_comma"),
    [
        ("7", ("7", ""), ("7", "")),
        ("3.14", ("3", "14"), ("3", "14")),
        ("3,5", ("3", "5"), ("3", "5")),
        ("1,234", ("1234", ""), ("1", "234")),
        ("1.234", ("1", "234"), ("1234", "")),
        ("0.125", ("0", "125"), ("0", "125")),
        ("2,300.75", ("2300", "75"), ("2300", "75")),
        ("2.300,75", ("2300", "75"), ("2300", "75")),
        ("1 234 567,5", ("1234567", "5"), ("1234567", "5")),
        ("1'234", ("1234", ""), ("1234", "")),
        ("1.234.567", ("1234567", ""), ("1234567", "")),
        ("2,00,000", ("200000", ""), ("200000", "")),
    ],
)
def test_marks_group_digits_or_part_decimals(
    written: str, with_point: tuple[str, str], with_comma: tuple[str, str]
) -> None:
    assert re.fullmatch(NUMBER, written)
    assert parse_number(written, ".") == WrittenNumber(*with_point)
    assert parse_number(written, ",") == WrittenNumber(*with_comma)


def test_a_number_has_a_value() -> None:
    assert WrittenNumber("2", "50").value == 2.5
    assert WrittenNumber("2").value == 2.0


def test_the_value_of_a_number_ends_where_plural_forms_do_not_change_any_more() -> None:
    assert WrittenNumber("9" * 40, "5").value == WrittenNumber("1" * 20).value == 1e15
