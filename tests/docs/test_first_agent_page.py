"""docs/first-agent.md: its programs as they stand there, with a language model on the loopback."""

from __future__ import annotations

import json
import re
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.docs.page_reader import ROOT, Reader, blocks, page, reader_of_docs

PAGE = page("first-agent.md")
FILES = {
    block.file: block.code
    for block in blocks(PAGE)
    if block.language == "python" and block.file.endswith(".py")
}
ANSWER = (
    "Bread rises because yeast is alive. It breathes out gas. And that lifts the dough, for a long while."
)


class _Model(BaseHTTPRequestHandler):
    """OpenAI's chat completions, a word at a time; the last question decides the answer."""

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        answer = "Silence." if "Stop" in asked["messages"][-1]["content"] else ANSWER
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        for word in answer.split():
            choice = {"index": 0, "delta": {"content": f"{word} "}, "finish_reason": None}
            head = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": asked["model"]}
            chunk = {**head, "choices": [choice]}
            self.wfile.write(b"data: " + json.dumps(chunk).encode() + b"\n\n")
        self.wfile.write(b"data: [DONE]\n\n")

    def log_message(self, *_arguments: object) -> None:
        """Say nothing."""


@contextmanager
def model() -> Iterator[int]:
    """A language model; yields its port."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Model)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[Reader]:
    """Somebody who has saved all files of the page and started its server."""
    with model() as port, reader_of_docs(tmp_path) as somebody:
        somebody.serve("voice-server serve --backend espeak")
        for file, code in FILES.items():
            somebody.save(file, code.replace("localhost:11434", f"127.0.0.1:{port}"))
        agent = (ROOT / "examples" / "agent.py").read_text(encoding="utf-8")
        somebody.save("agent.py", agent)
        yield somebody


@pytest.mark.timeout(240)
def test_the_programs_speak(reader: Reader) -> None:
    for block in blocks(PAGE[PAGE.index("## 2.") : PAGE.index("## 4.")]):
        if block.language == "sh":
            reader.follow(block.code)


@pytest.mark.timeout(240)
def test_whoever_interrupts_the_agent_finds_what_was_heard_in_its_history(reader: Reader) -> None:
    talk = reader.start("python talk.py", stdin=subprocess.PIPE)
    assert talk.stdin is not None
    assert talk.stdout is not None
    talk.stdin.write("Why does bread rise?\n")
    talk.stdin.flush()
    shown = ""
    while "yeast" not in shown:  # it is spoken: what is typed now is a barge-in
        shown += (letter := talk.stdout.read(1))
        assert letter, shown
    talk.stdin.write("Stop. What is yeast?\n")
    rest, _ = talk.communicate()
    history = [line for line in rest.splitlines() if re.match(r"(user|assistant): ", line)]
    assert [line.partition(": ")[0] for line in history] == ["user", "assistant"] * 2
    heard = history[1].removeprefix("assistant: ")
    assert ANSWER.startswith(heard)
    assert "yeast" in heard
    assert "dough" not in heard
    assert history[3] == "assistant: Silence."


def test_the_lines_that_are_explained_are_those_of_the_agent() -> None:
    agent = (ROOT / "examples" / "agent.py").read_text(encoding="utf-8")
    explained = PAGE[PAGE.index("## How the barge-in works") :]
    assert 'timestamps="word", keep_s=30' in agent
    assert 'timestamps="word", keep_s=30' in explained
    for call in ("clock.report(", "stream.interrupt()", "clock.heard("):
        assert call in agent
        assert call in explained
