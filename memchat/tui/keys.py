"""Binding ids: what the user may remap, and how keys are written on the screen."""

from collections.abc import Iterable, Mapping
from typing import Any

from textual.binding import Binding
from textual.dom import DOMNode


def ids_of(nodes: Iterable[DOMNode | type[DOMNode]]) -> dict[str, Binding]:
    """Every binding with an id that `nodes` have, by id."""
    found: dict[str, Binding] = {}
    for node in nodes:
        owner: Any = node if isinstance(node, type) else type(node)
        for base in owner.__mro__:
            for binding in base.__dict__.get("BINDINGS", ()):
                if isinstance(binding, Binding) and binding.id:
                    found.setdefault(binding.id, binding)
    return found


_SHOWN = {"escape": "esc", "pageup": "pgup", "pagedown": "pgdn"}


def key_shown(binding: Binding) -> str:
    """The first of a binding's keys as it is written on the screen: `ctrl+j`, `enter`."""
    if binding.key_display:
        return binding.key_display
    *modifiers, key = binding.key.partition(",")[0].split("+")
    return "+".join([*modifiers, _SHOWN.get(key, key)])


def unknown_ids(keys: Mapping[str, str], nodes: Iterable[DOMNode | type[DOMNode]]) -> list[str]:
    """The names in `keys` that no binding of `nodes` has."""
    known = ids_of(nodes)
    return [name for name in keys if name not in known]
