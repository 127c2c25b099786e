"""The three places that settings come from, each as dotted keys with their values."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from memchat.config.convert import convert
from memchat.config.schema import annotation, is_table, required_fields
from memchat.core.errors import ConfigError
from memchat.core.settings import DEFAULT_PROFILE

_PREFIX = "MEMCHAT_"


@dataclass(frozen=True, slots=True)
class Given:
    """A setting that was given, converted, and where."""

    path: tuple[str, ...]
    value: Any
    source: str


def from_file(file: Path) -> Iterator[Given]:
    """The settings in the TOML `file`; none when it does not exist.

    Raises:
        ConfigError: It cannot be read, is not TOML, or holds a wrong setting; file and line are named.
    """
    try:
        text = file.read_text(encoding="utf-8")
        table = tomllib.loads(text)
    except FileNotFoundError:
        return
    except OSError as error:
        raise ConfigError(
            f"The config file {file} cannot be read: {error.strerror or error}.",
            "Check its folder, or move it away.",
        ) from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"The config file {file} is not UTF-8 text.", "Save it as UTF-8, or move it away.") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"The config file {file} is not valid TOML: {error}.", "Mend that line.") from error
    try:
        for path, value in _leaves((), table):
            yield Given(path, convert(".".join(path), value, annotation(path)), str(file))
        check_together(table)
    except ConfigError as error:
        place = f"{file}:{line}" if (line := _line_of(text, error.sentence)) else str(file)
        raise ConfigError(f"{place}: {error.sentence}", error.next_step) from None


def from_environment(environ: Mapping[str, str]) -> Iterator[Given]:
    """The settings in variables such as MEMCHAT_MEMORY__FOLD_MESSAGES, and MEMCHAT_MODEL.

    Raises:
        ConfigError: A variable names no setting, or holds a wrong value.
    """
    for name, value in environ.items():
        if name == "MEMCHAT_MODEL" and value:
            yield Given(("model", "name"), value, name)
        elif name.startswith(_PREFIX) and "__" in name:
            path = tuple(name[len(_PREFIX) :].lower().split("__"))
            try:
                yield Given(path, convert(".".join(path), value, annotation(path)), name)
            except ConfigError as error:
                raise ConfigError(f"Environment variable {name}: {error.sentence}", error.next_step) from None


def from_overrides(overrides: Mapping[str, str]) -> Iterator[Given]:
    """The settings given on the command line, as dotted keys."""
    for key, value in overrides.items():
        path = tuple(key.split("."))
        yield Given(path, convert(key, value, annotation(path)), "command line")


def _leaves(path: tuple[str, ...], table: Mapping[str, Any]) -> Iterator[tuple[tuple[str, ...], Any]]:
    for name, value in table.items():
        here = (*path, name)
        if is_table(annotation(here)):
            if not isinstance(value, dict):
                raise ConfigError(f"`{'.'.join(here)}` must be a table.", f"Write [{'.'.join(here)}] on a line.")
            yield from _leaves(here, value)
        else:
            yield here, value


def check_together(table: Mapping[str, Any]) -> None:
    """Sees that nothing is missing that has no default, and that no setting names a profile field that there is not.

    Raises:
        ConfigError: Something is, or one does.
    """
    for name, endpoint in table.get("endpoints", {}).items():
        for needed in required_fields(annotation(("endpoints", name))):
            if needed not in endpoint:
                raise ConfigError(f"`endpoints.{name}` has no `{needed}`.", f'Add {needed} = "http://…/v1".')
    profile = table.get("profile", {})
    fields = [*DEFAULT_PROFILE, *(name for name in profile.get("fields", {}) if name not in DEFAULT_PROFILE)]
    for setting in ("several", "by_hand"):
        for name in profile.get(setting, ()):
            if name not in fields:
                raise ConfigError(
                    f"`profile.{setting}` names {name!r}, and the profile has no such field.",
                    f"Its fields are {', '.join(fields)}; add your own under [profile.fields].",
                )


def _line_of(text: str, sentence: str) -> int | None:
    """The line on which the key that `sentence` quotes first stands."""
    key = sentence.partition("`")[2].partition("`")[0].rpartition(".")[2]
    for number, line in enumerate(text.splitlines(), 1):
        if key and line.replace("]", " ").replace("[", " ").replace(".", " ").split("=")[0].split()[-1:] == [key]:
            return number
    return None
