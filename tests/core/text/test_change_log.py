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


def test_a_change_of_what_was_changed_before_leads_to_what_was_typed() -> None:
    log = ChangeLog()
    text, way_back = rewrite("a k8s b", [Edit(2, 5, "kubernetes")])
    _, offsets = rewrite(text, [])
    log.within(100, way_back).add("word", text, [Edit(13, 14, "c")], offsets)
    log.within(100, way_back).add("word", text, [Edit(5, 6, "p")], offsets)
    assert log.edits == [NamedEdit("word", 106, 107, "c"), NamedEdit("word", 102, 105, "p")]
