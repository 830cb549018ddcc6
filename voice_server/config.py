"""backends.yaml: which engines there are, and how each is run.

The file is data and stays data: a safe loader, no aliases, no unknown keys, at most 256 KiB. Every mistake is
one sentence that names the file, the key and what is allowed. Paths in it are relative to the file's folder.
"""

from __future__ import annotations

import dataclasses
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar, get_args

import msgspec
import yaml

from voice_server.core.speech.pauses import Pauses
from voice_server.core.speech.speech_settings import (
    DEFAULT_MAX_SEGMENT_CHARS,
    DEFAULT_MIN_SEGMENT_CHARS,
    UtteranceLimits,
)
from voice_server.core.supervision import SupervisionPolicy
from voice_server.errors import ConfigError, UnknownName
from voice_server.home.home_folders import SAMPLES_FOLDER, home_folders
from voice_server.home.shipped_files import shipped_folder

EMBEDDED = Path("embedded")
"""The environment that is the server's own."""

AUTO = "auto"
"""The `default_backend` that stands for the best natural engine that is set up."""

NaturalVoice = Literal["ask", "always", "never"]
"""Whether a natural engine is set up where there is none: a person is asked once, always, or never."""

CONFIG_VARIABLE = "VOICE_SERVER_CONFIG"
FILE_NAME = "backends.yaml"
MAX_FILE_BYTES = 256 * 1024
DEFAULT_LOUDNESS_LUFS = -23.0
"""How loud programmes are by EBU R 128."""
_MAX_DEPTH = 16
_BACKEND_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}")
_SUPERVISION = SupervisionPolicy()

Seconds = Annotated[float, msgspec.Meta(gt=0, le=86_400)]
Count = Annotated[int, msgspec.Meta(ge=0, le=1_000_000)]


class BackendConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One backend: its adapter file, the python that runs it, and how it is treated.

    `settings` go to the adapter's constructor, `options` are its options for requests that do not say, `env`
    are variables of its workers (null: taken over from the server's environment), `samples` is the folder of
    recordings that it clones voices from. Workers run in `folder`, by default the file's, so that a path in
    the settings is relative to it like every other. With `forked` they are copies of one process that has
    loaded the engine, where adapter and system allow it. A worker is replaced when a start takes over
    `start_timeout_s`, a render over `render_timeout_s` (or a second a character, if that is longer) or is
    silent for `silence_timeout_s` (or five times what such a text was seen to take), when a stop is not
    obeyed within `stop_timeout_s`, and when it is idle and leaves a ping unanswered for `ping_timeout_s`. All
    voices are brought to `loudness_lufs`, where the adapter knows how loud they are; None (`off` in the file)
    leaves them alone. Renders that begin or end inside a sound are faded there for `fade_ms`, and with
    `limiter` peaks that the loudness lifts too far are bent and not clipped. Workers that have had nothing to
    do for `idle_unload_s` end, and start again for the next sentence; None (`off`) lets them stay.
    """

    adapter: Path
    environment: Path = EMBEDDED
    workers: Annotated[int, msgspec.Meta(ge=1, le=64)] = 1
    forked: bool = False
    settings: dict[str, Any] = {}
    options: dict[str, bool | int | float | str] = {}
    env: dict[str, str | None] = {}
    default_voice: str = ""
    samples: Path | None = None
    fallback: str | None = None
    aliases: dict[str, str] = {}
    min_segment_chars: Count = DEFAULT_MIN_SEGMENT_CHARS
    max_segment_chars: Annotated[int, msgspec.Meta(ge=20, le=2000)] = DEFAULT_MAX_SEGMENT_CHARS
    start_timeout_s: Seconds = _SUPERVISION.start_timeout_s
    render_timeout_s: Seconds = _SUPERVISION.render_timeout_s
    silence_timeout_s: Seconds = _SUPERVISION.silence_timeout_s
    stop_timeout_s: Seconds = _SUPERVISION.stop_timeout_s
    ping_interval_s: Seconds = _SUPERVISION.ping_interval_s
    ping_timeout_s: Seconds = _SUPERVISION.ping_timeout_s
    max_audio_s: Seconds = 600.0
    loudness_lufs: Annotated[float, msgspec.Meta(ge=-40, le=-10)] | None = DEFAULT_LOUDNESS_LUFS
    fade_ms: Annotated[float, msgspec.Meta(ge=0, le=5)] = 5.0
    limiter: bool = True
    idle_unload_s: Seconds | None = None
    folder: Path = Path()

    def supervision(self, base: SupervisionPolicy = _SUPERVISION) -> SupervisionPolicy:
        """How this backend's workers are supervised: its own limits, and those of `base` that have no key."""
        limits = {field.name for field in dataclasses.fields(SupervisionPolicy)}
        own = {name: getattr(self, name) for name in limits.intersection(self.__struct_fields__)}
        return dataclasses.replace(base, **own)


class Limits(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one client, and all of them together, may ask for."""

    message_bytes: Annotated[int, msgspec.Meta(ge=1024, le=1024 * 1024)] = 64 * 1024
    buffered_chars: Annotated[int, msgspec.Meta(ge=1000, le=10_000_000)] = UtteranceLimits().buffered_chars
    total_buffered_chars: Annotated[int, msgspec.Meta(ge=1000, le=1_000_000_000)] = 5_000_000
    open_turns: Annotated[int, msgspec.Meta(ge=1, le=10_000)] = 100
    queued_sentences: Annotated[int, msgspec.Meta(ge=1, le=100_000)] = 1000
    connections: Annotated[int, msgspec.Meta(ge=1, le=100_000)] = 100
    connections_per_address: Annotated[int, msgspec.Meta(ge=1, le=100_000)] = 20
    admission: bool = True
    admission_wait_s: Annotated[float, msgspec.Meta(ge=0, le=3600)] = 30.0
    handshake_s: Seconds = 10.0
    idle_s: Seconds = 300.0
    stalled_reader_s: Seconds = 30.0
    kept_sessions: Annotated[int, msgspec.Meta(ge=0, le=10_000)] = 32
    kept_bytes: Annotated[int, msgspec.Meta(ge=64 * 1024, le=64 * 1024 * 1024)] = 4 * 1024 * 1024
    drain_s: Seconds = 30.0


class Config(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole file; `source` says where it was read. `default_backend` is a backend's name, or AUTO.

    `pronunciations` is the file that says how single words are said. `agents` are voices by the names of
    agents, in small letters. `plugins` are names of installed plugins, modules, or files beside the file, in
    the order of their calls; a call that does not return within `plugin_timeout_s` switches its plugin off.
    """

    backends: dict[str, BackendConfig]
    default_backend: str
    natural_voice: NaturalVoice = "ask"
    limits: Limits = Limits()
    pauses: Pauses = Pauses()
    pronunciations: Path | None = None
    agents: Mapping[str, str] = {}
    plugins: tuple[str, ...] = ()
    plugin_timeout_s: Seconds = 1.0
    source: Path = Path(FILE_NAME)


_Name = Annotated[str, msgspec.Meta(min_length=1)]


class _PluginKeys(msgspec.Struct, frozen=True):
    """The keys at the top that are about plugins."""

    plugins: tuple[_Name, ...] = ()
    plugin_timeout_s: Seconds = 1.0


_Table = TypeVar("_Table", BackendConfig, Limits, Pauses)
_FOR_EVERY_BACKEND = ("loudness_lufs", "fade_ms", "limiter", "idle_unload_s")
"""Keys of a backend that may also stand at the top, for all."""
_MAY_BE_OFF = ("loudness_lufs", "idle_unload_s")
"""Keys of a backend that are None where the file says `off`."""
_TOP_LEVEL_KEYS = (
    *("backends", "default_backend", "natural_voice", "limits", "pauses", "pronunciations", "agents"),
    *_FOR_EVERY_BACKEND,
    *_PluginKeys.__struct_fields__,
)


def find_config(
    explicit: str | os.PathLike[str] | None = None, environ: Mapping[str, str] = os.environ
) -> Path:
    """Return the file to read: the one named, ./backends.yaml, the home's, or the shipped one."""
    for named, by in ((explicit, "--config"), (environ.get(CONFIG_VARIABLE), CONFIG_VARIABLE)):
        if named:
            path = Path(named)
            if not path.is_file():
                raise ConfigError(f"there is no file {str(named)!r}, which {by} names")
            return path.absolute()
    here, own, shipped = Path.cwd() / FILE_NAME, home_folders().configuration, shipped_folder() / FILE_NAME
    for candidate in (here, own, shipped):
        if candidate.is_file():
            return candidate
    raise ConfigError(f"there is no {FILE_NAME} here and none was installed; name one with --config")


def load_config(
    path: str | os.PathLike[str] | None = None, *, backend: str | None = None, pool_size: int | None = None
) -> Config:
    """Read the configuration; `backend` overrides `default_backend`, `pool_size` every `workers`.

    Files that its paths name and that are not there are those that came with the server, if there are such.
    Raises ConfigError with one sentence.
    """
    source = find_config(path)
    config = parse_config(_read(source), source)
    located = {name: _located(backend, source) for name, backend in config.backends.items()}
    config = msgspec.structs.replace(config, backends=located)
    if backend is not None:
        if backend not in config.backends:
            raise ConfigError(
                UnknownName("backend", backend, config.backends).message, code="unknown_backend"
            )
        config = msgspec.structs.replace(config, default_backend=backend)
    if pool_size is not None:
        if not 1 <= pool_size <= 64:
            raise ConfigError(f"the pool size is a whole number from 1 to 64, not {pool_size}")
        resized = {
            name: msgspec.structs.replace(each, workers=pool_size) for name, each in config.backends.items()
        }
        config = msgspec.structs.replace(config, backends=resized)
    return config


def _located(backend: BackendConfig, source: Path) -> BackendConfig:
    """The backend with shipped files in the place of those that are not there, and the user's recordings.

    So a copy of the shipped file speaks wherever it lies.
    """
    environment = backend.environment
    return msgspec.structs.replace(
        backend,
        adapter=_or_shipped(backend.adapter, source),
        environment=environment if environment == EMBEDDED else _or_shipped(environment, source),
        samples=_samples_of(backend, source),
    )


def missing_adapter(config: Config, name: str) -> str:
    """Every place where a backend's adapter was looked for, as a sentence; "" where there is one."""
    adapter = config.backends[name].adapter
    if adapter.is_file():
        return ""
    shipped = _shipped_counterpart(adapter, config.source)
    nor = "" if shipped in (None, adapter) else f", and the server came with no {shipped}"
    return f"there is no file {adapter}{nor}; `adapter` in {config.source} names it"


def _or_shipped(path: Path, source: Path) -> Path:
    shipped = _shipped_counterpart(path, source)
    return shipped if shipped is not None and shipped.exists() and not path.exists() else path


def _shipped_counterpart(path: Path, source: Path) -> Path | None:
    """What stands at the same place among the shipped files; None for what is not below the file's folder."""
    inner = Path(os.path.relpath(path, source.parent))
    return None if ".." in inner.parts else shipped_folder() / inner


def _samples_of(backend: BackendConfig, source: Path) -> Path | None:
    """The backend's recordings; `voice_samples` of the shipped file and of the home's is the user's own."""
    folders = home_folders()
    is_anywhere = source in (folders.configuration, shipped_folder() / FILE_NAME)
    if backend.samples != source.parent / SAMPLES_FOLDER or not is_anywhere:
        return backend.samples
    here = Path.cwd() / SAMPLES_FOLDER
    return here if here.is_dir() else folders.samples


def with_backends(config: Config, names: Iterable[str]) -> Config:
    """The configuration with only these backends and those they fall back on; the first is the default.

    Raises ConfigError.
    """
    kept: dict[str, BackendConfig] = {}
    first = ""
    for name in names:
        if name not in config.backends:
            raise ConfigError(UnknownName("backend", name, config.backends).message, code="unknown_backend")
        first = first or name
        needed: str | None = name
        while needed is not None and needed not in kept:
            kept[needed] = config.backends[needed]
            needed = kept[needed].fallback
    return msgspec.structs.replace(config, backends=kept, default_backend=first)


def read_yaml(source: Path, *, most_bytes: int) -> object:
    """Return what a YAML file holds, with the rules of this one. Raises ConfigError with one sentence."""
    return _load_yaml(_read(source, most_bytes), source.name)


def _read(source: Path, most_bytes: int = MAX_FILE_BYTES) -> str:
    try:
        with source.open("rb") as file:
            content = file.read(most_bytes + 1)
    except OSError as error:
        raise ConfigError(f"{source.name} cannot be read: {error.strerror}") from None
    if len(content) > most_bytes:
        raise ConfigError(f"{source.name} is larger than {most_bytes // 1024} KiB")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ConfigError(f"{source.name} is not UTF-8 text (byte {error.start})") from None


def parse_config(text: str, source: Path) -> Config:
    """Return the configuration that `text`, the content of `source`, describes."""
    top = _load_yaml(text, source.name)
    if not isinstance(top, dict):
        raise ConfigError(f"{source.name} is a mapping with the keys {', '.join(_TOP_LEVEL_KEYS)}")
    _refuse_unknown(top, _TOP_LEVEL_KEYS, source.name)
    common = {name: top[name] for name in _FOR_EVERY_BACKEND if name in top}
    backends = _backends(top.get("backends"), source, common)
    default = top.get("default_backend", next(iter(backends)))
    _refuse_other(source, "default_backend", default, (AUTO, *backends))
    natural = top.get("natural_voice", "ask")
    _refuse_other(source, "natural_voice", natural, get_args(NaturalVoice))
    limits = _table(top.get("limits") or {}, Limits, source, "limits")
    pauses = _table(top.get("pauses") or {}, Pauses, source, "pauses")
    pronunciations = top.get("pronunciations")
    if not (pronunciations is None or (isinstance(pronunciations, str) and pronunciations)):
        raise ConfigError(
            f"{source.name}: pronunciations is the name of a YAML file, not {str(pronunciations)[:80]!r}"
        )
    return Config(
        backends=backends,
        default_backend=default,
        natural_voice=natural,
        limits=limits,
        pauses=pauses,
        pronunciations=None if pronunciations is None else source.parent / pronunciations,
        agents=_agents(top.get("agents") or {}, source),
        source=source,
        **msgspec.structs.asdict(_plugin_keys(top, source)),
    )


def _agents(section: object, source: Path) -> dict[str, str]:
    """The voices of agents by their names in small letters."""
    try:
        voices = msgspec.convert(section, dict[_Name, _Name])
    except msgspec.ValidationError:
        raise ConfigError(f"{source.name}: agents is a mapping of an agent's name to its voice") from None
    return {name.casefold(): voice for name, voice in voices.items()}


def _plugin_keys(top: Mapping[str, object], source: Path) -> _PluginKeys:
    names = _PluginKeys.__struct_fields__
    given = {name: top[name] for name in names if top.get(name) is not None}
    try:
        return msgspec.convert(given, _PluginKeys)
    except msgspec.ValidationError as error:
        raise ConfigError(f"{source.name}: {_sentence(str(error), '').removeprefix('.')}") from None


def _refuse_other(source: Path, key: str, value: object, allowed: Sequence[str]) -> None:
    if not isinstance(value, str) or value not in allowed:
        raise ConfigError(f"{source.name}: {key} is one of {', '.join(allowed)}, not {str(value)[:80]!r}")


def _backends(section: object, source: Path, common: Mapping[str, object]) -> dict[str, BackendConfig]:
    """The backends of a file; `common` are keys for each that has none of its own."""
    if not isinstance(section, dict) or not section:
        raise ConfigError(f"{source.name}: backends is a mapping of at least one name to its backend")
    backends = {}
    for name, fields in section.items():
        if not isinstance(name, str) or not _BACKEND_NAME.fullmatch(name) or name == AUTO:
            raise ConfigError(
                f"{source.name}: a backend's name is up to 32 of a-z, 0-9, - and _, and another than {AUTO}, "
                f"not {str(name)[:80]!r}"
            )
        complete = {**common, **fields} if isinstance(fields, dict) else fields
        backends[name] = _table(complete, BackendConfig, source, f"backends.{name}")
    for name, backend in backends.items():
        if backend.fallback is not None and (backend.fallback == name or backend.fallback not in backends):
            others = [other for other in backends if other != name] or ["null"]
            raise ConfigError(
                f"{source.name}: backends.{name}.fallback is one of {', '.join(others)}, "
                f"not {backend.fallback[:80]!r}"
            )
    return backends


def _table(fields: object, kind: type[_Table], source: Path, key: str) -> _Table:
    if not isinstance(fields, dict):
        raise ConfigError(f"{source.name}: {key} is a mapping of keys to values")
    _refuse_unknown(fields, kind.__struct_fields__, source.name, key)
    if kind is BackendConfig:
        off = {name: None for name in _MAY_BE_OFF if fields.get(name) is False}  # `off` in YAML
        fields = {"folder": ".", **fields, **off}

    def path_from(expected: type, value: object) -> Path:
        # The only type here that msgspec does not know itself; another one needs a rule of its own.
        assert expected is Path
        if not isinstance(value, str) or not value:
            raise ValueError("Expected a path")
        return EMBEDDED if value == str(EMBEDDED) else source.parent / value

    try:
        return msgspec.convert(fields, kind, dec_hook=path_from)
    except msgspec.ValidationError as error:
        raise ConfigError(f"{source.name}: {_sentence(str(error), key)}") from None


def _sentence(complaint: str, key: str) -> str:
    """Turn msgspec's "Expected `int`, got `str` - at `$.workers`" into a sentence of ours."""
    what, _, where = complaint.replace("`", "").partition(" - at ")
    inner = where.removeprefix("key in ").removeprefix("$").replace("[...]", "")
    return f"{key}{inner}: {what[0].lower()}{what[1:]}"


def _refuse_unknown(fields: Mapping[Any, object], allowed: Iterable[str], file: str, key: str = "") -> None:
    for name in fields:
        if name not in allowed:
            where = f"{file}: {key}" if key else file
            raise ConfigError(
                f"{where}: {UnknownName('key', str(name), allowed).message}", code="unknown_key"
            )


class _Loader(yaml.SafeLoader):
    """The safe loader, less what a configuration has no use for.

    No aliases, merges or repeated keys, no deep nesting, no type beyond those of JSON.
    """

    depth = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        event: yaml.Event = self.peek_event()  # type: ignore[no-untyped-call]
        if isinstance(event, yaml.AliasEvent):
            raise _refused("aliases are not allowed", event.start_mark)
        self.depth += 1
        if self.depth > _MAX_DEPTH:
            raise _refused(f"nested deeper than {_MAX_DEPTH} levels", event.start_mark)
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[object] = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise _refused("a key is a word", key.start_mark)
            if key.tag == "tag:yaml.org,2002:merge":
                raise _refused("merging with << is not allowed", key.start_mark)
            if key.value in seen:
                raise _refused(f"the key {key.value[:80]!r} stands here twice", key.start_mark)
            seen.add(key.value)
        return super().construct_mapping(node, deep)

    def construct_yaml_int(self, node: yaml.ScalarNode) -> int:
        value = super().construct_yaml_int(node)
        if abs(value) >= 2**63:
            raise _refused("a whole number is smaller than 2**63", node.start_mark)
        return value


def _refused(problem: str, mark: Any) -> yaml.MarkedYAMLError:
    return yaml.constructor.ConstructorError(None, None, problem, mark)


_JSON_TYPES = {"null", "bool", "int", "float", "str", "seq", "map"}
_Loader.yaml_constructors = {
    tag: constructor
    for tag, constructor in yaml.SafeLoader.yaml_constructors.items()
    if tag is None or tag.rpartition(":")[2] in _JSON_TYPES
}
_Loader.add_constructor("tag:yaml.org,2002:int", _Loader.construct_yaml_int)
_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith(":timestamp")]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def _load_yaml(text: str, file: str) -> object:
    try:
        return yaml.load(text, _Loader)  # noqa: S506 - a subclass of the safe loader
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = f" in line {mark.line + 1}" if mark else ""
        raise ConfigError(f"{file} is not YAML we accept{line}: {error.problem}") from None
    except (yaml.YAMLError, ValueError) as error:
        first = str(error).partition("\n")[0]
        raise ConfigError(f"{file} is not YAML we accept: {first[:200]}") from None
