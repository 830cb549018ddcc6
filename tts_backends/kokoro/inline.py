"""IPA of any dictionary as the phonemes that Kokoro's voices know, which are misaki's.

misaki writes diphthongs and affricates as one letter, and American English without marks for length (source:
the tables of misaki's `EspeakFallback` and `EspeakG2P`). Phonemes in misaki's own letters stay as they are.
"""

from __future__ import annotations

import re

from voice_server.worker.api import parts_of

_OF_ALL = {"dʒ": "ʤ", "tʃ": "ʧ", "aɪ": "I", "aʊ": "W", "eɪ": "A", "ɔɪ": "Y"}
_SIBILANTS = {"dz": "ʣ", "ts": "ʦ"}
_OF_ENGLISH = {
    **_OF_ALL, "e": "ɛ", "r": "ɹ", "ʁ": "ɹ", "ɻ": "ɹ", "x": "k", "ç": "k", "χ": "k", "ɫ": "l", "ɐ": "ə",
    "ɨ": "ɪ", "ʉ": "u", "y": "u", "ø": "ɜ", "œ": "ɜ", "ɲ": "nj", "ʎ": "lj", "β": "v", "ɣ": "ɡ", "ɚ": "əɹ",
}  # fmt: skip
_READINGS = {
    "a": {**_OF_ENGLISH, "oʊ": "O", "əʊ": "O", "ɝ": "ɜɹ", "ɜːɹ": "ɜɹ", "ɜː": "ɜɹ", "ɒ": "ɑ", "o": "O",
          "a": "æ", "ː": ""},
    "b": {**_OF_ENGLISH, "oʊ": "Q", "əʊ": "Q", "ɝ": "ɜː", "ɚ": "ə", "o": "ɔ", "æ": "a"},
}  # fmt: skip
_LINK = re.compile(r"\]\(/[^()]*/\)")
_OF_OTHERS = {**_OF_ALL, **_SIBILANTS, "oʊ": "O", "əʊ": "Q"}


def phonemes_from_ipa(ipa: str, language: str) -> str:
    """Return the phonemes of the language with this letter for a word's IPA."""
    table = _READINGS.get(language, _OF_OTHERS)
    longest_first = sorted(table, key=len, reverse=True)
    return re.sub("|".join(longest_first), lambda found: table[found[0]], ipa)


def in_own_phonemes(text: str, language: str) -> str:
    """Return `text` with the IPA of its words in the phonemes of the language with this letter.

    misaki takes every address between strokes for phonemes; that of a link becomes another one.
    """
    return "".join(
        f"[{part.text}](/{phonemes_from_ipa(part.ipa, language)}/)"
        if part.ipa
        else _LINK.sub("](link)", part.text)
        for part in parts_of(text)
    )
