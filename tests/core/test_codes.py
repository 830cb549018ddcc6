"""Every code that the package or an adapter raises or sends stands in the tables, and in docs/codes.md."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from voice_server.core.codes import ERROR_CODES, WARNING_CODES, CodeMeaning, Place

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = (ROOT / "docs" / "codes.md").read_text(encoding="utf-8")
TABLE_FILE = ROOT / "voice_server" / "core" / "codes.py"
SOURCES = sorted({*ROOT.glob("voice_server/**/*.py"), *ROOT.glob("tts_backends/*/*.py")} - {TABLE_FILE})
WORD = re.compile(r"[a-z][a-z0-9_]*")
PLACE_OF_FOLDER = {
    "voice_server/endpoints/http": Place.HTTP,
    "voice_server/endpoints/routes": Place.HTTP,
    "voice_server/endpoints/websocket": Place.WEBSOCKET,
    "voice_server/endpoints/dialects/wyoming": Place.WYOMING,
    "voice_server/worker": Place.WORKER,
    "voice_server/commands": Place.COMMAND_LINE,
    "voice_server/client_addresses.py": Place.CLIENT,
    "voice_server/client_streams.py": Place.CLIENT,
    "tts_backends": Place.WORKER,
}


@dataclass(frozen=True, slots=True)
class CodeUse:
    """A code where it is written."""

    code: str
    is_warning: bool
    where: str


class Sources:
    """The parsed files: which calls take a code, and at which position; which constants are strings."""

    def __init__(self, files: dict[str, str]) -> None:
        self.trees = {name: ast.parse(text) for name, text in files.items()}
        self._position: dict[str, int] = {}
        self._constants: dict[str, str] = {}
        for tree in self.trees.values():
            for node in ast.walk(tree):
                self._note(node)

    def _note(self, node: ast.AST) -> None:
        match node:
            case ast.ClassDef(name=name, body=body):
                self._note_class(name, body)
            case ast.FunctionDef(name=name, args=args) | ast.AsyncFunctionDef(name=name, args=args):
                names = [each.arg for each in args.args if each.arg != "self"]
                if "code" in names:
                    self._position[name] = names.index("code")
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant(value=str() as text)) if (
                name != "code"
            ):
                self._constants[name] = text

    def _note_class(self, name: str, body: list[ast.stmt]) -> None:
        """A dataclass takes its fields in order; an error class may have a code of its own."""
        fields = [
            each.target.id
            for each in body
            if isinstance(each, ast.AnnAssign) and isinstance(each.target, ast.Name)
        ]
        if "code" in fields:
            self._position[name] = fields.index("code")
        for each in body:
            if isinstance(each, ast.Assign) and _is_named_code(each.targets[0]):
                self._constants |= {f"{name}.code": text for text in _words_in(each.value)}

    def uses(self) -> Iterator[CodeUse]:
        """Every code that is written somewhere."""
        for where, tree in self.trees.items():
            for node in ast.walk(tree):
                is_warning = isinstance(node, ast.Call) and "warning" in _callee(node).lower()
                for code in self._codes_at(node):
                    yield CodeUse(code, is_warning, where)

    def _codes_at(self, node: ast.AST) -> Iterator[str]:
        match node:
            case ast.Call():
                yield from self._codes_of_call(node)
            case ast.Assign(targets=[target], value=value) if _is_named_code(target):
                yield from _words_in(value)
            case ast.Dict(keys=keys, values=values):
                for key, value in zip(keys, values, strict=True):
                    if isinstance(key, ast.Constant) and (key.value == "code" or _is_status(key)):
                        if ast.unparse(value) == "'code'":
                            continue  # the request's field of that name: what becomes of blocks of code
                        yield from self._word(value)
            case ast.Tuple(elts=[status, code, *_]) if _is_status(status):
                yield from self._word(code)

    def _codes_of_call(self, node: ast.Call) -> Iterator[str]:
        callee, arguments = _callee(node), node.args
        for keyword in node.keywords:
            if keyword.arg == "code":
                yield from self._word(keyword.value)
        if callee == "UnknownName" and isinstance(arguments[0], ast.Constant):
            yield f"unknown_{str(arguments[0].value).replace(' ', '_')}"
        position = self._position.get(callee)
        if position is not None and len(arguments) > position:
            yield from self._word(arguments[position])

    def _word(self, node: ast.expr) -> Iterator[str]:
        """The code that an expression stands for, if it is one that can be read here."""
        if isinstance(node, ast.IfExp):
            yield from self._word(node.body)
            yield from self._word(node.orelse)
        elif isinstance(node, ast.Constant):
            yield from _words_in(node)
        elif (text := self._constants.get(ast.unparse(node))) is not None and WORD.fullmatch(text):
            yield text


def _callee(node: ast.Call) -> str:
    return ast.unparse(node.func).rpartition(".")[2]


def _is_named_code(target: ast.expr) -> bool:
    return isinstance(target, ast.Name) and target.id == "code"


def _is_status(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, int) and 400 <= node.value < 600


def _words_in(node: ast.expr) -> Iterator[str]:
    for each in ast.walk(node):
        if isinstance(each, ast.Constant) and isinstance(each.value, str) and WORD.fullmatch(each.value):
            yield each.value


USES = list(
    Sources({path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in SOURCES}).uses()
)
TABLES = {"errors": (ERROR_CODES, False), "warnings": (WARNING_CODES, True)}


def _written(*, warnings: bool) -> set[str]:
    return {use.code for use in USES if use.is_warning is warnings}


def _row(code: str, meaning: CodeMeaning) -> str:
    return f"| `{code}` | {', '.join(place.value for place in meaning.places)} | {meaning.when} |"


@pytest.mark.parametrize("name", TABLES)
def test_every_code_that_is_used_stands_in_the_table(name: str) -> None:
    table, warnings = TABLES[name]
    assert not _written(warnings=warnings) - set(table), "describe these in voice_server/core/codes.py"


@pytest.mark.parametrize("name", TABLES)
def test_every_code_of_the_table_is_used(name: str) -> None:
    table, warnings = TABLES[name]
    assert not set(table) - _written(warnings=warnings), "nothing raises or sends these any more"


@pytest.mark.parametrize("name", TABLES)
def test_the_document_shows_the_table(name: str) -> None:
    chapter = DOCUMENT.partition(f"\n## {name.capitalize()}\n")[2].partition("\n## ")[0]
    shown = [line for line in chapter.splitlines() if line.startswith("| `")]
    assert shown == [_row(code, meaning) for code, meaning in sorted(TABLES[name][0].items())]


@pytest.mark.parametrize(("folder", "place"), PLACE_OF_FOLDER.items())
def test_a_code_is_listed_for_the_place_that_its_file_serves(folder: str, place: Place) -> None:
    here = [use for use in USES if use.where.startswith(folder)]
    assert here, f"no code is written in {folder}: has it moved?"
    for use in here:
        table = WARNING_CODES if use.is_warning else ERROR_CODES
        assert place in table[use.code].places, f"{use.code} is written in {use.where}"


@pytest.mark.parametrize("meaning", [*ERROR_CODES.values(), *WARNING_CODES.values()])
def test_a_meaning_is_one_sentence(meaning: CodeMeaning) -> None:
    assert re.fullmatch(r"[A-Z`][^\n|]*\.", meaning.when)


@pytest.mark.parametrize("document", ["protocol.md", "http.md"])
def test_both_interfaces_link_to_the_codes(document: str) -> None:
    assert "(codes.md)" in (ROOT / "docs" / document).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('raise RequestError("no", code="odd")', "odd"),
        ('class Odd(Exception):\n    code = "odd"', "odd"),
        ('raise UnknownName("sound device", name, known)', "unknown_sound_device"),
        ('def tell(msg, code): ...\ntell("x", "odd")', "odd"),
        ('class Told:\n    number: int\n    code: str\nTold(1, "odd")', "odd"),
        ('ODD = "odd"\nraise RequestError("no", code=ODD)', "odd"),
        ('class Odd(Exception):\n    code = "odd"\nf(code=Odd.code)', "odd"),
        ('answer({"error": "no", "code": "odd"})', "odd"),
        ('return 403, "odd", "not here"', "odd"),
        ('CODES = {404: "odd"}', "odd"),
        ('code = "odd" if late else error.code', "odd"),
        ('raise RequestError("no", code="odd" if late else "odd")', "odd"),
    ],
)
def test_a_code_is_seen_however_it_is_written(text: str, found: str) -> None:
    assert {use.code for use in Sources({"file.py": text}).uses()} == {found}


def test_a_code_that_is_only_compared_is_no_use() -> None:
    assert not list(Sources({"file.py": 'late = error.code == "odd" or error.code in {"odd"}'}).uses())
