"""Links between docs/ and the rest of the repository, as they are on the site."""

from __future__ import annotations

import pytest

from docs.hooks.repository_links import as_page, links_out_of_docs, site_path, with_site_links


@pytest.mark.parametrize(
    ("file", "path"),
    [
        ("docs/agents.md", "agents.md"),
        ("clients/js/README.md", "repository/clients/js/README.md"),
        ("examples/agent.py", "repository/examples/agent.py.md"),
    ],
)
def test_a_file_has_a_place_on_the_site(file: str, path: str) -> None:
    assert site_path(file) == path


@pytest.mark.parametrize(
    ("file", "text", "moved"),
    [
        ("docs/agents.md", "[x](../examples/agent.py)", "[x](repository/examples/agent.py.md)"),
        (
            "docs/agents.md",
            "[x](../clients/js/README.md#errors)",
            "[x](repository/clients/js/README.md#errors)",
        ),
        ("docs/agents.md", "[x](protocol.md#version-2)", "[x](protocol.md#version-2)"),
        ("docs/agents.md", "[x](https://example.org/a.md)", "[x](https://example.org/a.md)"),
        ("docs/agents.md", "[x](#python)", "[x](#python)"),
        ("docs/agents.md", "[x](../nobody/made.py)", "[x](../nobody/made.py)"),
        ("clients/js/README.md", "[x](../../docs/http.md)", "[x](../../../http.md)"),
        ("clients/js/README.md", "[x](src/index.d.ts)", "[x](src/index.d.ts.md)"),
    ],
)
def test_a_link_leads_to_where_its_file_is(file: str, text: str, moved: str) -> None:
    assert with_site_links(text, file) == moved


def test_only_files_that_exist_outside_docs_become_pages() -> None:
    text = "[a](../examples/agent.py) [b](page.md) [c](../gone.py) [d](https://a.example/) [e](../LICENSE#x)"
    assert links_out_of_docs(text, "docs/agents.md") == {"examples/agent.py", "LICENSE"}


def test_a_program_is_shown_as_it_is() -> None:
    shown = as_page("examples/agent.py")
    assert shown.startswith("# examples/agent.py\n\n````py\n")
    assert "class Agent:" in shown
