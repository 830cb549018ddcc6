"""How many renders begin at a mark that turns out not to end what is said, and are thrown away.

    python -m tests.bench.wasted_renders [SETS]

The project's own answers, and each set of the folder SETS (see splitter_bench.py), are fed by character and
by word to utterances whose every segment finds a free worker at once, with the language given and guessed.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.core.text.splitting.own_sets import answers
from voice_server.core.speech.speech_settings import SpeechSettings, UtteranceLimits
from voice_server.core.speech.utterance import Utterance
from voice_server.core.speech.utterance_inputs import EndText, PushText

_WORD = re.compile(r"\s*\S+|\s+")


def _sets(folder: Path | None) -> Iterator[tuple[str, Sequence[tuple[str, str]]]]:
    """Each set's name, and its texts with their languages."""
    yield "own answers", [(each.text, each.language) for each in answers()]
    for path in sorted(folder.glob("*.json")) if folder else ():
        yield path.stem, [(each["text"], each["lang"]) for each in json.loads(path.read_text())]


def _renders(tokens: Sequence[str], language: str | None) -> tuple[int, int]:
    """How many renders one text has, and how many of them are thrown away."""
    settings = SpeechSettings("b", "v", language=language, first_segment="sentence")
    utterance = Utterance(settings, UtteranceLimits(buffered_chars=10**7), 0.0)
    begun = []
    for token in tokens:
        utterance.receive(PushText(token), 0.0)
        while utterance.waiting_backend is not None:
            begun.append(utterance.dispatch(0.0))
    utterance.receive(EndText(), 0.0)
    while utterance.waiting_backend is not None:
        begun.append(utterance.dispatch(0.0))
    return len(begun), sum(pending.certain_at is None for pending in begun)


def main(folder: Path | None) -> None:
    """Count and print."""
    for name, texts in _sets(folder):
        for feeding in ("by character", "by word"):
            for is_given in (True, False):
                counts = [
                    _renders(
                        list(text) if feeding == "by character" else _WORD.findall(text),
                        language if is_given else None,
                    )
                    for text, language in texts
                ]
                total, wasted = (sum(each) for each in zip(*counts, strict=True))
                print(
                    f"{name}, {feeding}, language {'given' if is_given else 'guessed'}: {wasted} of {total}"
                    f" renders wasted, {100 * wasted / total:.2f} %"
                )


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
