"""Laughs and sighs: bracketed words of the text, as the model's tokenizer spells them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

# What people write, and what the models' tokenizers may hold for it, the best first.
_TAGS = {
    "laugh": ("[laugh]", "[laughter]"),
    "chuckle": ("[chuckle]", "[giggle]"),
    "sigh": ("[sigh]",),
    "cough": ("[cough]",),
    "throat": ("[clear throat]", "[clear_throat]"),
    "clear throat": ("[clear throat]", "[clear_throat]"),
    "sneeze": ("[sneeze]",),
    "sniff": ("[sniff]",),
    "gasp": ("[gasp]",),
    "groan": ("[groan]",),
    "shush": ("[shush]",),
}


def known_tags(tokenizer: Any) -> dict[str, str]:
    """The sounds that this tokenizer has a token for: as people write them, and as it does."""
    inner = getattr(tokenizer, "tokenizer", tokenizer)
    vocabulary = inner.get_vocab()
    spellings = {tag: [each for each in forms if each in vocabulary] for tag, forms in _TAGS.items()}
    return {tag: forms[0] for tag, forms in spellings.items() if forms}


def spell_tags(text: str, tags: Mapping[str, str]) -> str:
    """Write the tags in `text` as the tokenizer does."""
    return re.sub(
        r"\[([A-Za-z _]+)\]", lambda found: tags.get(" ".join(found[1].lower().split()), found[0]), text
    )
