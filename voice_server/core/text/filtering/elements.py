"""What models write that is no speech: thoughts, calls of tools, special tokens, marks of citations.

Only what is listed here, or has a form that nothing else has, is one. Sources: the chat templates of Qwen,
DeepSeek, Llama, Mistral, Gemma, Phi, Kimi, Command and Hermes, OpenAI's harmony format, and the private-use
marks in answers of ChatGPT's interface.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from voice_server.core.text.splitting.mark_context import MoreTextNeeded

BEGINS_ELEMENT = "<[◁\ue200-\ue2ff"
"""With what an element begins, as a set of a pattern."""
LONGEST_CLOSER = 120
"""No mark with which an element ends is longer."""

_THOUGHTS = frozenset((
    "think", "thinking", "thought", "thoughts", "reasoning", "reflection", "scratchpad", "inner_thoughts",
    "inner_monologue", "internal_monologue", "internal_thoughts", "chain_of_thought", "thought_process",
    "reasoning_content", "cot", "antml:thinking", "antthinking", "ant_thinking", "seed:think",
    "longcat_think", "mm:think",
))  # fmt: skip
_TOOLS = frozenset((
    "tool_call", "tool_calls", "function_call", "function_calls", "tool_use", "tool_uses", "invoke",
    "tool_response", "tool_responses", "tool_result", "tool_results", "tool_output", "tool_outputs",
    "function_result", "function_results", "function_response", "tool_code", "use_mcp_tool",
    "access_mcp_resource", "antml:function_calls", "antml:invoke", "seed:tool_call", "minimax:tool_call",
    "longcat_tool_call",
))  # fmt: skip
_MARKS = frozenset(("bos", "eos", "pad", "end_of_turn", "end_of_text", "endoftext", "sos", "eot"))
_NAMES = _THOUGHTS | _TOOLS | _MARKS | {"function", "start_of_turn", "s"}

_ELEMENT = re.compile(r"<(?P<slash>/?)(?P<name>[A-Za-z][\w.:-]*+)(?P<rest>(?:[\s=/][^<>]{0,300}+)?)>")
_PARTIAL_ELEMENT = re.compile(r"</?(?:(?P<name>[A-Za-z][\w.:-]*+)(?P<rest>[\s=/][^<>]{0,300}+)?)?")
_SPECIAL = re.compile(r"<[|｜](?P<name>[^\s<>|｜]{1,80}+)[|｜]>")
_PARTIAL_SPECIAL = re.compile(r"<[|｜](?:[^\s<>|｜]{1,80}+[|｜]?)?")
_SQUARE = re.compile(
    r"\[(?P<slash>/?)(?P<name>THINK|TOOL_CALLS?|TOOL_RESULTS|TOOL_CONTENT|AVAILABLE_TOOLS|SYSTEM_PROMPT|INST)\]"
)
_SQUARE_NAMES = (
    "[THINK]", "[TOOL_CALL]", "[TOOL_CALLS]", "[TOOL_RESULTS]", "[TOOL_CONTENT]", "[AVAILABLE_TOOLS]",
    "[SYSTEM_PROMPT]", "[INST]", "[/INST]", "[/THINK]", "[/TOOL_CALL]", "[/TOOL_CALLS]", "[/TOOL_RESULTS]",
    "[/AVAILABLE_TOOLS]", "[/SYSTEM_PROMPT]",
)  # fmt: skip
_TRIANGLE = re.compile("◁(?P<slash>/?)think▷")
_TRIANGLE_NAMES = ("◁think▷", "◁/think▷")
_LONGEST_CITATION = 500
_CITATION = re.compile(f"\ue200[^\ue200\ue201\n]{{0,{_LONGEST_CITATION}}}\ue201")
_OPEN_CITATION = re.compile(f"\ue200[^\ue200\ue201\n]{{0,{_LONGEST_CITATION}}}")
_CITATION_MARK = re.compile("\ue200[A-Za-z]{0,20}(?:\ue202[\\w-]{1,60})*+|[\ue200-\ue2ff]")

_ROLE = r"assistant|model|user|human|system|developer|tool|ipython|environment|observation|function"
_SPEAKING_ROLES = frozenset(("", "assistant", "model", "gpt"))
_NEXT_ROLE = re.compile(r"(?=<\|(?:im_start|start_header_id|assistant|user|system)\|>|<start_of_turn>)")
_TURN_HEADER = re.compile(
    rf"<\|im_start\|>(?P<im>{_ROLE})?(?![a-z])[ \t]*+\n?|<start_of_turn>(?P<turn>{_ROLE})?(?![a-z])[ \t]*+\n?"
    r"|<\|start_header_id\|>(?P<header>[^<>\n]{0,40}+)<\|end_header_id\|>\n{0,2}"
)
_PARTIAL_TURN_HEADER = re.compile(
    r"(?:<\|im_start\|>|<start_of_turn>)[a-z]{0,20}[ \t]*"
    r"|<\|start_header_id\|>[^<>\n]{0,40}(?:<[|a-z_]{0,20}(?:\|>?)?)?(?:(?<=>)\n)?"
)
_ROLE_TOKENS = frozenset(("user", "system", "observation", "tool", "developer"))
_CHANNEL_HEADER = re.compile(
    r"<\|(?:start|channel)\|>(?:[^<>\n]{0,100}+<\|(?:channel|constrain)\|>){0,3}+[^<>\n]{0,100}+<\|message\|>"
)
_PARTIAL_CHANNEL_HEADER = re.compile(
    r"<\|(?:start|channel)\|>(?:[^<>\n]{0,100}+<\|(?:channel|constrain)\|>){0,3}+[^<>\n]{0,100}+(?:<[|a-z]{0,12}\|?)?"
)
_UNSPOKEN_CHANNEL = re.compile(r"\|>analysis|\bto=|<\|start\|>(?!assistant)")
_BEGIN = re.compile("begin|start|prefix", re.IGNORECASE)
_ENDS = {"begin": "end", "start": "end", "prefix": "suffix"}
_INNER = re.compile("think|thought|reason|tool|action|function|inner", re.IGNORECASE)
_END_OF_TURN = (
    r"<[|｜](?:im_end|eot_id|eom_id|endoftext|end_of_text|end|call|return|end▁of▁sentence)[|｜]>|</s>"
)

_END_OF_MESSAGE = re.compile(rf"(?=<\|(?:start|channel)\|>)|{_END_OF_TURN}")


@dataclass(frozen=True, slots=True)
class Element:
    """What ends at `end`, or where `until` matches behind that; without a match it goes to the end.

    It `is_block` if what stands before and behind it are different sentences; `may_be_mentioned` says that a
    text may also speak of it ("the <think> tag").
    """

    end: int
    until: re.Pattern[str] | None = None
    is_block: bool = True
    may_be_mentioned: bool = False


def element_at(text: str, at: int, *, final: bool) -> Element | None:
    """The element that begins at `at`, or None. Raises MoreTextNeeded while that is open."""
    first = text[at]
    if first == "<":
        following = text[at + 1 : at + 2]
        if not following and not final:
            raise MoreTextNeeded
        return _special(text, at, final=final) if following in ("|", "｜") else _named(text, at, final=final)
    if first == "[":
        return _listed(text, at, _SQUARE, _SQUARE_NAMES, final=final)
    if first == "◁":
        return _listed(text, at, _TRIANGLE, _TRIANGLE_NAMES, final=final)
    return _citation(text, at, final=final)


def _named(text: str, at: int, *, final: bool) -> Element | None:
    """An element with a name in angle brackets."""
    header = _turn_header(text, at, final=final)
    if header is not None:
        return header
    match = _ELEMENT.match(text, at)
    if match is None:
        if not final and _is_partial_element(text, at):
            raise MoreTextNeeded
        return None
    name, end = match["name"].lower(), match.end()
    if name in _MARKS:
        return Element(end)
    if name not in _THOUGHTS and name not in _TOOLS and not (name == "function" and match["rest"][:1] == "="):
        return None
    if match["slash"] or match["rest"].endswith("/"):
        return Element(end)
    return Element(end, _closing_tag(name), may_be_mentioned=_is_followed_by_prose(text, end, final=final))


def _is_partial_element(text: str, at: int) -> bool:
    partial = _PARTIAL_ELEMENT.fullmatch(text, at)
    if partial is None:
        return False
    name = (partial["name"] or "").lower()
    return name in _NAMES if partial["rest"] else any(known.startswith(name) for known in _NAMES)


def _is_followed_by_prose(text: str, end: int, *, final: bool) -> bool:
    following = text[end : end + 1]
    if not following and not final:
        raise MoreTextNeeded
    return following not in ("\n", "\r", "{", "[", "<")


@lru_cache(maxsize=256)
def _closing_tag(name: str) -> re.Pattern[str]:
    return re.compile(rf"</{re.escape(name)}\s{{0,8}}>", re.IGNORECASE)


def _special(text: str, at: int, *, final: bool) -> Element | None:
    """A special token, with what belongs to it."""
    match = _SPECIAL.match(text, at)
    if match is None:
        if not final and _PARTIAL_SPECIAL.fullmatch(text, at):
            raise MoreTextNeeded
        return None
    header = _turn_header(text, at, final=final)
    if header is not None:
        return header
    name, end = match["name"].replace("▁", "_").lower(), match.end()
    if name in ("start", "channel"):
        return _channel(text, at, end, final=final)
    return Element(end, _end_of_special(name, match["name"]))


@lru_cache(maxsize=256)
def _end_of_special(name: str, written: str) -> re.Pattern[str] | None:
    """Where what a special token begins ends; None where it begins nothing."""
    if name in _ROLE_TOKENS:
        return _NEXT_ROLE
    if name in _THOUGHTS or name in _TOOLS or name == "python_tag":
        closer = f"/{written}"
    elif _BEGIN.search(name) and _INNER.search(name):
        closer = _BEGIN.sub(lambda begin: _ENDS[begin[0].lower()], written)
    else:
        return None
    return re.compile(rf"<[|｜]{re.escape(closer)}[|｜]>|{_END_OF_TURN}", re.IGNORECASE)


def _turn_header(text: str, at: int, *, final: bool) -> Element | None:
    """The header of a turn; what another role says is not for the listener."""
    match = _TURN_HEADER.match(text, at)
    is_whole = match is not None and match.end() < len(text)
    if not final and not is_whole and _PARTIAL_TURN_HEADER.fullmatch(text, at):
        raise MoreTextNeeded
    if match is None:
        return None
    role = (match["im"] or match["turn"] or match["header"] or "").strip().lower()
    return Element(match.end(), None if role in _SPEAKING_ROLES else _NEXT_ROLE)


def _channel(text: str, at: int, end: int, *, final: bool) -> Element:
    """The header of a message of OpenAI's harmony format: the final channel, and a preamble, are speech."""
    header = _CHANNEL_HEADER.match(text, at)
    if header is None:
        if not final and _PARTIAL_CHANNEL_HEADER.fullmatch(text, at):
            raise MoreTextNeeded
        return Element(end)
    if _UNSPOKEN_CHANNEL.search(header[0]) is None:
        return Element(header.end())
    return Element(header.end(), _END_OF_MESSAGE)


def _listed(
    text: str, at: int, pattern: re.Pattern[str], names: tuple[str, ...], *, final: bool
) -> Element | None:
    """An element whose whole mark is one of `names`."""
    match = pattern.match(text, at)
    if match is None:
        beginning = text[at : at + 20]
        if not final and any(name.startswith(beginning) for name in names):
            raise MoreTextNeeded
        return None
    name = match.groupdict().get("name")
    if match["slash"] or name == "INST":
        return Element(match.end())
    if name in ("TOOL_CALLS", "TOOL_CONTENT"):  # have no closing mark of their own
        return Element(match.end(), re.compile(rf"\[/{name}\]|\n[ \t]{{0,20}}\n|{_END_OF_TURN}"))
    return Element(match.end(), re.compile(re.escape(f"{match[0][0]}/{match[0][1:]}")))


def _citation(text: str, at: int, *, final: bool) -> Element:
    """A citation, or what is left of one."""
    match = _CITATION.match(text, at)
    if match is None and not final and _OPEN_CITATION.fullmatch(text, at):
        raise MoreTextNeeded
    match = match or _CITATION_MARK.match(text, at)
    assert match is not None
    return Element(match.end(), is_block=False)
