"""Names become voices, mixes and options, and every substitution is a warning."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from tests.arithmetic_pool import SPEED, ArithmeticPool, config_of
from tests.natural_engines import natural_config
from voice_server.core.speech.speech_settings import FirstSegment, MarkupPolicy, SpeechRequest
from voice_server.core.text.directives import Style
from voice_server.core.types import NORMALIZED_KINDS, Option, Segment, SpeechWarning, Voice
from voice_server.errors import BackendDown, RequestError, UnknownName
from voice_server.pool.worker_pool import BackendState, BackendStatus
from voice_server.voices.mixes import MixStore
from voice_server.voices.pronunciation_file import PronunciationFile
from voice_server.voices.resolver import VoiceResolver


def resolver_of(pool: ArithmeticPool | None = None, *, fallback: str | None = None) -> VoiceResolver:
    pool = pool or ArithmeticPool(mixes=True)
    return VoiceResolver(pool, config_of(*pool.names, fallback=fallback), MixStore())


RUSSIAN = Voice("olga", "Olga", "ru", "female")


def test_a_mix_becomes_the_ids_of_its_voices_and_the_language_of_the_first() -> None:
    settings, warnings = resolver_of().settings(SpeechRequest(voice="bert(2)+af_sky"))
    assert (settings.voice, settings.language) == ("bert(2)+alba(1)", None)
    assert [warning.code for warning in warnings] == ["voice_substituted"]


def test_a_saved_mix_is_a_voice() -> None:
    resolver = resolver_of()
    resolver.save_mix("mine", "alba(3)+bert", "one")
    settings, _ = resolver.settings(SpeechRequest(voice=" mine "))
    assert settings.voice == "alba(3)+bert(1)"


def test_text_in_another_script_is_read_by_a_voice_of_its_language() -> None:
    resolver = resolver_of(ArithmeticPool(("one", "two"), options=(), more_voices=(RUSSIAN,)))
    settings, _ = resolver.settings(SpeechRequest(voice="alba"))
    assert (settings.reads, settings.script) == (frozenset(), "switch")
    assert settings.find_reader is not None
    reader = settings.find_reader(settings, frozenset({"Cyrl"}), "ru")
    assert reader is not None
    assert (reader.backend, reader.voice, reader.find_reader) == ("two", "olga", None)
    assert settings.find_reader(settings, frozenset({"Hani"}), "zh") is None


def test_a_backend_that_reads_many_languages_reads_with_the_same_voice() -> None:
    languages = Option("language", "choice", "en", choices=("en", "ru"))
    resolver = resolver_of(ArithmeticPool(("one", "two"), options=(languages,), more_voices=(RUSSIAN,)))
    settings, _ = resolver.settings(SpeechRequest(voice="alba", script="keep"))
    assert (settings.reads, settings.script) == (frozenset(), "keep")
    assert settings.find_reader is not None
    reader = settings.find_reader(settings, frozenset({"Cyrl"}), "ru")
    assert reader is not None
    assert (reader.backend, reader.voice, reader.options["language"]) == ("one", "alba", "ru")
    settings, _ = resolver.settings(SpeechRequest(voice="alba", language="ru"))
    assert settings.reads == frozenset({"Cyrl"})


def test_a_voice_reads_its_own_script_unless_another_language_is_wanted() -> None:
    languages = Option("language", "choice", "voice", choices=("voice", "en", "ru"))
    resolver = resolver_of(ArithmeticPool(("one", "two"), options=(languages,), more_voices=(RUSSIAN,)))
    olga = SpeechRequest(voice="olga", backend="two")
    assert resolver.settings(olga)[0].reads == frozenset({"Cyrl"})
    english = replace(olga, options={"language": "en"})
    assert resolver.settings(english)[0].reads == frozenset()


def test_what_an_engine_does_not_read_itself_is_put_into_the_words_of_its_voice() -> None:
    resolver = resolver_of(ArithmeticPool(mixes=True, normalizes=("numbers",)))
    settings, _ = resolver.settings(SpeechRequest(voice="bert"))
    assert (settings.spoken_language, settings.normalized_kinds) == ("de", NORMALIZED_KINDS - {"numbers"})
    settings, _ = resolver.settings(SpeechRequest(voice="alba(2)+bert", normalize=["numbers", "dates"]))
    assert (settings.spoken_language, settings.normalized_kinds) == ("en-US", frozenset({"dates"}))
    settings, _ = resolver.settings(SpeechRequest(normalize=False))
    assert settings.normalized_kinds == frozenset()


def test_a_voice_that_speaks_the_language_of_an_option_says_its_numbers_too() -> None:
    languages = Option("language", "choice", "en", choices=("en", "ru"))
    resolver = resolver_of(ArithmeticPool(options=(languages,)))
    settings, _ = resolver.settings(SpeechRequest(voice="alba", options={"language": "ru"}))
    assert settings.spoken_language == "ru"


def test_a_mix_needs_a_backend_that_can_and_names_those() -> None:
    pool = ArithmeticPool(("one", "two"))
    with pytest.raises(RequestError, match="one cannot mix voices; backends that can: none"):
        resolver_of(pool).settings(SpeechRequest(voice="alba(2)+bert"))
    assert not resolver_of(pool).can_mix("nobody")


def test_a_plus_alone_makes_no_mix_of_an_unknown_voice() -> None:
    with pytest.raises(UnknownName, match=r"unknown voice 'de\+f99'"):
        resolver_of().settings(SpeechRequest(voice="de+f99"))


def test_a_number_and_a_wrong_language_are_errors_of_their_own() -> None:
    with pytest.raises(RequestError, match="no voice number 9"):
        resolver_of().settings(SpeechRequest(voice=9))
    with pytest.raises(UnknownName, match="unknown language"):
        resolver_of().settings(SpeechRequest(language="tlh"))


@pytest.mark.parametrize(
    ("streams", "asked", "settled"),
    [
        (True, None, "sentence"),
        (False, None, "clause"),
        (True, "clause", "clause"),
        (False, "sentence", "sentence"),
    ],
)
def test_the_first_segment_is_what_a_client_wants_and_else_what_suits_the_engine(
    streams: bool, asked: FirstSegment | None, settled: FirstSegment
) -> None:
    resolver = resolver_of(ArithmeticPool(streams=streams))
    settings, _ = resolver.settings(SpeechRequest(first_segment=asked))
    assert settings.first_segment == settled


def test_a_speed_is_the_option_of_that_name() -> None:
    settings, _ = resolver_of().settings(SpeechRequest(speed=1.5))
    assert settings.options["speed"] == 1.5
    settings, _ = resolver_of().settings(SpeechRequest(speed=1.5, options={"speed": 0.5}))
    assert settings.options["speed"] == 0.5
    with pytest.raises(RequestError, match="option speed must be a number from"):
        resolver_of().settings(SpeechRequest(speed=9))


def test_a_speed_of_1_is_for_every_backend_and_another_one_for_those_that_have_it() -> None:
    without_speed = resolver_of(ArithmeticPool(options=()))
    settings, warnings = without_speed.settings(SpeechRequest(speed=1))
    assert ("speed" in settings.options, warnings) == (False, [])
    for request in (SpeechRequest(speed=1.5), SpeechRequest(options={"speed": 1})):
        with pytest.raises(UnknownName, match="unknown option 'speed'"):
            without_speed.settings(request)


def test_a_backend_that_is_down_is_replaced_by_its_fallback_or_refused() -> None:
    pool = ArithmeticPool(("one", "two"), down={"one"})
    settings, warnings = resolver_of(pool, fallback="two").settings(SpeechRequest())
    assert settings.backend == "two"
    sentence = "two speaks in place of one: backend one is not running: the backend one has no model"
    assert warnings == [SpeechWarning("backend_fallback", sentence)]
    with pytest.raises(BackendDown, match="backend one is not running: the backend one has no model"):
        resolver_of(pool).settings(SpeechRequest())
    with pytest.raises(UnknownName, match="unknown backend"):
        resolver_of(pool).settings(SpeechRequest(backend="nine"))


@pytest.mark.parametrize(
    "request_", [SpeechRequest(voice="my recording"), SpeechRequest(options={"exaggeration": 1.0})]
)
def test_what_only_a_backend_that_is_down_would_know_is_no_unknown_name(request_: SpeechRequest) -> None:
    pool = ArithmeticPool(("one", "two"), down={"one"})
    with pytest.raises(BackendDown, match="the backend one has no model"):
        resolver_of(pool, fallback="two").settings(request_)


def test_a_backend_that_is_not_set_up_says_so_in_the_code() -> None:
    pool = ArithmeticPool(("one",), down={"one"}, down_state=BackendState.NOT_SET_UP)
    with pytest.raises(BackendDown) as refused:
        resolver_of(pool).settings(SpeechRequest(voice="my recording"))
    assert refused.value.code == "not_set_up"


def test_a_segment_for_the_fallback_keeps_what_that_one_knows() -> None:
    resolver = resolver_of(ArithmeticPool(("one", "two")))
    segment = Segment("one", "Hi.", "bert", {"speed": 1.5, "pitch": 3}, seed=7)
    assert resolver.fallback_segment(segment, "two") == Segment("two", "Hi.", "bert", {"speed": 1.5}, 7)
    stranger = Segment("one", "Hi.", "nobody", {"speed": 99})
    assert resolver.fallback_segment(stranger, "two") == Segment("two", "Hi.", "alba", {"speed": 1.0})


OWN_SSML = Option("ssml", "boolean", default=False)


@pytest.mark.parametrize("options", [(SPEED,), (SPEED, OWN_SSML)])
@pytest.mark.parametrize(
    ("ssml", "given", "markup"),
    [(True, "strip", "ssml"), (False, "strip", "strip"), (None, "strip", "strip"), (None, "ssml", "ssml")],
)
def test_ssml_is_a_kind_of_markup_whether_a_backend_has_an_option_for_it_or_not(
    options: tuple[Option, ...], ssml: bool | None, given: MarkupPolicy, markup: str
) -> None:
    resolver = resolver_of(ArithmeticPool(("one", "two"), options=options))
    request = SpeechRequest(markup=given, options={} if ssml is None else {"ssml": ssml}, voice="alba")
    settings, _ = resolver.settings(request)
    assert settings.find_style is not None
    other, _ = settings.find_style(settings, Style(voice="two/bert"))
    for found in (settings, other):
        assert (found.markup, found.options.get("ssml", False)) == (markup, False)


def test_an_engine_s_own_ssml_is_had_with_the_markup_that_is_spoken() -> None:
    request = SpeechRequest(markup="speak", options={"ssml": True})
    settings, _ = resolver_of(ArithmeticPool(options=(SPEED, OWN_SSML))).settings(request)
    assert (settings.markup, settings.options["ssml"]) == ("speak", True)
    with pytest.raises(UnknownName, match="unknown option 'ssml'"):
        resolver_of(ArithmeticPool()).settings(request)
    with pytest.raises(UnknownName, match="unknown option 'ssml'"):
        resolver_of(ArithmeticPool()).settings(SpeechRequest(options={"ssml": "yes"}))


def test_a_backend_that_is_configured_for_ssml_is_given_what_every_other_is() -> None:
    config = config_of("one")
    one = msgspec.structs.replace(config.backends["one"], options={"ssml": True})
    config = msgspec.structs.replace(config, backends={"one": one})
    settings, _ = VoiceResolver(ArithmeticPool(options=(OWN_SSML,)), config, MixStore()).settings(
        SpeechRequest()
    )
    assert (settings.markup, settings.options) == ("ssml", {"ssml": False})


def test_an_option_without_effect_is_checked_taken_and_told() -> None:
    resolver = resolver_of(
        ArithmeticPool(options=(SPEED, Option("top_k", "integer", None, 1, 9, ignored=True)))
    )
    settings, warnings = resolver.settings(SpeechRequest(options={"top_k": 3, "speed": 1.5}))
    assert settings.options == {"top_k": 3, "speed": 1.5}
    assert warnings == [
        SpeechWarning("option_ignored", "top_k has no effect with the model that one has loaded")
    ]
    assert resolver.settings(SpeechRequest(options={"top_k": None}))[1] == []
    with pytest.raises(RequestError, match="option top_k must be a whole number from 1 to 9"):
        resolver.settings(SpeechRequest(options={"top_k": 10}))


@pytest.mark.parametrize(
    ("language", "chosen", "read_as"),
    [
        ("fr-CA", None, "fr"),
        ("de-AT", None, "de"),
        ("en", None, "voice"),  # the voice's own, which needs no saying
        ("tlh", None, "voice"),
        (None, None, "voice"),
        ("fr", "de", "de"),
    ],
)
def test_the_language_of_the_text_reaches_a_backend_that_reads_several_with_one_voice(
    language: str | None, chosen: str | None, read_as: str
) -> None:
    reading = Option("language", "choice", "voice", choices=("voice", "de", "fr"))
    options = {} if chosen is None else {"language": chosen}
    settings, _ = resolver_of(ArithmeticPool(options=(reading,))).settings(
        SpeechRequest(voice="alba", language=language, options=options)
    )
    assert settings.options["language"] == read_as


class EnginesOfTheirOwn(ArithmeticPool):
    """`plain` speaks German and English, `best` English, with an option of its own, `quick` Russian."""

    def _status(self, name: str) -> BackendStatus:
        status = super()._status(name)
        if status.ready is None:
            return status
        voices = {
            "plain": (Voice("en", "English", "en-US"), Voice("de", "German", "de")),
            "best": (
                Voice("af_heart", "Heart", "en-US", "female"),
                Voice("af_sky", "Sky", "en-US", "female"),
            ),
            "quick": (Voice("olga", "Olga", "ru", "female"),),
        }
        own = tuple(replace(voice, backend=name) for voice in voices[name])
        capabilities = replace(status.ready.capabilities, mixes=name == "best")
        return replace(status, ready=replace(status.ready, voices=own, capabilities=capabilities))


def auto_resolver(folder: Path, *down: str) -> VoiceResolver:
    pool = EnginesOfTheirOwn(("plain", "best", "quick"), down=set(down), down_state=BackendState.NOT_SET_UP)
    return VoiceResolver(pool, natural_config(folder), MixStore())


def test_without_a_backend_the_best_natural_engine_speaks(tmp_path: Path) -> None:
    settings, warnings = auto_resolver(tmp_path).settings(SpeechRequest())
    assert (settings.backend, settings.voice, warnings) == ("best", "af_heart", [])
    settings, warnings = auto_resolver(tmp_path / "other", "best", "quick").settings(SpeechRequest())
    assert (settings.backend, settings.voice, warnings) == ("plain", "en", [])


@pytest.mark.parametrize(
    ("voice", "backend", "id_"),
    [
        ("af_heart", "best", "af_heart"),
        ("olga", "quick", "olga"),
        ("DE", "plain", "de"),
        ("en", "best", "af_heart"),  # a language of the default backend before another one's voice
        (2, "best", "af_sky"),
    ],
)
def test_a_voice_finds_its_backend(tmp_path: Path, voice: str | int, backend: str, id_: str) -> None:
    settings, warnings = auto_resolver(tmp_path).settings(SpeechRequest(voice=voice))
    assert (settings.backend, settings.voice, warnings) == (backend, id_, [])


def test_a_voice_and_a_mix_find_their_backend_where_another_one_is_the_default(tmp_path: Path) -> None:
    pool = EnginesOfTheirOwn(("plain", "best", "quick"))
    config = msgspec.structs.replace(natural_config(tmp_path), default_backend="plain")
    resolver = VoiceResolver(pool, config, MixStore())
    settings, warnings = resolver.settings(SpeechRequest(voice="af_heart"))
    assert (settings.backend, settings.voice, warnings) == ("best", "af_heart", [])
    settings, _ = resolver.settings(SpeechRequest(voice="af_heart(2)+af_sky"))
    assert (settings.backend, settings.voice) == ("best", "af_heart(2)+af_sky(1)")
    resolver.save_mix("mine", "af_heart+af_sky", "best")
    assert resolver.settings(SpeechRequest(voice="mine"))[0].backend == "best"
    settings, _ = resolver.settings(SpeechRequest(voice="bf_emma"))
    assert settings.backend == "plain"  # nobody's own: the nearest of the default backend
    with pytest.raises(UnknownName, match="unknown language 'ru'"):
        resolver.settings(SpeechRequest(language="ru"))


def test_a_name_of_another_system_is_spoken_by_the_default_until_its_own_voice_is_there(
    tmp_path: Path,
) -> None:
    settings, warnings = auto_resolver(tmp_path, "best").settings(
        SpeechRequest(voice="af_heart", language="ru")
    )
    assert (settings.backend, settings.voice) == ("quick", "olga")
    assert [warning.code for warning in warnings] == ["voice_substituted"]


@pytest.mark.parametrize(
    ("request_", "backend", "why"),
    [
        (SpeechRequest(language="de"), "plain", "unknown language 'de'"),
        (SpeechRequest(language="ru"), "quick", "unknown language 'ru'"),
        (SpeechRequest(voice="ff_siwis", language="ru"), "quick", "unknown language 'ru'"),
    ],
)
def test_what_the_best_engine_cannot_do_is_done_by_another_one_which_says_so(
    tmp_path: Path, request_: SpeechRequest, backend: str, why: str
) -> None:
    settings, warnings = auto_resolver(tmp_path).settings(request_)
    assert settings.backend == backend
    assert warnings[0].code == "backend_fallback"
    assert warnings[0].message.startswith(f"{backend} speaks in place of best: {why}")


def test_what_nobody_can_do_is_the_error_of_the_best_engine(tmp_path: Path) -> None:
    with pytest.raises(UnknownName, match=r"unknown voice 'nobody'; there are \d+: .*af_heart"):
        auto_resolver(tmp_path).settings(SpeechRequest(voice="nobody"))
    with pytest.raises(RequestError, match="option speed must be"):
        auto_resolver(tmp_path / "other").settings(SpeechRequest(speed=99))


def test_while_the_best_engine_starts_its_fallback_speaks_and_says_so(tmp_path: Path) -> None:
    pool = EnginesOfTheirOwn(("plain", "best", "quick"), down={"best"}, down_state=BackendState.STARTING)
    config = natural_config(tmp_path)
    pool.down.add("quick")
    settings, warnings = VoiceResolver(pool, config, MixStore()).settings(SpeechRequest())
    assert settings.backend == "plain"
    assert [warning.code for warning in warnings] == ["backend_fallback"]


def test_a_fallback_gets_phonemes_only_if_it_says_them() -> None:
    segment = Segment("one", "A [GIF](/dʒɪf/).", "bert")
    for says_them, text in ((True, segment.text), (False, "A GIF.")):
        resolver = resolver_of(ArithmeticPool(("one", "two"), inline_phonemes=says_them))
        assert resolver.fallback_segment(segment, "two").text == text
        assert resolver.settings(SpeechRequest())[0].inline_phonemes is says_them


def test_the_pronunciations_of_a_request_come_before_those_of_the_server(tmp_path: Path) -> None:
    (tmp_path / "words.yaml").write_text("{GIF: the server's, SQL: sequel}")
    pronunciations = PronunciationFile(tmp_path / "words.yaml")
    resolver = VoiceResolver(ArithmeticPool(), config_of("one"), MixStore(), pronunciations)
    plain, _ = resolver.settings(SpeechRequest())
    assert plain.dictionary is pronunciations.dictionary
    own, _ = resolver.settings(SpeechRequest(pronunciations={"GIF": "jif"}))
    edits = own.dictionary.edits("GIF SQL", language="en", backend="one", says_phonemes=False)
    assert [edit.replacement for edit in edits] == ["jif", "sequel"]
    assert own.renders_like(resolver.settings(SpeechRequest(pronunciations={"GIF": "jif"}))[0])
    assert not own.renders_like(plain)


def test_settings_follow_the_server_s_pronunciations_and_keep_their_own(tmp_path: Path) -> None:
    pronunciations = PronunciationFile(None)
    resolver = VoiceResolver(ArithmeticPool(), config_of("one"), MixStore(), pronunciations)
    settings = [resolver.settings(SpeechRequest(pronunciations=own))[0] for own in ({}, {"GIF": "jif"})]
    assert [resolver.updated(each) is each for each in settings] == [True, True]
    (tmp_path / "words.yaml").write_text("SQL: sequel")
    pronunciations.dictionary = PronunciationFile(tmp_path / "words.yaml").dictionary
    assert [len(resolver.updated(each).dictionary) for each in settings] == [1, 2]


def test_a_mistake_in_the_pronunciations_of_a_request_is_refused() -> None:
    with pytest.raises(RequestError, match=r"^pronunciations: 'GIF': ipa must be letters") as caught:
        resolver_of().settings(SpeechRequest(pronunciations={"GIF": {"ipa": "5"}}))
    assert caught.value.code == "invalid_pronunciation"
    with pytest.raises(RequestError, match="at most 100 words may have a pronunciation, not 101"):
        resolver_of().settings(SpeechRequest(pronunciations={f"a{n}": "x" for n in range(101)}))


class _CountedPool(ArithmeticPool):
    looked_at = 0

    @property
    def backends(self) -> Mapping[str, BackendStatus]:
        self.looked_at += 1
        return super().backends


def test_many_speakers_look_at_the_backends_no_more_often_than_one() -> None:
    pool = _CountedPool(("one", "two"))
    resolver = resolver_of(pool)
    looks = []
    for number in (1, 32):
        before = pool.looked_at
        resolver.settings(SpeechRequest(speakers={f"Anna {each}": "bert" for each in range(number)}))
        looks.append(pool.looked_at - before)
    assert looks[0] == looks[1]


def test_the_pronunciations_of_a_request_are_read_once_for_all_its_speakers() -> None:
    resolver = resolver_of(ArithmeticPool(("one", "two"), more_voices=(RUSSIAN,)))
    request = SpeechRequest(
        pronunciations={"Nginx": "engine x"}, speakers={"Anna": "bert", "Olga": "olga", "Rest": None}
    )
    settings, _ = resolver.settings(request)
    assert len(settings.dictionary) == 1
    assert all(each.dictionary is settings.dictionary for each in settings.speakers.values())
    assert settings.find_style is not None
    styled, _ = settings.find_style(settings, Style(voice="olga"))
    assert (styled.voice, styled.dictionary) == ("olga", settings.dictionary)
