"""Where memchat keeps its files, each readable by its owner only."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from memchat.core.errors import MemchatError

PERSONAL = "personal"
"""The space that is there from the start."""

_SPACE = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")


def check_space(name: str) -> None:
    """Sees that a space can be called so.

    Raises:
        MemchatError: It cannot.
    """
    if not _SPACE.fullmatch(name):
        raise MemchatError(f"A space cannot be called {name!r}.", "Use at most 40 small letters, digits and dashes.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Paths:
    """The folders for config, data and cache, and the files in them."""

    config_dir: Path
    data_dir: Path
    cache_dir: Path

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] | None = None) -> "Paths":
        """The folders under `MEMCHAT_HOME` when it is set, else the platform's own."""
        home = (os.environ if environ is None else environ).get("MEMCHAT_HOME", "")
        if home:
            root = Path(home).expanduser()
            return cls(config_dir=root / "config", data_dir=root / "data", cache_dir=root / "cache")
        from platformdirs import PlatformDirs

        folders = PlatformDirs("memchat", appauthor=False)
        return cls(
            config_dir=Path(folders.user_config_dir),
            data_dir=Path(folders.user_data_dir),
            cache_dir=Path(folders.user_cache_dir),
        )

    @property
    def config_file(self) -> Path:
        return self.config_dir / "config.toml"

    @property
    def keys_file(self) -> Path:
        """API keys, where there is no keyring."""
        return self.config_dir / "keys.toml"

    @property
    def themes_dir(self) -> Path:
        """The user's own themes."""
        return self.config_dir / "themes"

    @property
    def personas_dir(self) -> Path:
        """The user's personas, a file each."""
        return self.config_dir / "personas"

    @property
    def database(self) -> Path:
        """The personal space's."""
        return self.data_dir / "memchat.db"

    @property
    def spaces_dir(self) -> Path:
        """The other spaces' databases."""
        return self.data_dir / "spaces"

    def database_of(self, space: str) -> Path:
        """The database of a space, which need not be there yet.

        Raises:
            MemchatError: No space can be called so.
        """
        check_space(space)
        return self.database if space == PERSONAL else self.spaces_dir / f"{space}.db"

    def spaces(self) -> list[str]:
        """The spaces that there are: the personal one, then the others by name."""
        found = sorted(file.stem for file in self.spaces_dir.glob("*.db") if _SPACE.fullmatch(file.stem))
        return [PERSONAL, *(name for name in found if name != PERSONAL)]

    @property
    def weights_dir(self) -> Path:
        """Weights of built-in models."""
        return self.data_dir / "models"

    @property
    def tour_file(self) -> Path:
        """What of the first-run tour was tried."""
        return self.data_dir / "tour.json"

    @property
    def log_file(self) -> Path:
        return self.data_dir / "memchat.log"

    def ensure(self) -> None:
        """Makes the folders, mode 0700.

        Raises:
            MemchatError: One cannot be made.
        """
        for folder in (self.config_dir, self.data_dir, self.cache_dir):
            try:
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            except OSError as error:
                raise MemchatError(
                    f"The folder {folder} cannot be made: {error.strerror or error}.",
                    "Set MEMCHAT_HOME to a folder that you can write to.",
                ) from error
