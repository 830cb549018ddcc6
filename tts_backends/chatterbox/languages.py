"""The languages of Chatterbox's multilingual model, and the texts in them that it cannot read.

Three of its readers are packages of their own, which are not installed: the one that parts Chinese words
downloads a dictionary when it is loaded, the one that reads kanji is under the GPL, and Hebrew vowels and
Russian stress are not on the index under their names. Without them the package passes the text on as it is.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any

from voice_server.worker.api import RequestError

ENGLISH = "en"
_CODES = {"nb": "no", "cmn": "zh"}  # as other backends tag them, and the package
_TAGS = {code: tag for tag, code in _CODES.items()}
_CHINESE_TABLE = "Cangjie5_TC.json"
_KANJI = range(0x4E00, 0xA000)


def languages_of(model: Any) -> dict[str, str]:
    """The names of the languages that the model reads, by BCP 47 tag, English first."""
    supported: dict[str, str] = getattr(model, "get_supported_languages", dict)()
    tagged = {_TAGS.get(code, code): name for code, name in supported.items()}
    return {ENGLISH: "English"} | tagged


def code_of(language: str) -> str:
    """The package's code of a language."""
    return _CODES.get(language, language)


def use_chinese_table(tokenizing: Any, folder: Path) -> None:
    """Have the package read its table of Chinese characters from the model's folder, not from the hub."""
    tokenizing.hf_hub_download = lambda **_: folder / _CHINESE_TABLE


def check_readable(text: str, language: str, tokenizer: Any) -> None:
    """Raise RequestError for a text of which the model would be given nothing that it knows."""
    if language == "cmn" and not tokenizer.cangjie_converter.word2cj:
        raise _unreadable(f"Chinese needs the file {_CHINESE_TABLE} in the model's folder")
    if language == "ja" and any(ord(letter) in _KANJI for letter in text) and find_spec("pykakasi") is None:
        raise _unreadable("Japanese is read in kana; kanji need the package pykakasi in the environment")


def _unreadable(why: str) -> RequestError:
    return RequestError(why, code="language_unavailable")
