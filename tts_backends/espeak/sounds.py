"""IPA in espeak-ng's own names of sounds, which a text may hold in double square brackets.

Each language has its own sounds, and a name may sound otherwise in another one (`a` is æ in English). So the
library is asked once for every voice what each name sounds like, which takes 4 ms. A sound that a voice lacks
is said by the nearest one that it has; a word with a letter that has none is left as it is written.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping

from voice_server.worker.api import parts_of, phoneme_places

_VOWELS = """
@ a A A: a: E e I i O o U u V 0 y Y W 2 8 9 & 3 3: i: e: u: o: O: y: E: I: W: Y: U: &: @: 2: 9: aI aU eI OI OY
oU @U ai au ei oi ou AI AU EI A~ E~ O~ W~ a~ e~ i~ o~ u~ V~ I~ U~ &~ &U~ I# i@ e@ U@ O@ A@ aI@ u- u-: aa a# a2
V# E# o#
"""
_CONSONANTS = """
p b t d k g f v T D s z S Z C x X Q h m n N l r j w ? tS dZ ts dz tS; dZ; pF c J q G B M R r" Q" l^ n^ L r/ t#
* n. t. d. s. z. l. r. S; Z; s; z; J^ l# v# w# H t[ d[ ph th kh t; d; n; l; m; p; f; b; v; g; k; s^ z^ ts. ts;
"""
_MOST_SOUNDS = 100
"""The library has room for 200 in a word, and does not check it."""
_STRESS = {"ˈ": "'", "ˌ": ",", " ": " "}
_SPELLED_OUT = {
    "ɚ": "əɹ",
    "ɝ": "ɜːɹ",
    "ɲ": "nj",
    "ʎ": "lj",
    "ŋ": "nɡ",
    "ʦ": "ts",
    "ʣ": "dz",
    "ʧ": "tʃ",
    "ʤ": "dʒ",
}
_NEAREST = """
ɹ:rɾʁɻʀ r:ɾɹʁʀ ɾ:rɹd ʁ:ʀrɹɣ ʀ:ʁrɹ ɻ:ɹr ɽ:ɾr ɫ:l ɭ:l ʟ:l æ:aɛ a:ɐɑæʌ ɐ:ʌaə ʌ:ɐaə ɑ:aɒɔ ɒ:ɔɑo ɔ:oɒ o:ɔ ɛ:eæ e:ɛ
ɪ:iɨ i:ɪ ʊ:u u:ʊɯ ə:ɐʌɛe ɜ:əœɛ ɘ:əe ɵ:ʊəo ɤ:oʌ ɨ:ɪi ʉ:uy ɯ:uɨ y:ʏiu ʏ:yɪ ø:œəe œ:øɛə ᵻ:ɪi ɥ:jy θ:sft ð:zdv
ʃ:ʂs ʒ:ʐzʃ ɕ:ʃs ʑ:ʒz ʂ:ʃs ʐ:ʒz x:χhk χ:xhk ç:xʃh ʝ:jʒ ɣ:ɡx h:xɦ ɦ:hx ħ:hx ʕ:ʔ ʔ: z:s v:fwb w:vu β:vb ɸ:f ʋ:vw
ɱ:m ɳ:n ɴ:ŋn ʈ:t ɖ:d c:k ɟ:ɡ q:k ɢ:ɡ ɬ:lʃ ʍ:w ɺ:lr
"""
_NEAREST_OF = {sound: near for sound, _, near in (each.partition(":") for each in _NEAREST.split())}
"""In place of a sound that a voice has not, the nearest first; none for one that may be left out."""
_UNSAID = re.compile("[\u0300-\u036fːˑʰʲʷˠ˞˥-˩']")
"""What may be left out where a voice has no such sound."""

Listen = Callable[[Iterable[str]], list[str]]
"""Takes texts and returns what a voice says of each, as IPA with `_` between two sounds."""


def names_of_sounds(listen: Listen) -> dict[str, str]:
    """Return the voice's name for each sound that it has, in IPA."""
    vowels, consonants = _VOWELS.split(), _CONSONANTS.split()
    heard = zip(
        (*vowels, *consonants),
        listen([*(f"[[t'{name}t]]" for name in vowels), *(f"[[a{name}'a]]" for name in consonants)]),
        strict=True,
    )
    names: dict[str, str] = {}
    for name, ipa in heard:
        sounds = ipa.strip().split("_")
        if len(sounds) == 3 and (sound := sounds[1].strip("ˈˌ")) and sound[-1] not in "-^.;#":
            names.setdefault(sound, name)
    return names


def in_own_names(ipa: str, names: Mapping[str, str]) -> str | None:
    """Return IPA in a voice's names of sounds; None where it has nothing like one of them."""
    longest = max(map(len, names), default=0)
    found: list[str] = []
    at = 0
    while at < len(ipa):
        for length in range(min(longest, len(ipa) - at), 0, -1):
            if (name := names.get(ipa[at : at + length])) is not None:
                found.append(name)
                at += length
                break
        else:
            name = _other_name(ipa[at], names)
            if name is None:
                return None
            found.append(name)
            at += 1
    own = "".join(found)
    return own if own.strip(" ',") and len(found) <= _MOST_SOUNDS else None


def _other_name(letter: str, names: Mapping[str, str]) -> str | None:
    """The name of what comes nearest to a sound that has none; None where nothing does."""
    if letter in _STRESS or _UNSAID.match(letter):
        return _STRESS.get(letter, "")
    if letter in _SPELLED_OUT and (parts := in_own_names(_SPELLED_OUT[letter], names)) is not None:
        return parts
    near = _NEAREST_OF.get(letter)
    for each in () if near is None else (letter, *near):
        if (name := names.get(each, names.get(each + "ː"))) is not None:
            return name
    return None if near or near is None else ""


def with_own_names(text: str, names: Mapping[str, str]) -> str:
    """Return `text` with `[[names]]` in place of each word with phonemes; all else stands where it stood.

    A word whose phonemes the voice has not, or has no room for, is as it is written.
    """
    read = []
    places = dict(phoneme_places(text))
    for part in parts_of(text):
        if not part.ipa:
            read.append(part.text.replace("[[", "[ "))
            continue
        room = places[part.start - 1] - part.start + 1
        own = in_own_names(part.ipa, names)
        if own is not None and len(own) + len("[[]]") <= room:
            read.append(f"[[{own.ljust(room - len('[[]]'))}]]")
        else:
            read.append(f" {part.text}".ljust(room))
    return "".join(read)
