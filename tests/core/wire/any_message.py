"""Any message of a wire, with fields of any content: built from the messages' own annotations."""

from __future__ import annotations

from collections.abc import Mapping
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from hypothesis import strategies as st

_TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
_PLAIN: dict[Any, st.SearchStrategy[Any]] = {
    int: st.integers(-(2**63), 2**64 - 1),
    float: st.floats(allow_nan=False),
    bool: st.booleans(),
    str: _TEXTS,
    bytes: st.binary(max_size=40).map(lambda half: half * 2),  # whole samples
    type(None): st.none(),
    Mapping[str, str]: st.dictionaries(_TEXTS, _TEXTS),
    Mapping[str, Any]: st.dictionaries(_TEXTS, st.none() | st.booleans() | st.integers(-9, 9) | _TEXTS),
}


def any_of(union: UnionType) -> st.SearchStrategy[Any]:
    """A message of any class of the union."""
    return st.one_of([_values(kind) for kind in get_args(union)])


def _values(hint: Any) -> st.SearchStrategy[Any]:
    """Values of an annotated type: a plain one, a tuple, a union, a literal, or a dataclass."""
    if hint in _PLAIN:
        return _PLAIN[hint]
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is tuple:
        return st.lists(_values(arguments[0]), max_size=3).map(tuple)
    if origin is Literal:
        return st.sampled_from(arguments)
    if origin in {Union, UnionType}:
        return st.one_of([_values(argument) for argument in arguments])
    return st.builds(hint, **{name: _values(each) for name, each in get_type_hints(hint).items()})
