"""Whatever a client sends, the event loop serves everybody else soon: no callback takes long.

What one callback takes is measured in processor time of the loop's thread, so a busy machine does not matter.
The processor, its caches and the collector of garbage do: the best of three tries counts, and the limit is
twice the 20 ms that are promised for the machine of docs/performance.md. What these tests look for is work
that grows faster than what is sent, which takes seconds.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.faults.attacking import ServerProcess, server_process
from tests.faults.measured_server import LIMIT_MS
from tests.faults.sending import MAX_BODY_BYTES, frame, post, send_bytes, send_frames
from tests.faults.sending_events import event, sent

pytestmark = [pytest.mark.timeout(60), pytest.mark.blocks_loop]  # to make a text of megabytes takes long
TRIES = 3
Attack = Callable[[ServerProcess], Awaitable[object]]

FORM = "application/x-www-form-urlencoded"
PARTS = "multipart/form-data; boundary=x"
PART = b'--x\r\nContent-Disposition: form-data; name="text"\r\n\r\n'
QUICK: dict[str, object] = {"backend": "tone", "options": {"words": False}}

PATTERNS = {
    "marks": ".",
    "questions": "?!",
    "short sentences": "a. ",
    "one letter": "a",
    "spaces": " ",
    "line breaks": "\n",
    "lines": "a\n",
    "combining marks": "a\u0301\u0316",
    "no end": "word ",
    "long words": "Donaudampfschifffahrt-",
    "emoji": "🙂",
    "joiners": "🙂\u200d",
    "table": "| a | b | c |\n",
    "one row": "|a",
    "emphasis": "_a_ **b** ~~",
    "backticks": "`",
    "fences": "```\n",
    "brackets": "[a](",
    "quotes": '"',
    "nested markup": "<p><b>a</b> &amp; ",
    "broken markup": '<a href="',
    "abbreviations": "U.S. e.g. ",
    "numbers": "1.2.3.4.",
    "items": "i) ",
    "bullets": "• ",
    "addresses": "http://a.b/",
    "ideographs": "。中「",
    "Greek": "α;",
    "mixed": "。 中. \tあ?•",
    "scripts that the voice cannot read": "a中αбअ가ก. ",
}
"""Texts that repeat what a splitter, or what removes markup, looks at longer than at a letter."""


def _streamed(pattern: str) -> Attack:
    """The pattern as a text that is as long as it may be, or its body."""
    chars = min(2_000_000, (MAX_BODY_BYTES - 1000) * len(pattern) // len(pattern.encode()))

    def attack(server: ServerProcess) -> Awaitable[object]:
        text = (pattern * chars)[:chars]
        return post(server, "/tts/stream", {"text": text, "format": "pcm", **QUICK})

    return attack


def _as_event(pattern: str) -> Attack:
    """The pattern as an event with as much text as may wait."""
    return sent(event("synthesize", text=(pattern * 200_000)[:200_000], voice={"name": "tone/low"}))


def _as_tokens(pattern: str, chars: int) -> Attack:
    """The pattern as messages of so many characters; half of it without any sentence's end that is known."""
    token = (pattern * chars)[:chars]
    begin: dict[str, object] = {"backend": "tone", "opts": {"words": False}}
    tokens: list[dict[str, object]] = [{"token": token}] * (60_000 // chars)
    messages: list[Mapping[str, object]] = [begin, *tokens, {"cancel": True}, {"token": token, "done": True}]
    return lambda server: send_frames(server, messages)


def _posted(
    path: str,
    body: Callable[[], bytes] | dict[str, object],
    media_type: str = "application/json",
    read_s: float = 3.0,
) -> Attack:
    return lambda server: post(
        server, path, body if isinstance(body, dict) else body(), media_type, read_s=read_s
    )


def _filled(begin: bytes, repeated: bytes, end: bytes) -> Callable[[], bytes]:
    """A body of the largest size."""
    times = (MAX_BODY_BYTES - len(begin) - len(end)) // len(repeated)
    return lambda: begin + repeated * times + end


def _sent(begin: bytes, repeated: bytes = b"", times: int = 0, end: bytes = b"") -> Attack:
    return lambda server: send_bytes(server, begin + repeated * times + end)


def _framed(*messages: Mapping[str, object], times: int = 1) -> Attack:
    return lambda server: send_frames(server, b"".join(map(frame, messages)) * times)


def _numbered(message: Callable[[int], dict[str, object]], times: int, **first: object) -> Attack:
    return lambda server: send_frames(server, [first, *map(message, range(times))])


def _got(path: str) -> Attack:
    async def get(server: ServerProcess) -> None:
        async with httpx.AsyncClient(trust_env=False, timeout=10) as client:
            assert (await client.get(f"http://127.0.0.1:{server.port}{path}")).status_code == 200

    return get


async def _connections(server: ServerProcess) -> None:
    opened = [await asyncio.open_connection("127.0.0.1", server.port) for _ in range(600)]
    for _, writer in opened:
        writer.transport.abort()


BODIES: dict[str, Attack] = {
    "a wide list": _posted("/tts/stream", _filled(b'{"text":"a","x":[', b"[],", b"0]}")),
    "many keys": _posted("/tts/stream", _filled(b'{"text":"a"', b',"a":1', b"}")),
    "many options": _posted("/tts/stream", _filled(b'{"text":"a","options":{', b'"k":1,', b'"k":1}}')),
    "as much as may be beside the text": _posted(
        "/tts/stream", lambda: b'{"text":["' + b"a" * 8_000_000 + b'"' + b",[]" * 21_000 + b"]}"
    ),
    "deep": _posted("/tts/stream", _filled(b"", b"[", b"")),
    "escapes": _posted("/tts/stream", _filled(b'{"text":"', rb"\n", b'"}')),
    "as many escapes as may be": _posted(
        "/tts/stream", lambda: b'{"text":"' + rb"\u00e4" * 690_000 + b'"}', read_s=0.5
    ),
    "halves of characters": _posted(
        "/tts/stream", lambda: b'{"text":"' + rb"\ud83d" * 690_000 + b'"}', read_s=2
    ),
    "emoji": _posted("/tts/stream", _filled(b'{"text":"', "🙂".encode(), b'"}')),
    "a long voice": _posted("/tts/stream", _filled(b'{"text":"a","voice":"', b"\xcc\x81", b'"}')),
    "instructions": _posted("/v1/audio/speech", _filled(b'{"input":"a","instructions":"', b"x ", b'"}')),
    "a mix of many": _posted("/v1/audio/voices/combine", _filled(b'"', b"a_b+", b'"')),
    "a list of many": _posted("/v1/audio/voices/combine", _filled(b"[", b'"a_b",', b'"a"]')),
    "percent signs": _posted("/tts/stream", _filled(b"text=", b"%41", b""), FORM),
    "percent-encoded UTF-8": _posted("/tts/stream", _filled(b"text=", b"%F0%9F%99%82", b""), FORM),
    "plus signs": _posted("/tts/stream", _filled(b"text=", b"+a", b""), FORM),
    "many fields": _posted("/tts/stream", _filled(b"text=a", b"&a=b", b""), FORM),
    "a long part": _posted("/tts/stream", _filled(PART, b"\r\n--", b"\r\n--x--\r\n"), PARTS),
    "many parts": _posted("/tts/stream", _filled(b"", PART + b"\r\n", b"--x--\r\n"), PARTS),
    "a part with many headers": _posted("/tts/stream", _filled(b"--x\r\n", b"A: b\r\n", b"\r\n"), PARTS),
    "many parameters of a form": _posted("/tts/stream", lambda: b"--x--", PARTS + "; a=b" * 15_000),
    "an unknown voice among a thousand": _posted(
        "/tts/stream", {"text": "a", "backend": "crowd", "voice": "_rekaeps_fa1000"}
    ),
    "a mix of unknown voices": _posted(
        "/tts/stream",
        {"text": "a", "backend": "crowd", "voice": "+".join(f"xf_speaker_{n:03d}(2)" for n in range(8))},
    ),
    "SSML": _posted(
        "/tts/stream",
        {
            "text": "<speak>" + '<p>a <break time="1ms"/><emphasis>b</emphasis></p>' * 30_000 + "</speak>",
            "backend": "espeak",
            "options": {"ssml": True},
        },
    ),
}

DOCUMENTS: dict[str, Attack] = {
    "word times": _posted("/tts/", {"text": "a b. " * 10_000, **QUICK}, read_s=8),
    "captions": _posted(
        "/v1/audio/captioned",
        {"input": "a b c d. " * 8_000, "model": "crowd", "response_format": "pcm"},
        read_s=8,
    ),
    "subtitles": _posted(
        "/v1/audio/captioned", {"input": "a b c d. " * 8_000, "model": "crowd", "captions": "srt"}, read_s=8
    ),
    "subtitles of brackets": _posted(
        "/v1/audio/captioned", {"input": "![" * 30_000 + " end", "model": "tone", "captions": "vtt"}, read_s=4
    ),
    "subtitles of marks": _posted(
        "/v1/audio/captioned",
        {"input": "One" + " !" * 95_000 + " two.", "model": "tone", "captions": "srt"},
        read_s=4,
    ),
    "a file": _posted("/tts", {"text": "word " * 10_000, "format": "wav", **QUICK}, read_s=8),
}

PACKETS: dict[str, Attack] = {
    "requests": _sent(b"", b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n", 10_000),
    "the shortest requests": _sent(b"", b"GET / HTTP/1.1\r\n\r\n", 20_000),
    "the shortest chunks": _sent(
        b"POST /tts HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\na\r\n", 200_000
    ),
    "a long query": _sent(
        b"POST /tts/stream?text=",
        b"%41",
        20_000,
        b" HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n",
    ),
    "a query of many fields": _sent(
        b"POST /tts/stream?text=a", b"&a", 30_000, b" HTTP/1.1\r\nHost: localhost\r\n\r\n"
    ),
    "many headers": _sent(b"GET / HTTP/1.1\r\nHost: localhost\r\n", b"a: b\r\n", 10_000, b"\r\n"),
    "a long header": _sent(
        b"GET / HTTP/1.1\r\nHost: localhost\r\nAccept: ", b"a/b;q=0.1,", 6_000, b"\r\n\r\n"
    ),
    "a range of blanks": _sent(
        b"GET /tts?text=a HTTP/1.1\r\nHost: localhost\r\nRange: bytes=1-", b" ", 60_000, b"x\r\n\r\n"
    ),
    "a host in another alphabet": _sent(b"GET /health HTTP/1.1\r\nHost: ", b"\xe4.", 32_000, b"\r\n\r\n"),
    "an origin in another alphabet": _sent(
        b"GET /health HTTP/1.1\r\nHost: localhost\r\nOrigin: http://", b"\xe4.", 32_000, b"\r\n\r\n"
    ),
    "connections": _connections,
    **{
        path: _got(path)
        for path in (
            "/voices",
            "/languages",
            "/openapi.json",
            "/metrics",
            "/v1/audio/voices?model=crowd",
            "/page",
        )
    },
}

MESSAGES: dict[str, Attack] = {
    "tokens": _framed({"token": "a. "}, times=60_000),
    "nothing": _framed({}, times=60_000),
    "unknown keys": _framed({"tokem": "a"}, times=20_000),
    "many unknown keys": _framed({"token": "a", **{f"k{n}": 1 for n in range(5_000)}}, times=5),
    "flushes": _framed({"token": "a.", "flush": True}, times=20_000),
    "turns": _numbered(lambda n: {"token": "a. ", "turn": f"t{n}"}, 20_000),
    "turns that preempt": _numbered(
        lambda n: {"token": f"a {n}. ", "turn": f"t{n}"}, 20_000, on_new_turn="preempt", max_wait_ms=60_000
    ),
    "cancels": _framed({"token": "a b c d. ", "cancel": True}, times=20_000),
    "a cancel of much": _framed({"pause": True}, *[{"token": "word " * 10_000}] * 4, {"cancel": True}),
    "spaces": _framed(*[{"token": " " * 60_000}] * 15, {"cancel": True}),
    "pauses": _framed({"pause": True}, {"resume": True}, times=10_000),
    "unknown voices": _numbered(lambda n: {"voice": f"af_speaker_1{n:03d}"}, 3_000, backend="crowd"),
    "voices": _numbered(
        lambda n: {"voice": f"af_speaker_{n % 100:03d}", "token": "a"}, 5_000, backend="crowd"
    ),
    "unknown languages": _numbered(lambda n: {"lang": f"qx-{n}"}, 3_000),
    "a long voice": _framed({"voice": "a" + "\u0301\u0316" * 5_000}),
    "a long language": _framed({"lang": "en-" * 20_000}),
    "a long option": _framed({"opts": {"speed" * 12_000: 1}}),
    "many options": _framed({"opts": {f"k{n}": 1 for n in range(5_000)}}),
    "options out of range": _framed({"opts": {"speed": 9e9}}, times=10_000),
    "halves of characters": _framed({"token": "\ud83d" * 10_000}, times=5),
    "escapes and a half": lambda server: send_frames(
        server, frame(b'{"token":"\\ud83d' + rb"\n" * 30_000 + b'"}') * 5
    ),
    "pings": lambda server: send_frames(server, frame(b"x" * 100, 9) * 50_000),
    "fragments": lambda server: send_frames(
        server, frame(b"", 1, final=False) + frame(b"a", 0, final=False) * 60_000
    ),
    "another rate": _framed(
        {"format": {"rate": 44_100}, "backend": "tone", "opts": {"words": False}},
        {"token": "One two. " * 5_000},
    ),
    "word times": _framed({"timestamps": "word", "token": "a b c d e f. " * 4_000}),
}


_START = event("synthesize-start", voice={"name": "tone/low"})
EVENTS: dict[str, Attack] = {
    "the longest line": sent(b'{"type":"x","data":["' + b"x" * 1_048_000 + b'"]}\n'),
    "the longest data": sent(event("synthesize", text="a" * 1_048_000)),
    "the widest data": sent(event("synthesize", text="a", context=[[]] * 340_000)),
    "escapes": sent(b'{"type":"synthesize","data":{"text":"' + rb"\n" * 500_000 + b'"}}\n'),
    "small events": sent(b'{"type":"x"}\n' * 300_000),
    "pings": sent(event("ping", text="x") * 50_000),
    "chunks": sent(_START + event("synthesize-chunk", text="a ") * 50_000),
    "large chunks": sent(_START + event("synthesize-chunk", text="One two. " * 5_000) * 4),
    "texts": sent(event("synthesize", text="One two. " * 200, voice={"name": "tone/low"}) * 90),
    "voices that do not exist": sent(event("synthesize", text="a", voice={"name": "nobody" * 9}) * 90),
    "long names": sent(event("synthesize", text="a", voice={"name": "n" * 1_000_000, "speaker": "x"})),
    "questions": sent(b'{"type":"describe"}\n' * 3_000),
    "a payload": sent(b'{"type":"x","payload_length":99999999}\n' + bytes(20_000_000)),
}


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[ServerProcess, Path]]:
    folder = tmp_path_factory.mktemp("measured")
    file = folder / "callbacks.jsonl"
    program = (str(Path(__file__).parent / "measured_server.py"), str(file))
    with server_process(folder, program=program) as server:
        yield server, file


def _hold_less_than_the_limit(measured: tuple[ServerProcess, Path], attack: Attack) -> None:
    server, file = measured
    longest: list[dict[str, Any]] = []
    for _ in range(TRIES):
        before = file.stat().st_size

        async def attack_and_ask() -> None:
            await attack(server)
            await server.health_s()

        asyncio.run(attack_and_ask())
        lines = file.read_text(encoding="utf-8")[before:].splitlines()
        longest.append(max(map(json.loads, lines), key=lambda each: float(each["ms"]), default={"ms": 0.0}))
        if longest[-1]["ms"] < LIMIT_MS:
            return
    shortest = min(longest, key=lambda each: float(each["ms"]))
    stack = "".join(shortest["stack"][-1:])
    pytest.fail(f"{shortest['callback']} took {shortest['ms']} ms of processor time:\n{stack}")


@pytest.mark.parametrize("pattern", PATTERNS.values(), ids=PATTERNS)
def test_a_text(measured: tuple[ServerProcess, Path], pattern: str) -> None:
    _hold_less_than_the_limit(measured, _streamed(pattern))
    _hold_less_than_the_limit(measured, _as_tokens(pattern, 9_000))
    _hold_less_than_the_limit(measured, _as_tokens(pattern, 480))
    _hold_less_than_the_limit(measured, _as_event(pattern))


@pytest.mark.parametrize(
    "attack",
    [
        pytest.param(attack, id=f"{kind}: {name}")
        for kind, attacks in (
            ("body", BODIES),
            ("document", DOCUMENTS),
            ("packet", PACKETS),
            ("message", MESSAGES),
            ("event", EVENTS),
        )
        for name, attack in attacks.items()
    ],
)
def test_anything_else(measured: tuple[ServerProcess, Path], attack: Attack) -> None:
    _hold_less_than_the_limit(measured, attack)
