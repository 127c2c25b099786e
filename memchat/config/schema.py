"""Which settings there are, read from the dataclasses that hold them."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from difflib import get_close_matches
from typing import Any, get_args, get_origin, get_type_hints

from memchat.core.errors import ConfigError
from memchat.core.settings import EndpointSettings, Settings

Table = dict[str, Any]

_SECTIONS = get_type_hints(Settings)


def section_types() -> Mapping[str, Any]:
    """Section name to its type: a dataclass, or a mapping of named endpoints."""
    return _SECTIONS


def annotation(path: tuple[str, ...]) -> Any:
    """The type of the setting at `path`, such as `("memory", "fold_messages")`.

    Raises:
        ConfigError: There is no such setting; the message names the nearest one.
    """
    kind: Any = Settings
    for depth, part in enumerate(path):
        if is_dataclass(kind):
            hints = get_type_hints(kind)
            if part not in hints:
                raise _unknown(path[: depth + 1], [".".join((*path[:depth], name)) for name in hints])
            kind = hints[part]
        elif get_origin(kind) is not None and issubclass(get_origin(kind), Mapping):
            names = get_args(get_args(kind)[0])  # of a mapping whose keys are a closed choice
            if names and part not in names:
                raise _unknown(path[: depth + 1], [".".join((*path[:depth], name)) for name in names])
            kind = get_args(kind)[1]
        else:
            raise _unknown(path, [".".join(path[:depth])])
    return kind


def is_table(kind: Any) -> bool:
    """Whether a setting of this type holds further ones."""
    return is_dataclass(kind) or (get_origin(kind) is not None and _is_mapping(kind))


def _is_mapping(kind: Any) -> bool:
    origin = get_origin(kind)
    return isinstance(origin, type) and issubclass(origin, Mapping)


def required_fields(kind: Any) -> tuple[str, ...]:
    """Names that a table of this type cannot do without."""
    return ("base_url",) if kind is EndpointSettings else ()


def build(kind: Any, table: Mapping[str, Any]) -> Any:
    """The value of type `kind` with the converted settings in `table`, and defaults for the rest."""
    if is_dataclass(kind) and isinstance(kind, type):
        hints = get_type_hints(kind)
        known = {item.name for item in fields(kind)}
        return kind(**{name: build(hints[name], value) for name, value in table.items() if name in known})
    if _is_mapping(kind):
        inner = get_args(kind)[1]
        return {name: build(inner, value) for name, value in table.items()}
    return table


def _unknown(path: tuple[str, ...], names: list[str]) -> ConfigError:
    key = ".".join(path)
    near = get_close_matches(key, names, n=1, cutoff=0.5)
    return ConfigError(
        f"There is no setting `{key}`.",
        f"Did you mean `{near[0]}`?" if near else "`memchat config show` lists all of them.",
    )
