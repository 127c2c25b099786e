"""Settings from all places: the command line over the environment over the file over the defaults."""

import os
from collections.abc import Mapping
from typing import Any, cast

from memchat.config.schema import build
from memchat.config.sources import Given, check_together, from_environment, from_file, from_overrides
from memchat.core.settings import DEFAULT_PROFILE, Settings
from memchat.paths import Paths


def gather(paths: Paths, environ: Mapping[str, str], overrides: Mapping[str, str]) -> dict[tuple[str, ...], Given]:
    """Each given setting by its path, the strongest place last to speak."""
    found: dict[tuple[str, ...], Given] = {}
    for source in (from_file(paths.config_file), from_environment(environ), from_overrides(overrides)):
        for given in source:
            found[given.path] = given
    return found


def load(
    paths: Paths, environ: Mapping[str, str] | None = None, overrides: Mapping[str, str] | None = None
) -> Settings:
    """The settings in force.

    Args:
        environ: In place of the process's environment.
        overrides: Dotted key to value, from the command line.

    Raises:
        ConfigError: One is wrong; the message says where it stands and what to do.
    """
    table: dict[str, Any] = {"profile": {"fields": dict(DEFAULT_PROFILE)}}
    for path, given in gather(paths, os.environ if environ is None else environ, overrides or {}).items():
        inner = table
        for part in path[:-1]:
            inner = inner.setdefault(part, {})
        inner[path[-1]] = given.value
    check_together(table)
    return cast("Settings", build(Settings, table))
