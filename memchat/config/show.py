"""Every setting with its value and where that is from."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

from memchat.config.load import gather, load
from memchat.paths import Paths


@dataclass(frozen=True, slots=True)
class Shown:
    """A setting as `memchat config show` prints it; `source` is a file, a variable or `default`."""

    key: str
    value: Any
    source: str


def show(paths: Paths, environ: Mapping[str, str] | None = None) -> list[Shown]:
    """All settings in force, in the order of their sections.

    Raises:
        ConfigError: One is wrong.
    """
    environ = os.environ if environ is None else environ
    given = {".".join(path): item.source for path, item in gather(paths, environ, {}).items()}
    settings = load(paths, environ)
    return [Shown(key, value, given.get(key, "default")) for key, value in _walk("", settings)]


def _walk(prefix: str, value: Any) -> Iterator[tuple[str, Any]]:
    if is_dataclass(value):
        items = [(item.name, getattr(value, item.name)) for item in fields(value)]
    else:
        items = list(value.items())
    for name, inner in items:
        key = f"{prefix}{name}"
        if is_dataclass(inner) or isinstance(inner, Mapping):
            yield from _walk(f"{key}.", inner)
        else:
            yield key, inner
