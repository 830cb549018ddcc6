"""The names that people know from elsewhere."""

from __future__ import annotations

from collections import Counter

from voice_server.voices.known_voices import KNOWN_VOICES


def test_there_are_54_names_of_kokoro_and_13_of_openai() -> None:
    kokoro = [speaker for speaker in KNOWN_VOICES.values() if speaker.language is not None]
    assert (len(kokoro), len(KNOWN_VOICES) - len(kokoro)) == (54, 13)
    assert all(speaker.name == speaker.kokoro for speaker in kokoro)


def test_the_name_says_language_and_gender() -> None:
    siwis = KNOWN_VOICES["ff_siwis"]
    assert (siwis.language, siwis.gender) == ("fr-FR", "female")
    assert KNOWN_VOICES["zm_yunxi"].gender == "male"


def test_no_two_speakers_of_a_language_and_gender_have_the_same_rank() -> None:
    ranks = Counter((speaker.language, speaker.gender, speaker.rank) for speaker in KNOWN_VOICES.values())
    assert max(ranks.values()) == 1


def test_openais_names_stand_for_names_of_kokoro() -> None:
    assert all(speaker.kokoro in KNOWN_VOICES for speaker in KNOWN_VOICES.values())
