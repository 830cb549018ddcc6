"""Sound tags: which words in brackets, like `[sigh]`, are a sound for the engine to make, and not text.

An engine that knows a sound gets it as typed; for every other engine it is dropped and never read out.
Brackets round anything else (`[1]`, `[sic]`, `[John Smith]`) are ordinary text. The vocabulary covers the
tags of Chatterbox, Bark, Orpheus, Dia and ElevenLabs v3, and the variants that language models write.
"""

from __future__ import annotations

import re

_SOUND_STEMS = (
    "applau breath burp chuckl cough cri cry exhal gasp giggl groan grunt gulp hiccup hum inhal laugh moan "
    "mumbl mutter paus pant scoff scream shout shush sigh sing sneez snicker sniff snor sob swallow throat "
    "wheez whimper whisper whistl yawn yell"
)
_MANNERS = (
    "amused amusement angrily angry anxious beat calm calmly cheerful cheerfully curious curiously dramatic "
    "dramatically excited excitedly fear happily happy mischievous mischievously music nervous nervously "
    "sad sadly sarcasm sarcastic sarcastically serious seriously softly surprise surprised tsk uhm"
)
_COMPANIONS = (
    "a an and audience awkward big clear clearing clears deep deeply effect end gentle gently hard heavily "
    "heavy her his light lightly little long loud loudly my nervous of out quick quiet quietly sharp sharply "
    "short slight slightly small soft softly sound start tone under warmly with"
)
"""Words that may stand beside a sound: "soft laughter", "clears throat"."""
_ENDINGS = "bed bing d ding ds e ed er ers es ing le led les ling med ming ped ping s se sed ses sing ter y"
_SOUND_WORD = re.compile(
    rf"(?:{'|'.join(_SOUND_STEMS.split())})(?:{'|'.join(_ENDINGS.split())})?|{'|'.join(_MANNERS.split())}"
)
_COMPANION_WORDS = frozenset(_COMPANIONS.split())
_MAX_WORDS = 4

SOUND_TAG = r"\[(?P<bracketed>[A-Za-z][A-Za-z0-9 _-]{1,39})\](?!\()|<(?P<angled>[A-Za-z]{3,12})>"
"""What may be a tag and is not the text of a link; `is_sound` decides. The source of a pattern."""


def sound_name(inside: str) -> str:
    """Return the name of a tag as in `known_tags` and `dropped_tags`: in lower case, with single spaces."""
    return " ".join(inside.lower().split())


def is_sound(name: str) -> bool:
    """Return whether a tag of this name is a sound or a manner of speaking, and not text in brackets."""
    words = re.split(r"[ _-]", name)
    sounds = [word for word in words if _SOUND_WORD.fullmatch(word)]
    if not sounds or len(words) > _MAX_WORDS:
        return False
    return all(word in _COMPANION_WORDS or word in sounds for word in words)
