"""The documents say what the code does: messages, routes, limits, options, examples and links."""

from __future__ import annotations

import ast
import json
import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import fields as fields_of
from dataclasses import is_dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import click
import msgspec
import pytest
import yaml
from click.testing import CliRunner

from tests.test_layers import LAYERS
from voice_server.cli import cli
from voice_server.config import BackendConfig, Config, Limits
from voice_server.core.speech.pauses import Pauses
from voice_server.core.stream_config import REQUEST_FIELDS, StreamConfig
from voice_server.core.wire.stream_messages import SERVER_MESSAGES
from voice_server.endpoints.app import OPERATIONS
from voice_server.endpoints.dialects.mcp.tool_arguments import TOOLS
from voice_server.sound_files.encoding import FORMATS

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "voice_server"
DOCUMENTS = {
    path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8")
    for path in (
        ROOT / "README.md",
        ROOT / "CHANGELOG.md",
        ROOT / "clients" / "js" / "README.md",
        *sorted((ROOT / "docs").glob("*.md")),
    )
}
PROTOCOL = DOCUMENTS["docs/protocol.md"]
HTTP = DOCUMENTS["docs/http.md"]
DESIGN = DOCUMENTS["docs/design.md"]
OPERATIONS_PAGE = DOCUMENTS["docs/operations.md"]
SPAN = re.compile(r"(?<!`)`([^`]+)`(?!`)")
FENCE = re.compile(r"^( *)```(\w*)\n(.*?)^\1```", re.DOTALL | re.MULTILINE)
COMMANDS = {name: cli.get_command(click.Context(cli), name) for name in cli.list_commands(click.Context(cli))}


def chapter(document: str, heading: str) -> str:
    """The text under a heading, up to the next one of any rank."""
    found = re.search(rf"^#+ {re.escape(heading)}\n(.*?)(?=^#|\Z)", document, re.DOTALL | re.MULTILINE)
    assert found, f"there is no heading {heading!r}"
    return found[1]


def rows(text: str) -> list[list[str]]:
    """The cells of every row of the tables in a text, without their heads."""
    lines = [line.strip() for line in text.splitlines() if line.strip().startswith("|")]
    cells = [[cell.strip() for cell in line.strip("|").split(" |")] for line in lines]
    rules = [at for at, row in enumerate(cells) if set("".join(row)) <= set("- |")]
    heads = {at - 1 for at in rules} | set(rules)
    return [row for at, row in enumerate(cells) if at not in heads]


def defined(name: str) -> Any:
    """The class or constant of this name, in whatever module of the package it lies."""
    definition = re.compile(rf"^(class {name}\b|{name}(: \w+)? = )", re.MULTILINE)
    for path in PACKAGE.rglob("*.py"):
        if definition.search(path.read_text(encoding="utf-8")):
            return getattr(import_module(".".join(path.relative_to(ROOT).with_suffix("").parts)), name)
    pytest.fail(f"no module of the package defines {name}; a document is held against it")


# ------------------------------------------------------------------ docs/protocol.md


def snippets_of(text: str) -> list[str]:
    """The JSON objects that stand in a text as code."""
    return [span for span in SPAN.findall(text) if span.startswith('{"')]


CLIENT_SAYS = chapter(PROTOCOL, "What the client sends")
SERVER_SAYS = chapter(PROTOCOL, "What the server sends")
CONFIGURATION = [row for row in rows(CLIENT_SAYS) if not row[0].startswith("`{")]


def test_every_key_of_a_client_s_message_is_described() -> None:
    keys = set(defined("ClientMessage").__struct_fields__)
    described = {key for row in CONFIGURATION for key in SPAN.findall(row[0])}
    for snippet in snippets_of(PROTOCOL):
        described |= set(json.loads(snippet)) & keys
    described |= set(re.findall(r'`"(\w+)":', PROTOCOL))
    assert described == keys


@pytest.mark.parametrize("snippet", [each for row in rows(CLIENT_SAYS) for each in snippets_of(row[0])])
def test_an_example_of_a_client_s_message_can_be_read(snippet: str) -> None:
    message_type = defined("ClientMessage")
    msgspec.json.decode(snippet, type=message_type)
    assert set(json.loads(snippet)) <= set(message_type.__struct_fields__)


def test_the_defaults_of_the_configuration_are_the_code_s() -> None:
    config = StreamConfig()
    defaults = {key: getattr(config.request, name) for key, name in REQUEST_FIELDS.items()}
    defaults |= {
        "on_new_turn": config.on_new_turn,
        "keep_s": config.keep_s,
        "timestamps": "word" if config.request.word_times else "none",
    }
    stated = {}
    for name, values, _ in CONFIGURATION:
        default = re.search(r"\((.*)\)$", values)
        if default:
            stated[name.strip("`")] = default[1].strip("`")
    wanted = {name: each if isinstance(each, str) else json.dumps(each).removesuffix(".0")
              for name, each in defaults.items() if isinstance(each, str | float | bool)}  # fmt: skip
    assert stated == wanted


def test_the_format_in_the_table_is_the_default_one() -> None:
    (row,) = [row for row in CONFIGURATION if row[0] == "`format`"]
    (shown,) = snippets_of(row[1])
    form = defined("StreamFormat")
    assert is_dataclass(form)
    assert json.loads(shown) == {each.name: each.default for each in fields_of(form)}


TYPES_SENT = {str(kind.__struct_config__.tag) for kind in SERVER_MESSAGES}


def test_every_type_that_the_server_sends_is_described() -> None:
    described = {span for row in rows(SERVER_SAYS) for span in SPAN.findall(row[0])}
    assert described == TYPES_SENT


@pytest.mark.parametrize("snippet", [each for each in snippets_of(PROTOCOL) if '"type"' in each])
def test_an_example_of_a_server_s_message_has_a_type_that_is_sent(snippet: str) -> None:
    assert json.loads(snippet)["type"] in TYPES_SENT


def test_the_close_codes_are_the_code_s() -> None:
    described = {int(row[0]) for row in rows(PROTOCOL) if re.fullmatch(r"1\d{3}", row[0])}
    library = {1009}  # websockets closes with it, at the limit that uvicorn passes on
    ours = set()
    for path in (*PACKAGE.glob("endpoints/**/*.py"), *PACKAGE.glob("core/**/*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Assign):
                ours |= {each.value for each in ast.walk(node.value)
                         if isinstance(each, ast.Constant) and each.value in range(1000, 1016)}  # fmt: skip
    assert described == ours | library


# ------------------------------------------------------------------ docs/http.md, docs/operations.md


def test_every_route_is_mentioned_and_no_other() -> None:
    described = {span for row in rows(chapter(HTTP, "Every route")) for span in SPAN.findall(row[0])}
    assert described == {f"{each.method} {each.path}" for each in OPERATIONS}


def test_the_formats_are_the_code_s() -> None:
    described = {row[0].strip("`"): row[1] for row in rows(chapter(HTTP, "Formats"))}
    assert described == {name: each.media_type for name, each in FORMATS.items()}


@pytest.mark.parametrize("name", FORMATS)
def test_a_format_s_usual_bit_rate_is_stated(name: str) -> None:
    (row,) = [row for row in rows(chapter(HTTP, "Formats")) if row[0] == f"`{name}`"]
    stated = re.search(r"(\d+) kbit/s", row[2])
    usual = {each.name: each.usual_bit_rate for each in FORMATS.values()}[name]  # type: ignore[index]
    assert (stated and int(stated[1]) * 1000) == usual


def test_the_longest_texts_are_stated() -> None:
    numbers = {
        int(each.replace(" ", "")) for each in re.findall(r"\d{1,3}(?: \d{3})+", HTTP.replace("\n", " "))
    }
    assert {defined("MAX_TEXT_CHARS"), defined("MAX_FILE_CHARS")} <= numbers


def _amount(written: str) -> float:
    if written == "on":
        return True
    number, _, _unit = written.partition(" KiB")
    return float(number.replace(" ", "")) * (1024 if written != number else 1)


def test_the_limits_and_their_defaults_are_the_configuration_s() -> None:
    stated: dict[str, float] = {}
    for names, defaults, _ in rows(chapter(OPERATIONS_PAGE, "Limits")):
        stated |= zip(SPAN.findall(names), map(_amount, defaults.split(", ")), strict=True)
    assert stated == msgspec.structs.asdict(Limits())


def test_the_pauses_in_the_table_are_the_default_ones() -> None:
    stated = {
        name.strip("`"): float(default) for name, default, _ in rows(chapter(OPERATIONS_PAGE, "Pauses"))
    }
    assert stated == msgspec.structs.asdict(Pauses())


# ------------------------------------------------------------------ docs/design.md


def test_the_layers_of_the_design_are_those_that_the_test_holds() -> None:
    table = chapter(DESIGN, "Rooms and layers: an import may only point down")
    stated = [(module, int(row[1])) for row in rows(table) for module in SPAN.findall(row[0])]
    assert stated == sorted(LAYERS, key=lambda row: row[1])


def test_every_room_has_a_paragraph() -> None:
    described = set(re.findall(r"`([\w/]+)/`", "".join(re.findall(r"^\*\*(.*?)\*\*", DESIGN, re.MULTILINE))))
    folders = {path.relative_to(PACKAGE).parent.as_posix() for path in PACKAGE.rglob("*.py")}
    assert described == folders - {"."} | {"deploy"}


def test_every_file_of_the_top_folder_has_a_paragraph() -> None:
    described = "".join(re.findall(r"^\*\*(.*?)\*\*", DESIGN, re.MULTILINE))
    files = {path.name for path in PACKAGE.glob("*.py")} - {"__init__.py"}
    assert not {name for name in files if f"`{name}`" not in described}


# ------------------------------------------------------------------ the command line

FOREIGN_OPTIONS = {
    "--extra": "uv",
    "--project": "uv",
    "--buffer-time": "aplay",
    "--experimental-websocket": "Node",
    "--play": "examples/agent.mjs",
    "--isolated": "uv",
    "--group": "uv",
    "--strict": "mkdocs",
    "--no-dev": "uv",
    "--from": "uvx",
    "--reinstall": "uv",
    "--force": "pipx",
    "--force-reinstall": "pip",
    "--frozen": "uv",
    "--kills": "tests/bench/kill_storm.py",
    "--soft": "the scorer of sentence boundaries",
    "--find": "weights.py of an adapter",
    "--build": "docker compose",
    "--build-arg": "docker",
    "--read-only": "docker",
    "--target": "docker",
    "--time": "docker",
    "--tmpfs": "docker",
    "--now": "systemctl",
    "--user": "systemctl",
}
OPTIONS = {name: {opt for param in command.params for opt in (*param.opts, *param.secondary_opts)}
           for name, command in COMMANDS.items() if command is not None}  # fmt: skip
EVERY_OPTION = set().union(*OPTIONS.values()) | {"--help", "--version", "--repl", "--stream-tokens"}


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_of_a_command_stands_in_its_help(name: str) -> None:
    shown = CliRunner().invoke(cli, [name, "--help"]).output
    listed = set(re.findall(r"(?<![\w-])--?[a-z][a-z-]*", shown))
    assert {each for each in OPTIONS[name] if each.startswith("-")} <= listed


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_option_that_a_document_mentions_exists(document: str) -> None:
    mentioned = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", DOCUMENTS[document]))
    assert not mentioned - EVERY_OPTION - set(FOREIGN_OPTIONS)


def test_every_option_of_say_is_described_on_its_page() -> None:
    mentioned = set(re.findall(r"--[a-z][a-z-]+", DOCUMENTS["docs/say.md"]))
    say = COMMANDS["say"]
    assert say is not None
    missing = [
        each.opts for each in say.params if isinstance(each, click.Option) and not mentioned & set(each.opts)
    ]
    assert not missing


def _commands_in(text: str) -> Iterator[list[str]]:
    """The simple commands of a shell snippet, without what stands before `voice-server` in them."""
    for line in text.replace("\\\n", " ").splitlines():
        words = shlex.shlex(line, posix=True, punctuation_chars="&|;")
        words.whitespace_split = True
        part: list[str] = []
        for word in [*words, ";"]:
            if set(word) <= set("&|;"):
                yield part
                part = []
            else:
                part.append(word)


def _shell_snippets() -> Iterator[tuple[str, list[str]]]:
    for name, text in DOCUMENTS.items():
        spans = [each for each in SPAN.findall(FENCE.sub("", text)) if each.startswith("voice-server ")]
        for snippet in [each[2] for each in FENCE.findall(text) if each[1] == "sh"] + spans:
            for command in _commands_in(snippet):
                if command:
                    yield name, command


SHELL = list(_shell_snippets())
OURS = [
    own
    for _, words in SHELL
    if (own := words[words.index("voice-server") + 1 :] if "voice-server" in words else [])
]
CURLS = [words for _, words in SHELL if words[0] == "curl" and "-d" in words]


@pytest.mark.parametrize("words", OURS, ids=" ".join)
def test_a_command_of_ours_in_a_document_can_be_parsed(words: list[str]) -> None:
    command = COMMANDS.get(words[0])
    assert command is not None, f"there is no command {words[0]}"
    arguments = [word for word in words[1:] if word != "…"]
    context = click.Context(command, info_name=words[0])
    command.make_parser(context).parse_args(args=arguments)


@pytest.mark.parametrize("words", CURLS, ids=" ".join)
def test_a_request_in_a_document_fits_its_route(words: list[str]) -> None:
    (path,) = [word.removeprefix("localhost:8000") for word in words if word.startswith("localhost:8000")]
    body = json.loads(words[words.index("-d") + 1])
    (operation,) = [each for each in OPERATIONS if (each.method, each.path) == ("POST", path)]
    assert set(body) <= set(operation.fields.__struct_fields__)  # type: ignore[attr-defined]


# ------------------------------------------------------------------ other snippets


def _fences(language: str, documents: Mapping[str, str] = DOCUMENTS) -> list[str]:
    found = []
    for text in documents.values():
        found += [re.sub(rf"^{indent}", "", code, flags=re.MULTILINE)
                  for indent, name, code in FENCE.findall(text) if name == language]  # fmt: skip
    assert found, f"no document has a snippet in {language}"
    return found


def _imports(code: str) -> Iterator[tuple[str, list[str]]]:
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.ImportFrom) and node.module is not None:
            yield node.module, [each.name for each in node.names]


_OF_THE_READER = {"agent", "model", "hum_engine"}
"""Modules that whoever follows a page has saved beside the others."""


@pytest.mark.parametrize("code", _fences("python"))
def test_a_python_snippet_compiles_and_imports_what_exists(code: str) -> None:
    compile(code, "snippet", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    for module, names in _imports(code):
        if module.startswith("voice_server"):
            assert not [each for each in names if not hasattr(import_module(module), each)]
        elif module not in _OF_THE_READER:
            assert find_spec(module) is not None, f"there is no package {module}"


MCP = DOCUMENTS["docs/mcp.md"]


@pytest.mark.parametrize("code", _fences("json", {"docs/mcp.md": MCP}))
def test_a_configuration_of_an_mcp_client_is_a_command_or_an_address_of_ours(code: str) -> None:
    (servers,) = json.loads(code).values()
    server = servers["voice"]
    if "url" in server:
        assert server["url"].endswith("/mcp")
    else:
        words = [server["command"], *server["args"]]
        assert words[words.index("voice-server") + 1 :] == ["mcp"]


def test_the_tools_and_their_arguments_are_those_of_the_page() -> None:
    stated = {row[0].strip("`"): SPAN.findall(row[1]) for row in rows(chapter(MCP, "MCP: agents that speak"))}
    assert stated == {each.name: list(each.arguments.__struct_fields__) for each in TOOLS}


@pytest.mark.parametrize(
    "line",
    [
        line
        for code in _fences("json", {name: DOCUMENTS[name] for name in DOCUMENTS if name != "docs/mcp.md"})
        for line in code.splitlines()
    ],
)
def test_a_json_snippet_is_a_client_s_message(line: str) -> None:
    msgspec.json.decode(line, type=defined("ClientMessage"))


@pytest.mark.parametrize("document", DOCUMENTS)
def test_what_looks_like_json_is_json(document: str) -> None:
    for snippet in snippets_of(DOCUMENTS[document]):
        assert isinstance(json.loads(snippet.replace("\n", " ")), dict), snippet


@pytest.mark.parametrize("code", _fences("yaml"))
def test_a_yaml_snippet_has_only_keys_that_exist(code: str) -> None:
    top = yaml.safe_load(code)
    assert set(top) <= set(Config.__struct_fields__)
    backends: Mapping[str, Mapping[str, object]] = top.get("backends", {})
    for backend in backends.values():
        assert set(backend) <= set(BackendConfig.__struct_fields__)


# ------------------------------------------------------------------ links and names of files


def _anchors(text: str) -> set[str]:
    """What a heading is called in a link: small letters, no marks, hyphens for spaces."""
    headings = re.findall(r"^#+ (.*)$", FENCE.sub("", text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", each.lower()).replace(" ", "-") for each in headings}


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_relative_link_resolves(document: str) -> None:
    for link in re.findall(r"\]\(([^)\s]+)\)", SPAN.sub("", FENCE.sub("", DOCUMENTS[document]))):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (ROOT / document).parent / path if path else ROOT / document
        assert target.is_file(), f"{document} links to {link}"
        assert not anchor or anchor in _anchors(target.read_text(encoding="utf-8")), link


ELSEWHERE = {
    *("score.py", "spell.py", "x.py", "src/voice_server_example/__init__.py"),
    *(
        "hello.py",
        "model.py",
        "ask.py",
        "talk.py",
        "tts_backends/hum/backend.py",
        "tts_backends/hum/hum_engine.py",
    ),
}
"""Python files that a document names and that are not in the repository."""
PYTHON_FILES = [
    path.relative_to(ROOT).as_posix()
    for pattern in ("examples/*.py", "voice_server/**/*.py", "tts_backends/*/*.py", "tests/**/*.py")
    for path in ROOT.glob(pattern)
]


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_python_file_that_a_document_names_exists(document: str) -> None:
    for name in set(re.findall(r"\w[\w/]*\.py\b", DOCUMENTS[document])) - ELSEWHERE:
        assert any(f"/{each}".endswith(f"/{name}") for each in PYTHON_FILES), f"{document} names {name}"
