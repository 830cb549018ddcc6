"""Compares the adapter's dictionaries of English with misaki's own; run by the backend's python.

Prints as JSON how many words were looked up in both, and those that differ.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[3]))

from tts_backends.kokoro.stand_ins import stand_ins

with stand_ins():
    from misaki import en

    from tts_backends.kokoro.english import _Lexicon

looked_up = 0
different: list[str] = []
for british in (False, True):
    ours, theirs = _Lexicon(british=british), en.Lexicon(british)
    for own, grown in ((ours.golds, theirs.golds), (ours.silvers, theirs.silvers)):
        words = {form for word in grown for form in (word, word.upper(), word.lower(), word.capitalize())}
        looked_up += len(words)
        different += [
            each for each in words if (each in own, own.get(each)) != (each in grown, grown.get(each))
        ]
print(json.dumps([looked_up, different]))
