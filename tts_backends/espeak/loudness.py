"""How loud espeak-ng speaks, in LUFS at its usual volume.

Measured over three sentences with each variant, over a text in each of some thirty languages, and over
numbers in all. Languages lie within 2.6 of one figure but for those listed, of which two have files that set
a volume. A variant that is not listed is within 1 of it.
"""

from __future__ import annotations

_USUAL_LUFS = -20.6
_LUFS_OF_LANGUAGE = {
    "be": -23.1, "chr-us-qaaa-x-west": -26.4, "haw": -15.0, "mi": -11.0, "piqd": -16.2, "tn": -18.5,
    "vi-vn-x-south": -18.1,
}  # fmt: skip
_KEEPS_ITS_VOLUME = "haw"
"""A variant takes the place of a language's own volume in all others."""
_VARIANTS = """
Alex -22.3, Alicia -19.1, Andrea -15.9, Andy -17.3, AnxiousAndy -15.8, Demonic -17.2, Denis -25.7, Diogo
-25.3, Gene -17.4, Gene2 -16.5, Henrique -25.6, Hugo -29.1, Jacky -11.2, Marco -14.5, Michael -19.1,
Mike -24.2, Mr_serious -15.5, Nguyen -22.0, Reed -18.7, RicishayMax -23.7, RicishayMax2 -24.5,
RicishayMax3 -24.6, Storm -16.1, Tweaky -16.4, UniRobot -22.4, anika -18.2, anikaRobot -19.0, announcer
-21.8, antonio -10.8, aunty -19.2, belinda -17.4, benjamin -21.7, boris -22.2, caleb -28.4, david -23.1,
ed -13.7, edward -19.2, edward2 -22.3, f1 -19.4, f2 -19.2, f4 -19.1, gustave -16.7, ian -27.8, iven
-8.5, iven2 -15.7, iven3 -18.1, iven4 -21.9, john -15.8, klatt -28.5, klatt2 -27.7, klatt4 -18.6, klatt5
-18.2, linda -17.6, m1 -22.1, m2 -22.3, m5 -21.6, m8 -25.7, marcelo -19.6, max -22.3, miguel -18.7,
mike2 -17.3, norbert -17.9, pablo -17.8, paul -14.6, pedro -16.4, quincy -23.1, rob -22.8, robert -22.5,
robosoft4 -23.3, robosoft5 -22.4, robosoft6 -25.4, robosoft7 -23.0, robosoft8 -22.2, sandro -17.9,
shelby -19.2, steph2 -16.2, steph3 -14.5, travis -19.0, victor -26.3, whisper -22.7, whisperf -17.4, zac
-15.3
"""
_LUFS_OF_VARIANT = {
    name.replace("_", " "): float(lufs)
    for name, lufs in (each.split() for each in " ".join(_VARIANTS.split()).split(", "))
}


def loudness_of(language: str, variant: str) -> float:
    """Return the loudness of a language's voice with a variant, "" for none."""
    if variant and language != _KEEPS_ITS_VOLUME:
        return _LUFS_OF_VARIANT.get(variant, _USUAL_LUFS)
    return _LUFS_OF_LANGUAGE.get(language, _USUAL_LUFS)
