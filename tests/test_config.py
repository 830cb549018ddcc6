"""backends.yaml: what is read, and the one sentence that each mistake gets."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice_server.config import (
    AUTO,
    CONFIG_VARIABLE,
    EMBEDDED,
    MAX_FILE_BYTES,
    find_config,
    load_config,
    missing_adapter,
    parse_config,
    with_backends,
)
from voice_server.core.speech.pauses import Pauses
from voice_server.core.supervision import SupervisionPolicy
from voice_server.errors import ConfigError
from voice_server.provisioning.natural_engines import resting_backend

SMALLEST = "backends: {tone: {adapter: tone/backend.py}}"
FULL = """
default_backend: kokoro
limits: {connections: 7, drain_s: 1.5}
pauses: {sentence_ms: 0, paragraph_ms: 900}
pronunciations: words/said.yaml
agents: {Claude-Code: af_heart, Visual Studio Code: bm_george}
loudness_lufs: -18
fade_ms: 2
limiter: off
idle_unload_s: 600
backends:
  kokoro:
    adapter: tts_backends/kokoro/backend.py
    environment: tts_backends/kokoro
    workers: 3
    settings: {model: /models/k.pt, device: cpu, deep: {list: [1, 2.5, null, true]}}
    options: {speed: 1.25, gentle: true, mood: calm, steps: 4}
    env: {MODEL_TOKEN: null, MKL_DEBUG_CPU_TYPE: "5"}
    default_voice: af_heart
    fallback: tone
    aliases: {heart: af_heart}
    min_segment_chars: 10
    max_segment_chars: 250
    render_timeout_s: 60
  tone:
    adapter: /opt/tone.py
    environment: embedded
    folder: elsewhere
    loudness_lufs: off
    limiter: on
    idle_unload_s: off
"""


def test_a_full_file_says_everything(tmp_path: Path) -> None:
    config = parse_config(FULL, tmp_path / "backends.yaml")
    kokoro, tone = config.backends["kokoro"], config.backends["tone"]
    assert config.default_backend == "kokoro"
    assert (config.limits.connections, config.limits.drain_s, config.limits.handshake_s) == (7, 1.5, 10.0)
    assert (kokoro.loudness_lufs, tone.loudness_lufs) == (-18, None)
    assert (kokoro.idle_unload_s, tone.idle_unload_s) == (600, None)
    assert (kokoro.fade_ms, tone.fade_ms, kokoro.limiter, tone.limiter) == (2, 2, False, True)
    assert config.pauses == Pauses(sentence_ms=0, paragraph_ms=900)
    assert config.pronunciations == tmp_path / "words" / "said.yaml"
    assert config.agents == {"claude-code": "af_heart", "visual studio code": "bm_george"}
    assert kokoro.adapter == tmp_path / "tts_backends/kokoro/backend.py"
    assert (kokoro.folder, tone.folder) == (tmp_path, tmp_path / "elsewhere")
    assert kokoro.environment == tmp_path / "tts_backends/kokoro"
    assert (tone.adapter, tone.environment) == (Path("/opt/tone.py"), EMBEDDED)
    assert (kokoro.workers, kokoro.fallback, kokoro.default_voice) == (3, "tone", "af_heart")
    assert kokoro.settings["deep"] == {"list": [1, 2.5, None, True]}
    assert kokoro.options == {"speed": 1.25, "gentle": True, "mood": "calm", "steps": 4}
    assert kokoro.env == {"MODEL_TOKEN": None, "MKL_DEBUG_CPU_TYPE": "5"}
    assert (kokoro.min_segment_chars, kokoro.max_segment_chars, kokoro.render_timeout_s) == (10, 250, 60.0)


def test_the_smallest_file_is_one_adapter(tmp_path: Path) -> None:
    config = parse_config(SMALLEST, tmp_path / "backends.yaml")
    assert config.default_backend == "tone"
    assert config.backends["tone"].workers == 1
    assert config.backends["tone"].max_segment_chars == 300


def test_the_shipped_file_is_right_and_speaks_without_any_set_up() -> None:
    config = load_config(Path(__file__).parent.parent / "backends.yaml")
    assert (config.default_backend, config.natural_voice) == (AUTO, "ask")
    assert resting_backend(config) == "espeak"
    for name in ("espeak", "tone"):
        assert config.backends[name].environment == EMBEDDED
    for backend in config.backends.values():
        assert backend.adapter.is_file()
        assert backend.environment == EMBEDDED or (backend.environment / "pyproject.toml").is_file()


def backend(fields: str) -> str:
    return f"backends: {{tone: {{adapter: a.py, {fields}}}}}"


BAD_FILES = {
    "empty": ("", "is a mapping with the keys backends, default_backend"),
    "a list": ("- a\n- b", "is a mapping with the keys"),
    "no backends": ("default_backend: x", "backends is a mapping of at least one name"),
    "backends is empty": ("backends: {}", "backends is a mapping of at least one name"),
    "backends is a list": ("backends: [a]", "backends is a mapping of at least one name"),
    "unknown top key": (SMALLEST + "\nbackend: x", "unknown key 'backend'; did you mean backends"),
    "unknown key": (backend("wrokers: 2"), "backends.tone: unknown key 'wrokers'; did you mean workers"),
    "no adapter": ("backends: {tone: {workers: 1}}", "backends.tone: object missing required field adapter"),
    "backend is no mapping": ("backends: {tone: 7}", "backends.tone is a mapping"),
    "backend is null": ("backends: {tone: }", "backends.tone is a mapping"),
    "adapter is a number": ("backends: {tone: {adapter: 7}}", "backends.tone.adapter: expected a path"),
    "adapter is empty": ("backends: {tone: {adapter: ''}}", "backends.tone.adapter: expected a path"),
    "workers is text": (backend("workers: two"), "backends.tone.workers: expected int, got str"),
    "workers is true": (backend("workers: true"), "backends.tone.workers: expected int, got bool"),
    "no workers": (backend("workers: 0"), "backends.tone.workers: expected int >= 1"),
    "too many workers": (backend("workers: 1000"), "backends.tone.workers: expected int <= 64"),
    "half a worker": (backend("workers: 1.5"), "backends.tone.workers: expected int, got float"),
    "a limit that is not a number": (
        backend("render_timeout_s: .nan"),
        "render_timeout_s: expected float > 0",
    ),
    "a limit that is endless": (
        backend("render_timeout_s: .inf"),
        "render_timeout_s: expected float <= 86400",
    ),
    "a limit below nothing": (backend("start_timeout_s: -1"), "start_timeout_s: expected float > 0"),
    "segments too short": (backend("max_segment_chars: 3"), "max_segment_chars: expected int >= 20"),
    "a list as option": (backend("options: {speed: [1]}"), "backends.tone.options: expected"),
    "env is a number": (backend("env: {A: 5}"), "backends.tone.env: expected str | null, got int"),
    "settings is text": (backend("settings: fast"), "backends.tone.settings: expected object, got str"),
    "a name with capitals": ("backends: {Tone: {adapter: a}}", "a backend's name is up to 32 of a-z, 0-9"),
    "a name that is a path": ("backends: {'../x': {adapter: a}}", "a backend's name is up to 32 of a-z, 0-9"),
    "a name that is a number": ("backends: {7: {adapter: a}}", "a backend's name is up to 32 of a-z, 0-9"),
    "default is unknown": (
        SMALLEST + "\ndefault_backend: x",
        "default_backend is one of auto, tone, not 'x'",
    ),
    "default is a list": (SMALLEST + "\ndefault_backend: [x]", "default_backend is one of auto, tone"),
    "a natural voice is unknown": (SMALLEST + "\nnatural_voice: x", "is one of ask, always, never, not 'x'"),
    "a natural voice is true": (
        SMALLEST + "\nnatural_voice: yes",
        "is one of ask, always, never, not 'True'",
    ),
    "a backend called auto": ("backends: {auto: {adapter: a}}", "and another than auto, not 'auto'"),
    "fallback is unknown": (backend("fallback: x"), "backends.tone.fallback is one of null, not 'x'"),
    "fallback is itself": (backend("fallback: tone"), "backends.tone.fallback is one of null, not 'tone'"),
    "unknown limit": (SMALLEST + "\nlimits: {conections: 1}", "limits: unknown key 'conections'"),
    "limit of a wrong type": (
        SMALLEST + "\nlimits: {connections: many}",
        "limits.connections: expected int, got str",
    ),
    "a long fade": (SMALLEST + "\nfade_ms: 50", "fade_ms: expected float <= 5"),
    "a soft limiter": (SMALLEST + "\nlimiter: soft", "limiter: expected bool, got str"),
    "too loud": (SMALLEST + "\nloudness_lufs: 0", "loudness_lufs: expected float <= -10"),
    "unloaded at once": (SMALLEST + "\nidle_unload_s: 0", "idle_unload_s: expected float > 0"),
    "unloaded sometime": (SMALLEST + "\nidle_unload_s: on", "idle_unload_s: expected float | null, got bool"),
    "loud in words": (SMALLEST + "\nloudness_lufs: loud", "loudness_lufs: expected float | null, got str"),
    "pronunciations that are no file's name": (
        SMALLEST + "\npronunciations: {GIF: jif}",
        "pronunciations is the name of a YAML file, not \"{'GIF': 'jif'}\"",
    ),
    "agents without names": (
        SMALLEST + "\nagents: [af_heart]",
        "agents is a mapping of an agent's name to its voice",
    ),
    "an agent without a voice": (SMALLEST + "\nagents: {cursor: }", "agents is a mapping of an agent's name"),
    "an agent with a number": (SMALLEST + "\nagents: {cursor: 3}", "agents is a mapping of an agent's name"),
    "unknown pause": (SMALLEST + "\npauses: {word_ms: 1}", "pauses: unknown key 'word_ms'"),
    "pause of a minute": (
        SMALLEST + "\npauses: {sentence_ms: 60000}",
        "pauses.sentence_ms: expected float <= 10000",
    ),
    "limits is a list": (SMALLEST + "\nlimits: [1]", "limits is a mapping"),
    "no YAML": ("backends: [", "is not YAML we accept in line 1"),
    "a tab": ("backends:\n\ttone: 1", "is not YAML we accept in line 2"),
    "two documents": (SMALLEST + "\n---\n" + SMALLEST, "is not YAML we accept"),
    "an alias": ("a: &a {b: 1}\nbackends: *a", "aliases are not allowed"),
    "an alias bomb": ("a: &a [x]\nb: &b [*a,*a]\nc: [*b,*b]", "aliases are not allowed"),
    "a merge": ("backends: {tone: {<<: {adapter: a}}}", "merging with << is not allowed"),
    "a repeated key": ("backends: {tone: {adapter: a, adapter: b}}", "the key 'adapter' stands here twice"),
    "a key that is a list": ("backends: {[a]: 1}", "a key is a word"),
    "python code": (
        "backends: !!python/object/apply:os.system ['touch owned']",
        "could not determine a constructor",
    ),
    "a set": ("backends: !!set {a}", "could not determine a constructor"),
    "binary": (backend("settings: {x: !!binary aGk=}"), "could not determine a constructor"),
    "an endless number": (backend(f"workers: {'9' * 5000}"), "is not YAML we accept"),
    "a number beyond 64 bit": (backend(f"workers: {2**63}"), "a whole number is smaller than 2**63"),
    "a deep nest": ("backends: " + "[" * 5000, "nested deeper than 16 levels"),
    "a control character": ("backends: \x07", "is not YAML we accept"),
}


@pytest.mark.parametrize(("text", "sentence"), BAD_FILES.values(), ids=BAD_FILES)
def test_every_mistake_is_one_sentence_that_names_the_file_and_the_key(
    text: str, sentence: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConfigError) as caught:
        parse_config(text, tmp_path / "backends.yaml")
    message = caught.value.message
    assert message.startswith("backends.yaml")
    assert sentence in message
    assert "\n" not in message
    assert str(tmp_path) not in message
    assert list(tmp_path.iterdir()) == []


def test_a_date_is_a_text_since_settings_hold_what_json_holds(tmp_path: Path) -> None:
    config = parse_config(backend("settings: {since: 2024-02-30}"), tmp_path / "backends.yaml")
    assert config.backends["tone"].settings == {"since": "2024-02-30"}


@given(st.text(max_size=80))
def test_any_text_is_read_or_refused_but_never_breaks_the_reader(text: str) -> None:
    for content in (text, backend(f"settings: {{x: {text}}}")):
        with suppress(ConfigError):
            parse_config(content, Path("backends.yaml"))


def test_a_file_over_the_limit_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "big.yaml"
    file.write_text(SMALLEST + "\n#" + "x" * MAX_FILE_BYTES)
    with pytest.raises(ConfigError, match=r"big\.yaml is larger than 256 KiB"):
        load_config(file)


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "backends.yaml"
    file.write_bytes(b"backends: \xff\xfe")
    with pytest.raises(ConfigError, match="is not UTF-8 text"):
        load_config(file)


def test_a_file_that_cannot_be_read_is_an_error_and_no_traceback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    file = tmp_path / "backends.yaml"
    file.write_text(SMALLEST)
    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(ConfigError, match=r"^backends\.yaml cannot be read: Permission denied$"):
        load_config(file)


def test_without_any_file_the_error_says_how_to_name_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Path, "is_file", lambda _: False)
    with pytest.raises(ConfigError, match="name one with --config"):
        find_config(None, {})


def test_the_command_line_chooses_backend_and_pool_size(tmp_path: Path) -> None:
    file = tmp_path / "backends.yaml"
    file.write_text(FULL)
    config = load_config(file, backend="tone", pool_size=5)
    assert config.default_backend == "tone"
    assert [each.workers for each in config.backends.values()] == [5, 5]
    with pytest.raises(ConfigError, match="unknown backend 'tune'; did you mean tone"):
        load_config(file, backend="tune")
    for size in (0, 65):
        with pytest.raises(ConfigError, match=f"from 1 to 64, not {size}"):
            load_config(file, pool_size=size)


def test_the_file_is_searched_from_the_nearest_to_the_shipped_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    named, by_variable, here = tmp_path / "named.yaml", tmp_path / "variable.yaml", tmp_path / "backends.yaml"
    for file in (named, by_variable, here):
        file.write_text(SMALLEST)
    environ = {CONFIG_VARIABLE: str(by_variable)}
    monkeypatch.chdir(tmp_path)
    assert find_config(named, environ) == named
    assert find_config(None, environ) == by_variable
    assert find_config(None, {}) == here
    here.unlink()
    own = tmp_path / "home" / "backends.yaml"
    monkeypatch.setenv("VOICE_SERVER_HOME", str(own.parent))
    own.parent.mkdir()
    own.write_text(SMALLEST)
    assert find_config(None, {}) == own
    own.unlink()
    assert find_config(None, {}) == Path(__file__).parent.parent / "backends.yaml"


def test_a_copy_of_the_shipped_file_speaks_wherever_it_lies(tmp_path: Path) -> None:
    shipped = Path(__file__).parent.parent
    copy = tmp_path / "backends.yaml"
    copy.write_bytes((shipped / "backends.yaml").read_bytes())
    kokoro = load_config(copy).backends["kokoro"]
    assert kokoro.adapter == shipped / "tts_backends" / "kokoro" / "backend.py"
    assert kokoro.environment == shipped / "tts_backends" / "kokoro"
    own = tmp_path / "tts_backends" / "kokoro" / "backend.py"
    own.parent.mkdir(parents=True)
    own.touch()
    kokoro = load_config(copy).backends["kokoro"]
    assert (kokoro.adapter, kokoro.environment) == (own, own.parent)


def test_an_adapter_that_is_nowhere_is_told_with_every_place_that_was_looked_at(tmp_path: Path) -> None:
    file, came_with = tmp_path / "backends.yaml", Path(__file__).parent.parent / "tts_backends"
    inner, by, nor = "tune/backend.py", f"; `adapter` in {file} names it", ", and the server came with no "
    file.write_text(
        f"backends: {{a: {{adapter: tts_backends/{inner}}}, b: {{adapter: tts_backends/tone/backend.py}}, "
        "c: {adapter: ../c.py}}"
    )
    config = load_config(file)
    assert [missing_adapter(config, name) for name in "abc"] == [
        f"there is no file {tmp_path}/tts_backends/{inner}{nor}{came_with}/{inner}{by}",
        "",
        f"there is no file {tmp_path}/../c.py{by}",
    ]


def test_recordings_are_those_of_the_current_folder_else_the_users_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, elsewhere = tmp_path / "home", tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.setenv("VOICE_SERVER_HOME", str(home))
    monkeypatch.chdir(elsewhere)
    assert load_config().backends["pocket"].samples == home / "voice_samples"
    (elsewhere / "voice_samples").mkdir()
    assert load_config().backends["pocket"].samples == elsewhere / "voice_samples"
    copy = tmp_path / "backends.yaml"
    copy.write_bytes((Path(__file__).parent.parent / "backends.yaml").read_bytes())
    assert load_config(copy).backends["pocket"].samples == tmp_path / "voice_samples"


def test_a_file_that_is_named_but_not_there_is_not_replaced_by_another(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="--config names"):
        find_config(tmp_path / "nowhere.yaml", {})
    with pytest.raises(ConfigError, match=f"{CONFIG_VARIABLE} names"):
        find_config(None, {CONFIG_VARIABLE: "nowhere.yaml"})


def test_a_backend_is_supervised_with_its_own_limits_and_the_usual_ones(tmp_path: Path) -> None:
    config = parse_config(backend("stop_timeout_s: 1.5, ping_interval_s: 60"), tmp_path / "backends.yaml")
    expected = replace(SupervisionPolicy(), stop_timeout_s=1.5, ping_interval_s=60.0)
    assert config.backends["tone"].supervision() == expected
    hasty = SupervisionPolicy(max_restarts=1, start_timeout_s=1)
    assert config.backends["tone"].supervision(hasty) == replace(expected, max_restarts=1)


def test_only_the_named_backends_are_kept_and_those_they_fall_back_on(tmp_path: Path) -> None:
    text = "backends: {a: {adapter: a, fallback: b}, b: {adapter: b}, c: {adapter: c}, d: {adapter: d}}"
    config = parse_config(text, tmp_path / "backends.yaml")
    kept = with_backends(config, ["c", "a"])
    assert (kept.default_backend, list(kept.backends)) == ("c", ["c", "a", "b"])
    with pytest.raises(ConfigError, match="unknown backend 'e'"):
        with_backends(config, ["e"])


def test_plugins_are_a_list_with_a_limit(tmp_path: Path) -> None:
    config = parse_config(SMALLEST, tmp_path / "backends.yaml")
    assert (config.plugins, config.plugin_timeout_s) == ((), 1.0)
    text = "plugins: [own.py, team.words]\nplugin_timeout_s: 2\n" + SMALLEST
    config = parse_config(text, tmp_path / "backends.yaml")
    assert (config.plugins, config.plugin_timeout_s) == (("own.py", "team.words"), 2.0)
    assert parse_config("plugins:\n" + SMALLEST, tmp_path / "backends.yaml").plugins == ()


@pytest.mark.parametrize(
    ("key", "message"),
    [
        ("plugins: own.py", "plugins: expected array, got str"),
        ("plugins: [3]", "plugins[0]: expected str, got int"),
        ("plugins: [a, '']", "plugins[1]: expected str of length >= 1"),
        ("plugin_timeout_s: 0", "plugin_timeout_s: expected float > 0.0"),
    ],
)
def test_a_mistake_in_the_keys_of_plugins_names_the_key(tmp_path: Path, key: str, message: str) -> None:
    with pytest.raises(ConfigError) as raised:
        parse_config(f"{key}\n{SMALLEST}", tmp_path / "backends.yaml")
    assert raised.value.message == f"backends.yaml: {message}"
