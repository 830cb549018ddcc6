"""`<python> <voice_server>/playback/player`: plays what it is sent, and tells what has been heard of it.

The same guarded pipes as a worker's, in the server's own environment. The package is put on the path by its
place, so that a player runs wherever the server was started from.
"""

import sys
from pathlib import Path

sys.path[0] = str(Path(__file__).resolve().parents[3])

from voice_server.process.stdio import StdioChannel, die_with_parent, take_descriptors  # noqa: E402 - see above


def _main() -> None:
    requests, answers = take_descriptors()
    die_with_parent()
    from voice_server.playback.player.player_loop import play  # noqa: PLC0415 - the pipes are safe now

    play(StdioChannel(requests, answers))


if __name__ == "__main__":
    _main()
