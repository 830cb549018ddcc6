from __future__ import annotations

from voice_server.core.text.change_log import ChangeLog, NamedEdit
from voice_server.core.text.offsets import Edit, rewrite


def test_edits_that_are_one_change_keep_what_stands_between_them() -> None:
    log = ChangeLog()
    text, offsets = rewrite("a **[Tea](x)**", [Edit(2, 4), Edit(12, 14)])
    log.within(90).within(10).add("link", text, [Edit(6, 10), Edit(2, 3)], offsets)
    assert log.edits == [NamedEdit("link", 104, 112, "Tea")]


def test_every_other_edit_is_a_change_of_its_own() -> None:
    log = ChangeLog()
    text, offsets = rewrite("1 & 2", [Edit(2, 3, "and")])
    log.add_each("numbers", text, [Edit(0, 1, "one"), Edit(6, 7, "two")], offsets)
    assert log.edits == [NamedEdit("numbers", 0, 1, "one"), NamedEdit("numbers", 4, 5, "two")]
