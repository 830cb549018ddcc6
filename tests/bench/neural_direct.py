"""Kokoro's package called directly, for comparison; run by the backend's python: CHECKPOINT.

For every line on stdin it speaks that line and writes the seconds it took and the seconds of audio.
"""

from __future__ import annotations

import json
import sys
import time
import warnings
from pathlib import Path

warnings.simplefilter("ignore")

import torch  # noqa: E402
from kokoro import KModel, KPipeline  # noqa: E402
from loguru import logger  # noqa: E402


def main(folder: Path) -> None:
    """Answer every line."""
    logger.disable("kokoro")
    weights = str(next(folder.glob("*.pth")))
    model = KModel(repo_id="hexgrad/Kokoro-82M", config=str(folder / "config.json"), model=weights).eval()
    pipeline = KPipeline("e", repo_id="hexgrad/Kokoro-82M", model=model)
    voice = str(folder / "voices" / "ef_dora.pt")
    for line in sys.stdin:
        torch.manual_seed(7)
        began = time.perf_counter()
        audio = [result.audio for result in pipeline(line.strip(), voice=voice)]
        took_s = time.perf_counter() - began
        print(json.dumps([took_s, sum(map(len, audio)) / 24_000]), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
