"""One value, from TOML or from a string, into the type that its setting has."""

from types import NoneType, UnionType
from typing import Any, Literal, get_args, get_origin

from memchat.core.errors import ConfigError

_TRUE = {"1", "true", "yes", "on"}
_FALSE = {"0", "false", "no", "off"}

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
    if wanted is bool:
        return _boolean(key, value)
    if wanted is str:
        if isinstance(value, str):
            return value
        raise ConfigError(f"`{key}` must be a text, and is {value!r}.", f'Write it in quotes: {key} = "…".')
    return _number(key, value, wanted)


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
    low, high = _LIMITS.get(key, (float("-inf"), float("inf")))
    if not low <= number <= high:
        raise ConfigError(f"`{key}` must be from {low:g} to {high:g}, and is {number:g}.")
    return number
