"""One value, from TOML or from a string, into the type that its setting has."""

import tomllib
from types import NoneType, UnionType
from typing import Any, Literal, get_args, get_origin

from memchat.core.errors import ConfigError, MemchatError
from memchat.paths import check_space

_TRUE = {"1", "true", "yes", "on"}
_FALSE = {"0", "false", "no", "off"}

_DAYS = 36_500

_LIMITS: dict[str, tuple[float, float]] = {
    "model.reply_tokens": (16, 1_000_000),
    "model.window": (0, 100_000_000),
    "model.temperature": (0, 5),
    "model.connect_seconds": (0.1, 3600),
    "model.silence_seconds": (1, 86_400),
    "model.attempts": (1, 20),
    "memory.window_messages": (1, 100_000),
    "memory.fold_messages": (4, 100_000),
    "memory.fold_tokens": (0, 100_000_000),
    "memory.summary_tokens": (50, 100_000),
    "memory.session_summaries": (0, 50),
    "memory.recall_items": (0, 200),
    "memory.recall_tokens": (0, 1_000_000),
    "memory.recall_floor": (0, 1),
    "memory.instructions": (0, 1_000),
    "learning.confidence": (0, 1),
    "learning.facts_per_message": (0, 1_000),
    "learning.consolidate_hours": (0, 24 * _DAYS),
    "learning.idle_minutes": (1, 1440 * _DAYS),
    "learning.stale_days": (0, _DAYS),
    "learning.most_facts": (1, 1_000_000),
    "learning.keep_days.*": (0, _DAYS),
    "learning.keep_messages_days": (0, _DAYS),
    "interface.page_messages": (5, 500),
}


def convert(key: str, value: object, wanted: Any) -> Any:
    """`value` as the type `wanted` of the setting `key`.

    Args:
        key: The setting's dotted name, for the message.
        value: What TOML gave, or a string from the environment or the command line.
        wanted: The setting's annotation.

    Raises:
        ConfigError: It is not of that type, or out of its range.
    """
    if get_origin(wanted) is UnionType:
        if value is None or value in {"", "none"}:
            return None
        wanted = next(option for option in get_args(wanted) if option is not NoneType)
    if get_origin(wanted) is Literal:
        return _one_of(key, value, get_args(wanted))
    if get_origin(wanted) is tuple:
        return _texts(key, value)
    if wanted is bool:
        return _boolean(key, value)
    return _text(key, value) if wanted is str else _number(key, value, wanted)


def _text(key: str, value: object) -> str:
    if not isinstance(value, str):
        raise ConfigError(f"`{key}` must be a text, and is {value!r}.", f'Write it in quotes: {key} = "…".')
    if key == "memory.space":
        try:
            check_space(value)
        except MemchatError as error:
            raise ConfigError(error.sentence, error.next_step) from None
    return value


def _texts(key: str, value: object) -> tuple[str, ...]:
    """A list of texts; from the environment or the command line with commas between them, or as TOML writes it."""
    if isinstance(value, str):
        value = _listed(value)
    if isinstance(value, list) and all(isinstance(item, str) and item for item in value):
        return tuple(dict.fromkeys(value))
    raise ConfigError(f"`{key}` must be a list of texts, and is {value!r}.", f'Write it so: {key} = ["…", "…"].')


def _listed(text: str) -> object:
    if not text.lstrip().startswith("["):
        return [part.strip() for part in text.split(",") if part.strip()]
    try:
        return tomllib.loads(f"list = {text}")["list"]
    except tomllib.TOMLDecodeError:
        return text


def _one_of(key: str, value: object, options: tuple[str, ...]) -> str:
    if isinstance(value, str) and value in options:
        return value
    named = ", ".join(f"`{option}`" for option in options)
    raise ConfigError(f"`{key}` is {value!r}, and must be one of {named}.")


def _boolean(key: str, value: object) -> bool:
    if isinstance(value, bool):
        return value
    word = value.lower() if isinstance(value, str) else ""
    if word in _TRUE | _FALSE:
        return word in _TRUE
    raise ConfigError(f"`{key}` must be true or false, and is {value!r}.")


def _number(key: str, value: object, wanted: type[int] | type[float]) -> int | float:
    name = "a whole number" if wanted is int else "a number"
    problem = ConfigError(f"`{key}` must be {name}, and is {value!r}.")
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise problem
    try:
        number = wanted(value)
    except (ValueError, OverflowError):
        raise problem from None
    if number != number or (isinstance(value, float) and wanted is int and number != value):  # noqa: PLR0124 - NaN
        raise problem
    anyone = f"{key.rpartition('.')[0]}.*"
    low, high = _LIMITS.get(key, _LIMITS.get(anyone, (float("-inf"), float("inf"))))
    if not low <= number <= high:
        raise ConfigError(f"`{key}` must be from {low:g} to {high:g}, and is {number:g}.")
    return number
