from __future__ import annotations

import pytest

from tests.core.text.splitting.sentences import check


@pytest.mark.parametrize(
    "marked",
    [
        "1. The first item ¦2. The second item ¦3. The third",
        "1) one ¦2) two ¦3) three",
        "• 9. The first item ¦• 10. The second",
        "a. The first ¦b. The second ¦c. The third",
        "i) one ¦ii) two ¦iii) three",
        "• apples ¦• pears",
        "1. It needs 2.7 or so, e.g. here",
        "A. Dvorak and B. Smetana wrote it.",
        "C. elegans and more D. melanogaster",
        "A. Apples ¦B. Bananas",
        "We do A • B, by 1) this and 2) that.",
        "Take 1.5 or 2.5.¦ That is all.",
    ],
)
def test_an_item_ends_where_the_next_label_of_its_list_begins(marked: str) -> None:
    check(marked)


@pytest.mark.parametrize(
    "marked",
    [
        "1) one 3) three",
        "1. It is.¦ So be it.",
        "a. one c. three",
        "1. one 2) two",
        "(a) one",
        "1)2) one",
        "xv) one xvi) two",
        "- 1. a ¦- 2. b",
    ],
)
def test_only_a_label_that_continues_the_list_counts(marked: str) -> None:
    check(marked)
