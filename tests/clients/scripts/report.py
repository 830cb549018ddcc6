"""What every program of a client prints: a JSON object of scenes, and in each what the client received."""

from __future__ import annotations

import base64
import json
import sys
from collections.abc import Iterable

Scene = dict[str, object]


def server_of() -> tuple[str, str]:
    """The base URL of the server (http://…) and the key, from the command line."""
    url, key = sys.argv[1:]
    return url, key


def sound(pieces: Iterable[bytes]) -> str:
    """Sound as it stands in a scene."""
    return base64.b64encode(b"".join(pieces)).decode()


def report(scenes: dict[str, Scene]) -> None:
    """Print everything, on a line of its own behind whatever the client printed."""
    print("\n" + json.dumps(scenes))
