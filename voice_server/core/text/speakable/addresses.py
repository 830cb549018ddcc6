"""The short form of addresses and paths: the host of a URL with its port, the last part of a path."""

from __future__ import annotations

import re
from collections.abc import Iterator

from voice_server.core.text.domains import TOP_LEVEL_DOMAINS
from voice_server.core.text.offsets import Edit

SCHEME = r"(?:https?|ftps?|wss?|ssh|git|file|s3)://"
_PART = r"[A-Za-z0-9_.@+-]"
_NO_URL = r"\s<>\"`|\\^{}\[\]。，、！？；：）」』】》”’"
ADDRESS = rf"""
      (?P<url>(?:{SCHEME}|\b[wW]{{3}}\.)[^{_NO_URL}]++
             |(?<![\w@./\\-])(?:(?:[A-Za-z0-9-]++\.)++(?:{TOP_LEVEL_DOMAINS}|[0-9]{{1,3}}(?=:))|localhost)
              (?=:[0-9]|/|\?[^\s?]|\#)[^{_NO_URL}]++)
    | (?P<path>(?<![\w./\\~:<>@+-])(?:~|\.{{1,2}})?/(?={_PART})(?:{_PART}++/)*+{_PART}*+
              |(?<![\w./\\:@+-])[A-Za-z0-9.](?:{_PART}*+/)++{_PART}++
              |\b[A-Za-z]:\\(?:[^\\/:*?"<>|\s]++\\)++[^\\/:*?"<>|\s]*+)
"""
"""URLs, hosts with a path or a port, and paths of files, as the source of a verbose pattern."""

_WHOLE_ADDRESS = re.compile(ADDRESS, re.VERBOSE)
_HOST = re.compile(
    rf"(?:{SCHEME})?+(?:[^/?\#@]*+@)?+(?:[wW]{{3}}\.(?=[^/?\#]))?+(?P<host>\[[^\]]*\]|[^/?\#:]*+)"
    r"(?::(?P<port>[0-9]{1,5})(?![0-9]))?"
)
_TRAILERS = ".,;:!?'*_~)"
"""Characters behind an address that belong to the sentence."""
_EXTENSION_NAMES = (
    "py js ts jsx tsx mjs cjs json jsonl yaml yml toml ini cfg conf config env lock md mdx rst txt"
    " log csv tsv xml html htm css scss less vue svelte c h cc cpp hpp cs java kt swift go rs rb php"
    " pl lua r m sh bash zsh fish bat ps1 exe dll so sql db sqlite ipynb pdf doc docx xls xlsx ppt"
    " pptx odt png jpg jpeg gif svg webp ico mp3 mp4 wav flac ogg webm zip tar gz bz2 xz 7z rar jar"
    " war whl deb rpm iso pem key crt service proto gradle tex bib"
)
_EXTENSIONS = frozenset(_EXTENSION_NAMES.split())
_PORT = {
    "en": "port", "de": "Port", "fr": "port", "es": "puerto", "it": "porta", "pt": "porta", "nl": "poort",
    "pl": "port", "ru": "порт", "ja": "ポート", "zh": "端口", "hi": "पोर्ट", "ar": "منفذ",
}  # fmt: skip


def without_trailers(address: str) -> str:
    """An address without the marks behind it that belong to the sentence."""
    bare = address.rstrip(_TRAILERS)
    if bare.count("(") > bare.count(")") and address[len(bare) :].startswith(")"):
        bare += ")"
    return bare


def url_edits(text: str, start: int, end: int, language: str) -> Iterator[Edit]:
    """Drop all of a URL but its host, which is what people say, and its port."""
    host = _HOST.match(text, start, end)
    host_start, host_end = host.span("host") if host else (start, end)
    yield Edit(start, host_start)
    if host and host["port"] and host_end > host_start:
        yield Edit(host_end, host.start("port"), f", {_PORT.get(language, _PORT['en'])} ")
        host_end = host.end("port")
    yield Edit(host_end, end)


def path_edits(text: str, start: int, end: int) -> Iterator[Edit]:
    """Drop the folders of a path; a slash between words, units or alternatives is none."""
    path = text[start:end].rstrip(".,;:!?'")
    if not _is_path(path) or text.startswith("*", end):  # a pattern, as ./src/*.py
        return
    end = start + len(path)
    bare = path.rstrip("/\\")
    last = max(bare.rfind("/"), bare.rfind("\\")) + 1
    yield Edit(start, start + last)
    yield Edit(start + len(bare), end)


def _is_path(path: str) -> bool:
    parts = re.split(r"[/\\]", path.rstrip("/\\"))
    if "\\" in path:
        return len(parts) > 2
    if path[0] == "/":
        return len(parts) > 2 and any(character.isalpha() for character in path)
    if path.startswith(("~/", "./", "../")):
        return bool(parts[-1].strip("."))
    stem, _, extension = parts[-1].rpartition(".")
    return bool(stem) and extension in _EXTENSIONS and len(stem + extension) > 2


def code_edits(text: str, start: int, end: int, language: str) -> Iterator[Edit]:
    """What inline code has that is not said: all but the short form of an address, and escapes of a table."""
    if whole := _WHOLE_ADDRESS.fullmatch(text, start, end):
        yield from url_edits(text, start, end, language) if whole["url"] else path_edits(text, start, end)
        return
    for escaped in re.finditer(r"\\(?=\|)|\\\s*\Z", text[start:end]):
        yield Edit(start + escaped.start(), start + escaped.end())
