from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice_server.core.text.speakable.unicode_forms import plain_form

PLAIN_ALREADY = [
    "",
    "Plain text, with “quotes”, it’s — fine…",
    "Schöne Grüße",
    "Привет, мир!",
    "你好，世界！（好）",
    "コンニチハ",
    "안녕하세요",
    "ㅋㅋㅋ",
    "น้ำ",
    "می\u200cخواهم",
    "क्\u200dष",
    "سَلَامٌ",
    "за́мок",
    "x² + ½ = № 5",
    "1º e 2ª",
    "E = mc² ™",
    "© ®",
    "H₂O",
    "5 µm",
    "μέτρο",
    "「はい」",
    "👨\u200d👩\u200d👧",
    "❤\ufe0f",
    "ℹ\ufe0f",
    "1\ufe0f\u20e3",
    "🈁",
    "🇬🇧",
    "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
    "\u0600١٢",
    "‘quoted’",
    "5'11 and 12’00, ’90s",
    "Use `a`b or b`c`.",
    "`code`",
    "a\tb\r\nc",
    "\U000e0fff",
]

SPACES = "\u00a0\u1680\u2002\u2007\u2009\u202f\u205f\u3000"
HIDDEN = (
    "\u00ad\u034f\u061c\u180e\u200b\u200c\u200d\u200e\u2060\u2063\u3164\ufe00\ufeff\ufffc\x00\x1b\x9b\ue000"
    "\U000e0100"
)
DECOMPOSED = ["Schöne Grüße", "Tiếng Việt", "안녕하세요", "がぎぐげご"]

WRITTEN_AND_PLAIN = [
    # letters and marks that stand apart
    *[(unicodedata.normalize("NFD", text), text) for text in DECOMPOSED],
    ("\u212b, 300 \u212a, 5 \u2126", "Å, 300 K, 5 Ω"),
    # letters in another dress
    ("𝐂𝐨𝐝𝐞 is 𝐟𝐮𝐧 in 𝟐𝟎𝟐𝟔", "Code is fun in 2026"),
    ("Ｈｅｌｌｏ ＮＨＫ １００％ ＆ ￥５", "Hello NHK 100% & ¥5"),
    ("the ﬁrst oﬃce", "the first office"),
    ("Chapter Ⅳ, ⅷ, ⅩⅣ", "Chapter IV, viii, XIV"),
    ("ⒸⓞⓓⒺ 🄰🅱🅘", "CodE ABI"),
    ("ﺳﻼﻡ ﷺ", "سلام صلى الله عليه وسلم"),
    ("ｺﾝﾆﾁﾊ ｶﾞｷﾞ｡", "コンニチハ ガギ。"),
    ("㎏, ㎡, 20 ℃, ㈱", "kg, m², 20 °C, (株)"),
    ("4ᵗʰ 10ⁿ", "4th 10ⁿ"),
    ("ſtar ĳ ŉ", "star ij 'n"),
    # numbers that are one character
    ("step ① now", "step 1 now"),
    ("①②③ and ⓫", "1 2 3 and 11"),
    ("5①", "5 1"),
    ("❶a ⒈ ⑴", "1 a 1. (1)"),
    # spaces and lines
    *[(f"12{space}000 euros", "12 000 euros") for space in SPACES],
    ("a\x0bb\x0cc\x1fd", "a b c d"),
    ("a\u2028b\u2029c\x85d", "a\nb\nc\nd"),
    # what is not displayed
    *[(f"in{hidden}side", "inside") for hidden in HIDDEN],
    ("\u202egood\u202c", "good"),
    ("s\u0336t\u0336r\u0336uck u\u0332", "struck u"),
    ("1 =\u0338 2", "1 ≠ 2"),
    # marks in context
    *[(f"don{apostrophe}t", "don't") for apostrophe in "ʻʼ´‘‛′＇ꞌ`"],
    ("I`ll see if we`re late", "I'll see if we're late"),
    ("Qurʾān, 1990＇s, 1ʼ000", "Qur'ān, 1990's, 1000"),
    ("hel\U000e0061lo cafe\u0301\ufe0f 𝐡\ufe0f𝐞", "hello café he"),
    ("ʻIolani, the dogsʼ, rock ʼnʼ roll", "'Iolani, the dogs', rock 'n' roll"),
    ("12’000 und 1'000'000", "12000 und 1000000"),
    ("Ｈｅｌｌｏ，ｗｏｒｌｄ！ Python，好", "Hello, world! Python, 好"),
    ("１２．５ ３：４ １，０００", "12.5 3:4 1,000"),
    ("5 μm, 3μg", "5 µm, 3µg"),
    ("well‑known a‐b", "well-known a-b"),
]  # fmt: skip


@pytest.mark.parametrize("text", PLAIN_ALREADY)
def test_what_engines_know_is_left_alone(text: str) -> None:
    plain, offsets = plain_form(text)
    assert plain == text
    assert [offsets.to_source(at, at + 1) for at in range(len(text))] == [
        (at, at + 1) for at in range(len(text))
    ]


@pytest.mark.parametrize(("written", "plain"), WRITTEN_AND_PLAIN)
def test_every_way_to_write_a_character_has_one_form(written: str, plain: str) -> None:
    assert plain_form(written)[0] == plain


@pytest.mark.parametrize(("written", "plain"), WRITTEN_AND_PLAIN)
def test_a_plain_form_has_no_other(written: str, plain: str) -> None:
    assert plain_form(plain)[0] == plain


def test_offsets_lead_to_all_that_a_character_was_written_with() -> None:
    plain, offsets = plain_form("e\u0301té \ufb01n\u00ad!")
    assert plain == "été fin!"
    spans = [offsets.to_source(at, at + 1) for at in range(len(plain))]
    assert spans == [(0, 2), (2, 3), (3, 4), (4, 5), (5, 6), (5, 6), (6, 7), (8, 9)]


@given(st.text(max_size=60))
def test_canonically_equal_texts_have_the_same_plain_form(text: str) -> None:
    forms = {plain_form(unicodedata.normalize(form, text))[0] for form in ("NFC", "NFD")}
    assert len(forms) == 1


@given(st.text(max_size=60))
def test_the_plain_form_is_stable_and_every_offset_lies_inside(text: str) -> None:
    plain, offsets = plain_form(text)
    assert plain_form(plain)[0] == plain
    spans = [offsets.to_source(at, at + 1) for at in range(len(plain))]
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert spans == sorted(spans)
