"""Which marks of models are known, where what they begin ends, and what only looks like one."""

from __future__ import annotations

import pytest

from tests.core.text.filtering.filtering import lines_of
from voice_server.core.text.filtering.elements import element_at
from voice_server.core.text.splitting.mark_context import MoreTextNeeded

IM = "<|im_start|>"
HARMONY = (
    "<|channel|>analysis<|message|>Hm.<|end|><|start|>assistant<|channel|>commentary to=functions.f "
    '<|constrain|>json<|message|>{"a":1}<|call|>'
    "<|start|>functions.f to=assistant<|channel|>commentary<|message|>{}<|end|>"
    "<|start|>assistant<|channel|>final<|message|>Yes.<|return|>"
)


@pytest.mark.parametrize(
    ("typed", "lines"),
    [
        ('<tool_call>{"name":"clock"}</tool_call>\nIt is noon.', ["It is noon."]),
        ("Let me check<tool_call>{}</tool_call>It is noon.", ["Let me check", "It is noon."]),
        ('<function_calls>\n<invoke name="f">\n</invoke>\n</function_calls>ok', ["ok"]),
        ("<function=f>{}</function>ok", ["ok"]),
        ("<function>ok", ["<function>ok"]),
        ("<tool_response>\nnoon\n</tool_response>ok", ["ok"]),
        (
            f"{IM}assistant\nHello.<|im_end|>\n{IM}user\nMore?<|im_end|>\n{IM}assistant\nYes.",
            ["Hello.", "Yes."],
        ),
        (f"{IM}Hello.", ["Hello."]),
        ("<|start_header_id|>assistant<|end_header_id|>\n\nHello.<|eot_id|>", ["Hello."]),
        ("<|start_header_id|>user<|end_header_id|>\n\nHello.<|eot_id|>", []),
        ("<start_of_turn>model\nHello.<end_of_turn>", ["Hello."]),
        ("Hello.<|endoftext|>", ["Hello."]),
        (HARMONY, ["Yes."]),
        ("<|channel|>commentary<|message|>I look.<|end|>", ["I look."]),
        ("<|channel|>final", ["final"]),
        ("<｜tool▁calls▁begin｜>x<｜tool▁call▁end｜>y<｜tool▁calls▁end｜>ok<｜end▁of▁sentence｜>", ["ok"]),
        ("<|START_THINKING|>x<|END_THINKING|><|START_RESPONSE|>ok<|END_RESPONSE|>", ["ok"]),
        ("<|begin_of_thought|>x<|end_of_thought|>ok", ["ok"]),
        ("<|tool_call|>[1]<|/tool_call|>ok", ["ok"]),
        ("<|python_tag|>f(1)<|eom_id|>ok", ["ok"]),
        ("<|assistant|>\nHello.\n<|user|>\nMore?", ["Hello."]),
        ('[TOOL_CALLS][{"name": "f"}]</s>', []),
        ('[TOOL_CALLS][{"name": "f"}]\n\nok', ["ok"]),
        ("[TOOL_RESULTS]{}[/TOOL_RESULTS]ok", ["ok"]),
        ("[INST]ok[/INST]", ["ok"]),
        ("It rose.\ue200cite\ue202turn0search1\ue201 Next", ["It rose. Next"]),
        ("It rose.\ue200cite\ue202turn0 more\nNext", ["It rose. more", "Next"]),
        ("a\ue202b", ["ab"]),
    ],
)
def test_what_is_no_speech_is_left_out(typed: str, lines: list[str]) -> None:
    assert lines_of(typed) == lines_of(typed, size=1) == lines


@pytest.mark.parametrize(
    "text",
    [
        "<",
        "</",
        "<th",
        "<tool_call",
        "<think a='",
        "<|",
        "<|im_end",
        "<|im_start|>as",
        "[TO",
        "◁th",
        "\ue200ci",
        "<think>",
        "<|channel|>fin",
        "<|start_header_id|>a",
    ],
)
def test_what_may_become_an_element_is_open(text: str) -> None:
    with pytest.raises(MoreTextNeeded):
        element_at(text, 0, final=False)
    element_at(text, 0, final=True)


@pytest.mark.parametrize(
    "text", ["<b", "<b>", "< ", "<3", "<xth", "<|a b", "<| ", "[1", "[a]", "◁x", "<thx>", "<think&"]
)
def test_what_is_none_is_known_at_once(text: str) -> None:
    element = element_at(text + " " * text.endswith("b"), 0, final=False)
    assert element is None
