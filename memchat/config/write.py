"""Settings into the config file, with the user's comments and order kept."""

import os
import tempfile
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from memchat.config.convert import convert
from memchat.config.schema import annotation, is_table
from memchat.config.sources import check_together, from_file
from memchat.core.errors import ConfigError
from memchat.paths import Paths

if TYPE_CHECKING:
    from tomlkit import TOMLDocument


def set_value(paths: Paths, key: str, value: str) -> None:
    """Writes one setting.

    Args:
        key: Its dotted name, such as `memory.fold_messages`.
        value: As typed on the command line.

    Raises:
        ConfigError: There is no such setting, the value does not suit it, or the file cannot be written.
    """
    path = tuple(key.split("."))
    wanted = annotation(path)
    if is_table(wanted):
        raise ConfigError(f"`{key}` is a table of settings.", "Name one of them; `memchat config show` lists all.")
    if path[0] == "endpoints" and path[-1] != "base_url" and not _has(paths.config_file, (*path[:-1], "base_url")):
        raise ConfigError(f"`{'.'.join(path[:-1])}` has no `base_url` yet.", "Set that first.")
    _write(paths.config_file, {path: convert(key, value, wanted)})


def set_endpoint(paths: Paths, name: str, values: Mapping[str, Any]) -> None:
    """Writes the table `endpoints.NAME`.

    Raises:
        ConfigError: The name cannot be one, or the file cannot be written.
    """
    if not name or not all(character.isalnum() or character in "-_" for character in name):
        raise ConfigError(f"An endpoint cannot be called {name!r}.", "Use letters, digits, - and _.")
    if name == "builtin":
        raise ConfigError("The name `builtin` is taken by the built-in models.", "Choose another.")
    _write(paths.config_file, {("endpoints", name, key): value for key, value in values.items()})


def _has(file: Path, path: tuple[str, ...]) -> bool:
    return any(given.path == path for given in from_file(file))


def _write(file: Path, values: Mapping[tuple[str, ...], Any]) -> None:
    import tomlkit

    list(from_file(file))  # a broken file is told, never written over
    document: TOMLDocument = tomlkit.parse(file.read_text(encoding="utf-8")) if file.exists() else tomlkit.document()
    for path, value in values.items():
        table: Any = document
        for part in path[:-1]:
            if part not in table:
                table[part] = tomlkit.table(is_super_table=part != path[-2])
            table = table[part]
        if value is None:
            table.pop(path[-1], None)
        else:
            table[path[-1]] = value
    text = tomlkit.dumps(document)
    check_together(tomllib.loads(text))
    _replace(file, text)


def _replace(file: Path, text: str) -> None:
    """Puts `text` in place of the file in one step, so that a crash leaves the one or the other."""
    target = file.resolve()  # a link stays a link
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=".config-")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as out:
                out.write(text)
                out.flush()
                os.fsync(out.fileno())
            Path(name).replace(target)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise ConfigError(f"The config file {file} cannot be written: {error.strerror or error}.") from error
