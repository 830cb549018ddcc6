"""Which voice a name means."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

import pytest

from tts_backends.espeak.backend import Backend
from voice_server.core.types import Voice
from voice_server.errors import RequestError, UnknownName
from voice_server.voices.catalogue import VoiceCatalogue
from voice_server.voices.known_voices import KNOWN_VOICES

VOICES = (
    Voice("en-us", "American", "en-US", "male", "espeak"),
    Voice("af", "Afrikaans", "af", "male", "espeak"),
    Voice("de", "German", "de", "male", "espeak"),
    Voice("en-gb", "British", "en-GB", "male", "espeak"),
    Voice("fr-fr", "French", "fr-FR", "male", "espeak"),
    Voice("+Annie", "Annie", "mul", "female", "espeak"),
    Voice("+f3", "female3", "mul", "female", "espeak"),
    Voice("+m3", "male3", "mul", "male", "espeak"),
    Voice("af_heart", "Heart", "en-US", "female", "kokoro"),
    Voice("af_nova", "Nova", "en-US", "female", "kokoro"),
    Voice("am_adam", "Adam", "en-US", "male", "kokoro"),
    Voice("7", "Seven", "it", "", "kokoro"),
)


READING = (
    *VOICES,
    Voice("ru", "Russian", "ru", "male", "espeak"),
    Voice("ja", "Japanese", "ja", "male", "espeak", scripts="Hrkt"),
    Voice("zm_yun", "Yun", "zh-CN", "male", "kokoro"),
    Voice("zf_mei", "Mei", "zh-CN", "female", "kokoro"),
)


def catalogue(
    aliases: Mapping[str, str] | None = None, default: str | None = None, backend: str = "espeak"
) -> VoiceCatalogue:
    return VoiceCatalogue(VOICES, {backend: aliases or {}}, {backend: default} if default else {})


def resolved(name: str | int | None, backend: str = "espeak", language: str | None = None) -> str:
    return catalogue().resolve(name, backend=backend, language=language).voice.id


@pytest.mark.parametrize(
    ("name", "voice"),
    [
        ("de", "de"),
        ("DE", "de"),
        (" de ", "de"),
        ("en-US", "en-us"),
        (1, "en-us"),
        ("3", "de"),
        (None, "en-us"),
        ("", "en-us"),
        ("de+f3", "de+f3"),
        ("De+F3", "de+f3"),
        ("+f3", "en-us+f3"),
        ("fr", "fr-fr"),
        ("de-DE", "de"),
        ("de_AT", "de"),
        ("DE-Latn-CH", "de"),
        ("fr-CA", "fr-fr"),
        ("en-AU", "en-us"),
        ("de.wav", "de"),
        ("DE.MP3", "de"),
    ],
)
def test_a_name_means_a_voice(name: str | int | None, voice: str) -> None:
    found = catalogue().resolve(name, backend="espeak")
    assert (found.voice.id, found.warning) == (voice, None)


def test_a_speaker_brings_the_gender_and_the_language_stays() -> None:
    voice = catalogue().resolve("de+f3", backend="espeak").voice
    assert (voice.language, voice.gender, voice.name) == ("de", "female", "German, female3")


@pytest.mark.parametrize(
    ("voice", "backend", "scripts"),
    [
        ("en-us", "espeak", ""),
        ("ru+f3", "espeak", "Cyrl"),
        ("ja", "espeak", "Hrkt"),
        ("af_heart", "kokoro", ""),
        ("zf_mei(1)+am_adam(1)", "kokoro", "Hani"),
        ("somebody", "kokoro", "Zyyy"),
    ],
)
def test_a_voice_reads_what_its_backend_says_or_its_language_is_written_in(
    voice: str, backend: str, scripts: str
) -> None:
    assert VoiceCatalogue(READING).scripts_read(voice, backend) == frozenset(scripts.split())


@pytest.mark.parametrize(
    ("language", "scripts", "backend", "like", "reader"),
    [
        ("ru", "Cyrl", "espeak", "en-us", "ru"),
        ("ru", "Cyrl", "espeak", "en-us+f3", "ru+f3"),
        ("zh", "Hani", "kokoro", "af_heart", "zf_mei"),
        ("zh-CN", "Hani", "kokoro", "am_adam", "zm_yun"),
        ("zh", "Hani", "kokoro", "af_heart(1)+am_adam(1)", "zm_yun"),
        ("ja", "Hrkt", "espeak", "en-us", "ja"),
        ("ja", "Hani Hrkt", "espeak", "en-us", None),
        ("zh", "Hani", "espeak", "en-us", None),
    ],
)
def test_who_reads_a_script_has_its_language_and_is_like_the_voice(
    language: str, scripts: str, backend: str, like: str, reader: str | None
) -> None:
    wanted = frozenset(scripts.split())
    found = VoiceCatalogue(READING).reader(language, wanted, backend=backend, like=like)
    assert (found.id if found else None) == reader


def test_an_id_that_is_a_number_comes_before_the_number() -> None:
    assert resolved("7", backend="kokoro") == "7"


@pytest.mark.parametrize("number", [0, -1, 9, 10**12, "0", "9"])
def test_a_number_beyond_the_list_says_how_many_there_are(number: int | str) -> None:
    with pytest.raises(RequestError, match="there are 8, counted from 1") as refused:
        resolved(number)
    assert refused.value.code == "unknown_voice"


def test_the_numbers_are_those_of_the_list() -> None:
    listed = catalogue().numbered("kokoro")
    assert [number for number, _ in listed] == [1, 2, 3, 4]
    assert all(resolved(number, "kokoro") == voice.id for number, voice in listed)
    assert catalogue().numbered("nothing") == []


@pytest.mark.parametrize(
    ("language", "voice"), [("en", "en-us"), ("en-GB", "en-gb"), ("de-AT", "de"), ("fr", "fr-fr")]
)
def test_a_language_alone_picks_its_best_voice(language: str, voice: str) -> None:
    assert resolved(None, language=language) == voice


def test_the_default_voice_speaks_its_language() -> None:
    chosen = catalogue(default="en-gb")
    assert chosen.resolve(None, backend="espeak").voice.id == "en-gb"
    assert chosen.resolve(None, backend="espeak", language="en").voice.id == "en-gb"
    assert chosen.resolve("+f3", backend="espeak").voice.id == "en-gb+f3"


@pytest.mark.parametrize(
    ("default", "voice"), [("+f3", "en-us+f3"), ("de+f3", "de+f3"), ("af_heart", "en-us+Annie")]
)
def test_the_default_voice_may_be_any_name(default: str, voice: str) -> None:
    chosen = catalogue(default=default)
    assert chosen.resolve(None, backend="espeak").voice.id == voice
    assert chosen.resolve("+m3", backend="espeak").voice.id == voice.partition("+")[0] + "+m3"


def test_a_default_voice_that_does_not_exist_is_an_error_when_it_is_needed() -> None:
    chosen = catalogue(default="nobody")
    with pytest.raises(UnknownName, match="nobody"):
        chosen.resolve(None, backend="espeak")
    assert chosen.resolve("de", backend="espeak").voice.id == "de"


def test_a_voice_named_wins_over_the_language() -> None:
    assert resolved("de", language="fr") == "de"


def test_an_alias_is_no_substitute() -> None:
    chosen = catalogue({"Narrator": "en-gb+m3", "nova": "de", "star": "af_heart"})
    for name, voice in (("narrator", "en-gb+m3"), ("NOVA", "de"), ("star", "en-us+Annie")):
        found = chosen.resolve(name, backend="espeak")
        assert (found.voice.id, found.warning) == (voice, None)


def test_a_backends_own_name_wins_over_an_alias() -> None:
    assert catalogue({"de": "en-gb"}).resolve("de", backend="espeak").voice.id == "de"


def test_a_name_known_from_elsewhere_is_spoken_by_the_nearest_with_a_warning() -> None:
    found = catalogue().resolve("bm_george", backend="espeak")
    assert found.voice.id == "en-gb"
    assert found.warning is not None
    assert found.warning.code == "voice_substituted"
    assert "bm_george" in found.warning.message
    assert "en-gb" in found.warning.message


def test_the_language_asked_for_is_spoken_by_the_substitute() -> None:
    found = catalogue().resolve("shimmer", backend="espeak", language="de").voice
    assert (found.language, found.gender) == ("de", "female")
    assert resolved("af_heart", language="fr") == "fr-fr+Annie"


def test_openais_name_is_kokoros_where_it_has_one() -> None:
    assert resolved("nova", backend="kokoro") == "af_nova"
    assert resolved("af_heart", backend="kokoro") == "af_heart"
    assert catalogue().resolve("af_heart", backend="kokoro").warning is None


def test_a_backend_without_speakers_offers_who_is_nearest() -> None:
    assert resolved("bm_lewis", backend="kokoro", language="en-US") == "am_adam"
    assert resolved("if_sara", backend="kokoro") == "7"


def test_a_language_that_nobody_speaks_is_no_substitution() -> None:
    with pytest.raises(UnknownName, match="unknown language 'ja'"):
        resolved("jf_alpha")
    with pytest.raises(UnknownName, match="unknown language 'xx'"):
        resolved(None, language="xx")
    with pytest.raises(UnknownName, match="unknown language 'mul'"):
        resolved(None, language="mul")


@pytest.mark.parametrize(
    ("name", "near"),
    [("af_hart", "af_heart"), ("de+f33", "de+f3"), ("en-ub", "en-us"), ("narator", "narrator")],
)
def test_an_unknown_name_lists_near_ones(name: str, near: str) -> None:
    with pytest.raises(UnknownName, match="did you mean") as refused:
        catalogue({"narrator": "de"}).resolve(name, backend="espeak")
    assert near in refused.value.message
    assert refused.value.code == "unknown_voice"


@pytest.mark.parametrize(
    "name",
    [
        "../de",
        "de+../x",
        "de+de",
        "+f3+f3",
        "+",
        "de+",
        "١",
        "1.5",
        "mul",
        "it-IT",
        "zh-CN",
        "de-QQ",
        "de.txt",
        ".wav",
        "x.wav",
        "x" * 500,
    ],
)
def test_what_means_nothing_is_refused(name: str) -> None:
    if name == "١":  # a digit in Arabic script counts too
        assert resolved(name) == "en-us"
        return
    with pytest.raises(UnknownName):
        resolved(name)


def test_an_unknown_backend_is_refused() -> None:
    with pytest.raises(UnknownName, match="unknown backend"):
        resolved(None, backend="nobody")


def test_on_espeak_every_name_known_from_elsewhere_speaks_and_names_of_one_kind_differ() -> None:
    espeak = VoiceCatalogue(replace(voice, backend="espeak") for voice in Backend().voices())
    spoken = {name: espeak.resolve(name, backend="espeak").voice for name in KNOWN_VOICES}
    for known in KNOWN_VOICES.values():
        assert spoken[known.name].gender == known.gender
        assert spoken[known.name].language == (known.language or "en-US")
    kokoro = Counter(spoken[known.name].id for known in KNOWN_VOICES.values() if known.language)
    openai = Counter(spoken[known.name].id for known in KNOWN_VOICES.values() if not known.language)
    assert max(*kokoro.values(), *openai.values()) == 1


def test_a_known_name_may_carry_the_suffix_of_a_recording() -> None:
    assert resolved("alloy.wav", backend="kokoro") == resolved("alloy", backend="kokoro")


def test_a_name_may_be_typed_with_its_accents_apart() -> None:
    recorded = VoiceCatalogue([Voice("Zo\u00eb", "Zoë", "en", "", "one", "sample")])
    assert recorded.resolve(" Zoe\u0308 ", backend="one").voice.id == "Zo\u00eb"


@pytest.mark.parametrize(
    "text", ["af_heart" * 8000, "a" + "\u0301\u0316" * 15_000, "en-" * 20_000, "+" * 60_000]
)
def test_a_name_that_is_too_long_to_be_one_is_not_even_compared(text: str) -> None:
    with pytest.raises(UnknownName, match="unknown voice"):
        resolved(text)
    with pytest.raises(UnknownName, match="unknown language"):
        resolved(None, language=text)
    with pytest.raises(UnknownName, match="unknown language"):
        resolved("de", language=text)


def test_what_was_meant_is_found_among_a_thousand_voices() -> None:
    voices = [Voice(f"{kind}_speaker_{n:03d}", "", "en", "", "crowd") for kind in "abcde" for n in range(200)]
    with pytest.raises(UnknownName, match="did you mean c_speaker_117"):
        VoiceCatalogue([*voices, VOICES[0]]).resolve("c_speker_117", backend="crowd")


MANY = tuple(Voice(f"voice-number-{number:05}", "", "en", "", "many") for number in range(20_000))


def test_a_wrong_name_among_very_many_is_told_with_those_that_are_like_it() -> None:
    many = VoiceCatalogue(MANY)
    with pytest.raises(UnknownName, match="did you mean voice-number-12") as caught:
        many.resolve("voice-number-1234x", backend="many")
    assert "there are 2" in caught.value.message
    assert len(caught.value.message) < 400


def test_voices_that_did_not_change_are_not_put_in_order_again_and_those_that_did_are() -> None:
    first = VoiceCatalogue((*VOICES, *MANY), {}, {"many": MANY[5].id})
    one_more = Voice("new", "", "en", "", "espeak")
    second = VoiceCatalogue((*VOICES, one_more, *MANY), {}, {"many": MANY[5].id}, first)
    assert second.listings["many"] is first.listings["many"]
    assert second.resolve(None, backend="many").voice == MANY[5]
    assert second.resolve("new", backend="espeak").voice == one_more
    third = VoiceCatalogue((*VOICES, *MANY[1:]), {}, {"many": MANY[5].id}, second)
    assert [number for number, voice in third.numbered("many") if voice == MANY[7]] == [7]
    with pytest.raises(UnknownName):
        third.resolve("new", backend="espeak")


LEFT_OUT = {"kokoro": {"ja": "Japanese needs packages", "cmn": "Mandarin needs packages"}}


@pytest.mark.parametrize(
    ("name", "language", "told"),
    [
        ("jf_alpha", None, "Japanese needs packages"),
        ("zm_yunxi", None, "Mandarin needs packages"),
        ("ja-JP", None, "Japanese needs packages"),
        ("zh", None, "Mandarin needs packages"),
        (None, "zh-Hans-CN", "Mandarin needs packages"),
        ("alloy", "ja", "Japanese needs packages"),
    ],
)
def test_a_voice_or_language_that_the_set_up_left_out_is_an_error_that_says_how_to_get_it(
    name: str | None, language: str | None, told: str
) -> None:
    found = VoiceCatalogue(VOICES, left_out=LEFT_OUT)
    with pytest.raises(RequestError) as caught:
        found.resolve(name, backend="kokoro", language=language)
    assert (caught.value.message, caught.value.code) == (told, "language_unavailable")


@pytest.mark.parametrize(
    ("name", "backend", "kind"),
    [("ko", "kokoro", "voice"), ("ja", "espeak", "voice"), ("jazz", "kokoro", "voice")],
)
def test_other_names_are_as_unknown_as_where_nothing_was_left_out(name: str, backend: str, kind: str) -> None:
    with pytest.raises(UnknownName) as caught:
        VoiceCatalogue(VOICES, left_out=LEFT_OUT).resolve(name, backend=backend)
    assert caught.value.kind == kind


def test_names_for_which_another_voice_stands_in_are_not_counted_among_the_voices() -> None:
    with pytest.raises(UnknownName) as caught:
        VoiceCatalogue(MANY[:3]).resolve("af_hart", backend="many")
    listed = ", ".join(voice.id for voice in MANY[:3])
    assert caught.value.message.endswith(f"there are 3: {listed}")
    assert "did you mean af_heart" in caught.value.message


def test_to_ask_whether_a_name_means_something_composes_no_message(monkeypatch: pytest.MonkeyPatch) -> None:
    catalogue = VoiceCatalogue(MANY[:3])
    monkeypatch.setattr("voice_server.voices.catalogue.UnknownName", None)
    assert not catalogue.knows("nobody", backend="many")
    assert not catalogue.knows("nobody", backend="of nobody")
    assert not catalogue.knows("99", backend="many")
    assert catalogue.knows("3", backend="many")
