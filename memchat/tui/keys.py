"""Binding ids: what the user may remap, and how keys are written on the screen."""

import importlib
import pkgutil
import unicodedata

from textual.binding import Binding
from textual.dom import DOMNode
from textual.keys import Keys

from memchat.tui import screens


def known_ids() -> dict[str, Binding]:
    """Every binding of memchat that has an id, by id; imports all screens, so it is slow the first time."""
    for module in pkgutil.iter_modules(screens.__path__):
        importlib.import_module(f"{screens.__name__}.{module.name}")
    found: dict[str, Binding] = {}
    waiting: list[type] = [DOMNode]
    while waiting:
        kind = waiting.pop()
        waiting += kind.__subclasses__()
        if kind.__module__.startswith("memchat."):
            for binding in kind.__dict__.get("BINDINGS", ()):
                if isinstance(binding, Binding) and binding.id:
                    found.setdefault(binding.id, binding)
    return found


def is_key(name: str) -> bool:
    """Whether a terminal could send a key of that name: `ctrl+l`, `f3`, `question_mark`, `?`."""
    *modifiers, key = name.strip().split("+") if name.strip() != "+" else ["+"]
    known = len(key) == 1 or key in _NAMES or _is_character(key)
    return known and all(modifier in ("ctrl", "shift", "alt", "super", "hyper", "meta") for modifier in modifiers)


def _is_character(name: str) -> bool:
    try:
        unicodedata.lookup(name.replace("_", " "))
    except KeyError:
        return False
    return True


_NAMES = frozenset(key.value for key in Keys)

_SHOWN = {"escape": "esc", "pageup": "pgup", "pagedown": "pgdn"}


def key_shown(binding: Binding) -> str:
    """The first of a binding's keys as it is written on the screen: `ctrl+j`, `enter`."""
    if binding.key_display:
        return binding.key_display
    *modifiers, key = binding.key.partition(",")[0].split("+")
    return "+".join([*modifiers, _SHOWN.get(key, key)])
