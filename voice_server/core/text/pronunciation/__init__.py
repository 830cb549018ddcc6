"""How single words are said: the notation for phonemes inside a text, and dictionaries of words."""
