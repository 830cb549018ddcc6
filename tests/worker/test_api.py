"""What an adapter is written against, and what the server itself may use of the worker's side."""

from __future__ import annotations

import ast
from pathlib import Path

import voice_server
from voice_server.worker import api

PACKAGE = Path(voice_server.__file__).parent


def test_an_adapter_may_import_these_names_and_no_others() -> None:
    assert set(api.__all__) == {
        "ANY_SCRIPT",
        "Backend",
        "BackendError",
        "Capabilities",
        "CloneCache",
        "LoudnessFile",
        "MAX_SAMPLE_SECONDS",
        "OF_THE_VOICE",
        "NotSetUp",
        "Option",
        "OptionValue",
        "Pcm",
        "RenderError",
        "RequestError",
        "TextPart",
        "UnknownName",
        "Voice",
        "WordMark",
        "cache_folder",
        "check_sample",
        "complete_options",
        "find_sample",
        "mean_lufs",
        "measured_lufs",
        "parts_of",
        "phoneme_places",
        "sample_voices",
        "samples_folder",
        "share_time",
        "silent_places",
        "unreadable_sample",
        "word_spans",
    }
    assert all(hasattr(api, name) for name in api.__all__)


def test_the_servers_side_imports_of_the_worker_only_where_its_files_are() -> None:
    files = [file for room in ("pool", "provisioning") for file in (PACKAGE / room).glob("*.py")]
    trees = [ast.parse(file.read_text(encoding="utf-8")) for file in files]
    imported = {node.module for tree in trees for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    of_the_worker = {module for module in imported if module and module.startswith("voice_server.worker")}
    assert of_the_worker == {"voice_server.worker.cache_folder", "voice_server.worker.samples"}
