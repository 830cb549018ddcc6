"""What a Python that lacks the server's packages says when it runs one of the scripts: one sentence.

It imports the standard library only, and runs in any Python 3.
"""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path

OLDEST_PYTHON = (3, 11)
PACKAGES = (
    "av", "babel", "click", "emoji", "espeakng_loader", "httptools", "jwt", "latex2mathml", "miniaudio",
    "msgpack", "msgspec", "numpy", "platformdirs", "pluggy", "prometheus_client", "prompt_toolkit",
    "pybase64", "python_multipart", "regex", "soxr", "starlette", "unicode_rbnf", "uvicorn", "uvloop",
    "websockets", "yaml",
)  # fmt: skip
"""The modules of all packages that the server depends on."""
_ROOT = Path(__file__).resolve().parent.parent


def require_packages(program: str) -> None:
    """End the program with a sentence that says what helps, where this Python cannot run it.

    `program` is what stands behind `uv run` to run it with the right one.
    """
    if sys.version_info < OLDEST_PYTHON:
        wanted, found = (".".join(map(str, version[:2])) for version in (OLDEST_PYTHON, sys.version_info))
        sys.exit(
            f"error: voice-server needs Python {wanted} or later, and this is {found}; run: uv run {program}"
        )
    missing = [name for name in PACKAGES if find_spec(name) is None]
    if missing:
        some = missing[0] if len(missing) == 1 else f"{missing[0]} and {len(missing) - 1} more"
        sys.exit(
            f"error: this Python ({sys.executable}) lacks packages that voice-server needs ({some}); run: "
            f"uv run {program} (or, in an environment of yours: pip install -r {_ROOT / 'requirements.txt'})"
        )
