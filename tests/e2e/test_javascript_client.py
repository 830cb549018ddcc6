"""The JavaScript client (`clients/js`): its own tests with a live server, and the package as one has it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.live import config_with, live_server
from tests.e2e.node import NEEDS_NODE, NODE
from voice_server.core.wire.client_messages import ClientMessage

ROOT = Path(__file__).resolve().parents[2]
CLIENT = ROOT / "clients" / "js"

pytestmark = [pytest.mark.timeout(150), NEEDS_NODE]


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with live_server(config_with("espeak", "tone")) as url:
        yield url


def run(*command: str, folder: Path, **environment: str) -> str:
    """Run a program to its end; its output. Fails with what it said where it fails."""
    done = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, **environment},
        check=False,
        capture_output=True,
        text=True,
        timeout=140,
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A user's project: an empty folder with the packed package, a WebSocket for Node 20 and TypeScript."""
    folder = tmp_path_factory.mktemp("project")
    (folder / "package.json").write_text('{"type": "module", "private": true}')
    packed = run("npm", "pack", "--json", "--pack-destination", str(folder), folder=CLIENT)
    tarball = json.loads(packed)[0]["filename"]
    packages = (f"./{tarball}", "ws@8.23.0", "typescript@5.9.3", "@types/node@20.19.43")
    command = ("npm", "install", "--no-audit", "--no-fund", "--silent", *packages)
    if subprocess.run(command, cwd=folder, check=False, capture_output=True, timeout=140).returncode:
        pytest.skip("npm could not install ws and typescript: is there a network?")
    return folder


AT_THE_PACE_OF_SOUND = {"conversation.test.js"}
TESTS = [
    pytest.param(path.name, marks=[pytest.mark.realtime] if path.name in AT_THE_PACE_OF_SOUND else [])
    for path in sorted(CLIENT.glob("test/*.test.js"))
]


@pytest.mark.parametrize("name", TESTS)
def test_the_package_s_own_tests_pass(name: str, server: str) -> None:
    run(*NODE, "--test", f"test/{name}", folder=CLIENT, VOICE_SERVER_URL=server)


def test_the_package_holds_its_modules_types_and_licence_and_has_the_server_s_version(project: Path) -> None:
    installed = project / "node_modules" / "voice-server-client"
    held = {path.relative_to(installed).as_posix() for path in installed.rglob("*") if path.is_file()}
    modules = {path.relative_to(CLIENT).as_posix() for path in CLIENT.glob("src/*")}
    assert held == modules | {"package.json", "README.md", "LICENSE"}
    assert (CLIENT / "LICENSE").read_text() == (ROOT / "LICENSE").read_text()
    about = json.loads((CLIENT / "package.json").read_text())
    assert about["version"] == tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert "dependencies" not in about


# ------------------------------------------------------------------ as its user

_SPEAK = """
import WebSocket from "ws";
import { Conversation, NoServer, PacedSpeaker, Player } from "voice-server-client";
let written = 0;
const write = (samples) => (written += samples.length);
const conversation = new Conversation(process.env.VOICE_SERVER_URL, {
  WebSocket, player: new Player(new PacedSpeaker({ write })),
});
await conversation.open();
const turn = conversation.say();
turn.end("Hello from a project of its own.");
const spoken = await turn.finished;
conversation.close();
const player = new Player(new PacedSpeaker({ write }));
const nowhere = new Conversation("127.0.0.1:1", { WebSocket, player });
const error = await nowhere.open().catch((error) => error);
console.log(JSON.stringify({ written, spoken, isNoServer: error instanceof NoServer }));
"""


def test_a_project_speaks_with_the_installed_package_and_the_websocket_of_ws(
    project: Path, server: str
) -> None:
    (project / "speak.js").write_text(_SPEAK)
    told = json.loads(run("node", "speak.js", folder=project, VOICE_SERVER_URL=server))
    assert told["written"] > 24_000
    assert told["spoken"]["reason"] == "complete"
    assert told["spoken"]["heard"] == "Hello from a project of its own."
    assert told["isNoServer"]


_SNIPPET = re.compile(r"^```js\n(.*?)^```", re.DOTALL | re.MULTILINE)
SNIPPETS = [
    (document.relative_to(ROOT).as_posix(), code)
    for document in (ROOT / "README.md", ROOT / "docs" / "agents.md", CLIENT / "README.md")
    for code in _SNIPPET.findall(document.read_text())
]


@pytest.mark.parametrize(("document", "code"), SNIPPETS, ids=[document for document, _ in SNIPPETS])
def test_a_snippet_in_a_document_is_a_program_and_imports_what_there_is(
    document: str, code: str, tmp_path: Path
) -> None:
    del document
    (tmp_path / "snippet.mjs").write_text(code)
    run("node", "--check", "snippet.mjs", folder=tmp_path)
    imported = re.findall(r'import \{ (.*?) \} from "voice-server-client"', code)
    exported = set(re.findall(r"\w+", (CLIENT / "src" / "index.js").read_text()))
    assert {name for names in imported for name in names.split(", ")} <= exported


# ------------------------------------------------------------------ the declarations

_TYPED = """
import {
  connect, Conversation, NoServer, PacedSpeaker, Player, Stream, StreamClosed, WebAudioSpeaker,
  type Caption, type Interruption, type Spoken, type StreamEvent, type Turn, type Word,
} from "voice-server-client";

const write = (samples: Int16Array) => void samples.length;
const player = new Player(new PacedSpeaker({ write, rateHz: 8000 }));
const conversation = new Conversation(new URL("http://localhost:8000"), {
  player,
  token: () => "secret",
  config: { voice: "af_heart", opts: { speed: 1.1 }, timestamps: "word" },
  onWord: ({ startMs, from, to }: Word, turn: Turn) => startMs > 0 && turn.text.slice(from, to),
  onCaption: (caption: Caption) => caption.endMs?.toFixed(),
  onMessage: (message: StreamEvent) => message.type === "sentence" && message.at_ms,
  onConnection: (state) => state === "asleep",
});
await conversation.open();
const turn: Turn = conversation.say({ lang: "en" });
turn.write("Hello ");
turn.end("world.");
const { reason, heard, error }: Spoken = await turn.finished;
const stopped: Interruption | null = conversation.bargeIn();
export const told: string = `${reason} ${heard} ${error?.code} ${stopped?.unheard}`;

const stream = await connect("localhost:8000", { voice: 3, format: { rate: 48000 } });
stream.sendText("Hello.");
try {
  for await (const event of stream) {
    if (event.type === "audio" && event.samples) player.push(event.samples);
    else if (event.type === "words") event.words.map(([word, startMs]) => `${word} ${startMs.toFixed()}`);
  }
} catch (error) {
  if (error instanceof StreamClosed) error.closeCode.toFixed();
  else if (error instanceof NoServer) error.code.trim();
}
new Player(new WebAudioSpeaker({ workletUrl: "/playback.js" }));

// @ts-expect-error: there is no such state
conversation.state === "listening";
// @ts-expect-error: an option of the protocol belongs into `config`
new Conversation("localhost:8000", { voice: "af_heart" });
// @ts-expect-error: streams are made by `connect`
new Stream();
"""

_MEMBERS = """
import ts from "typescript";
import * as code from "voice-server-client";

const file = "node_modules/voice-server-client/src/index.d.ts";
const program = ts.createProgram([file], {});
const checker = program.getTypeChecker();
const symbols = checker.getExportsOfModule(checker.getSymbolAtLocation(program.getSourceFile(file)));
const isValue = ({ flags }) => (flags & (ts.SymbolFlags.Class | ts.SymbolFlags.Function)) !== 0;
const declared = {};
for (const symbol of symbols.filter(isValue)) {
  const members = [...(symbol.members?.keys() ?? [])].map(String);
  declared[symbol.name] = members.filter((name) => !name.startsWith("__"));
}
const isOwn = (name) => name !== "constructor" && !name.startsWith("_");
const written = {};
for (const [name, value] of Object.entries(code)) {
  written[name] = value.prototype ? Object.getOwnPropertyNames(value.prototype).filter(isOwn) : [];
}
console.log(JSON.stringify({ declared, written }));
"""


def test_a_typed_program_compiles_and_wrong_ones_do_not(project: Path) -> None:
    (project / "typed.ts").write_text(_TYPED)
    strict = ("--strict", "--noEmit", "--target", "es2022", "--module", "nodenext")
    run("npx", "--no-install", "tsc", *strict, "typed.ts", folder=project)


def test_the_declarations_name_what_the_modules_have(project: Path) -> None:
    (project / "members.js").write_text(_MEMBERS)
    told = json.loads(run("node", "members.js", folder=project))
    assert told["declared"].keys() == told["written"].keys()
    for name, members in told["written"].items():
        fields = re.findall(r"^    this\.([a-z]\w+) =", _source_of(name), re.MULTILINE)
        of_every_error = {"name"}
        assert set(told["declared"][name]) == {*members, *fields} - of_every_error, name


def _source_of(name: str) -> str:
    """The text of a class, "" for what is none."""
    sources = "\n".join(path.read_text() for path in CLIENT.glob("src/*.js"))
    found = re.search(rf"^export class {name}\b.*?^}}", sources, re.DOTALL | re.MULTILINE)
    return found[0] if found else ""


def test_every_key_of_the_protocol_is_declared() -> None:
    declarations = (CLIENT / "src" / "index.d.ts").read_text()
    keys = set()
    for interface in ("Config", "ClientMessage extends Config"):
        body = re.search(
            rf"export interface {interface} {{\n(.*?)^}}", declarations, re.DOTALL | re.MULTILINE
        )
        assert body
        keys |= set(re.findall(r"^  (\w+)\?:", body[1], re.MULTILINE))
    assert keys | {"v"} == set(ClientMessage.__struct_fields__)
