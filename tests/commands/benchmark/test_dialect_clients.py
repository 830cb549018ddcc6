"""The table of dialects that can be measured: each entry is whole."""

from __future__ import annotations

import click
import pytest

from voice_server.commands.benchmark.dialect_clients import DIALECTS
from voice_server.commands.serve import serve


@pytest.mark.parametrize("name", DIALECTS)
def test_serve_takes_the_arguments_of_a_dialect(name: str) -> None:
    arguments = list(DIALECTS[name].serve_arguments)
    serve.make_parser(click.Context(serve)).parse_args(arguments)


@pytest.mark.parametrize("name", DIALECTS)
def test_a_text_is_written_as_one_piece_for_each_token(name: str) -> None:
    pieces = DIALECTS[name].encode(["One", " two", "."])
    assert len(pieces) == 3
    assert all(pieces)
    assert len(DIALECTS[name].encode(["One."])) == 1
