"""Reads texts as the adapter does; run by the backend's python, with `[[language, text], …]` as its argument.

Prints as JSON, for each text, all its phonemes and its parts as `[phonemes, start, end]`, with null for the
place of punctuation.
`--without-tagger` reads as if the tagger's package were not installed.
"""

from __future__ import annotations

import json
import sys
from contextlib import nullcontext
from pathlib import Path
from unittest import mock

sys.path.append(str(Path(__file__).resolve().parents[3]))

from tts_backends.kokoro.phonemes import phonemes_of, tokens_of
from tts_backends.kokoro.stand_ins import stand_ins

with stand_ins():
    import spacy

without = "--without-tagger" in sys.argv
with mock.patch.object(spacy, "load", side_effect=OSError) if without else nullcontext():
    read = [tokens_of(text, language) for language, text in json.loads(sys.argv[1])]
print(
    json.dumps(
        [(phonemes_of(tokens), [(t.phonemes, *(t.word or (None, None))) for t in tokens]) for tokens in read]
    )
)
