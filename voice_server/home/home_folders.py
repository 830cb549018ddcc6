"""Where a user's own files lie; this is decided here and nowhere else.

Three laws, the first that fits. VOICE_SERVER_HOME, or --home, names one folder that holds everything. A
checkout keeps its configuration, its recordings and the engines' environments beside its code. Otherwise, and
for all else of a checkout, the folders are those that the platform has for each kind of file.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from voice_server.errors import ConfigError
from voice_server.home.shipped_files import CONFIGURATION, is_checkout, name_of_shipped, shipped_folder

APP_NAME = "voice-server"
HOME_VARIABLE = "VOICE_SERVER_HOME"
DATA_VARIABLE = "VOICE_SERVER_DATA"
"""Names another folder for `data` alone; a worker is told it with this variable, too."""
SAMPLES_FOLDER = "voice_samples"


@dataclass(frozen=True, slots=True)
class HomeFolders:
    """All folders of one user; none needs to exist.

    `configuration` is the user's own backends.yaml, `samples` the recordings to clone voices from, `data` has
    saved mixes and the weights that come from package registries, `environments` those of the engines that
    came with the server (None: each lies beside its lock file). `cache` can be made again, `state` has what
    was typed and answered, `runtime` locks and where the server is. `named` is what VOICE_SERVER_HOME names.
    """

    configuration: Path
    samples: Path
    data: Path
    environments: Path | None
    cache: Path
    state: Path
    log: Path
    named: Path | None = None

    @property
    def runtime(self) -> Path:
        """The folder for locks and pid files; warns where that of the platform is not private."""
        if self.named is not None:
            return self.named / "run"
        return platformdirs.user_runtime_path(APP_NAME, appauthor=False)

    @property
    def model_hub(self) -> Path | None:
        """Where the hub's client keeps weights; None where that is its own affair, and shared with others."""
        return None if self.named is None else self.named / "huggingface"

    def listed(self) -> dict[str, Path]:
        """Every folder but that for locks, by what lies in it, for people."""
        folders = {"configuration": self.configuration, "voice samples": self.samples}
        if self.environments is not None:
            folders["engines"] = self.environments
        if self.model_hub is not None:
            folders["weights from the hub"] = self.model_hub
        return folders | {
            "mixes and weights": self.data,
            "cache": self.cache,
            "state": self.state,
            "log": self.log,
        }


def home_folders() -> HomeFolders:
    """The folders of this user. Raises ConfigError where VOICE_SERVER_HOME names no folder."""
    data = os.environ.get(DATA_VARIABLE)
    if named := os.environ.get(HOME_VARIABLE):
        home = Path(named).expanduser().absolute()
        if home.exists() and not home.is_dir():
            raise ConfigError(f"{HOME_VARIABLE}, or --home, names a folder, and {str(home)!r} is none")
        return HomeFolders(
            configuration=home / CONFIGURATION,
            samples=home / SAMPLES_FOLDER,
            data=Path(data) if data else home / "data",
            environments=home / "environments",
            cache=home / "cache" / APP_NAME,
            state=home / "state",
            log=home / "log",
            named=home,
        )
    own = platformdirs.PlatformDirs(APP_NAME, appauthor=False)
    kept = Path(data) if data else own.user_data_path
    in_checkout = is_checkout()
    return HomeFolders(
        configuration=(shipped_folder() if in_checkout else own.user_config_path) / CONFIGURATION,
        samples=(shipped_folder() if in_checkout else own.user_data_path) / SAMPLES_FOLDER,
        data=kept,
        environments=None if in_checkout else own.user_data_path / "environments",
        cache=own.user_cache_path,
        state=own.user_state_path,
        log=own.user_log_path,
    )


def environment_of(project: Path) -> Path:
    """Where the environment of an engine's project is, or would be made.

    It lies in the project itself, but for a shipped one where the user's environments have a folder.
    """
    name = name_of_shipped(project)
    environments = None if name is None else home_folders().environments
    return (project if name is None or environments is None else environments / name) / ".venv"
