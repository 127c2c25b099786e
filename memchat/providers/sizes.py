"""How large a model is, where its name says so."""

import re

_BILLIONS = re.compile(r"(?<![\w.])(\d+(?:\.\d+)?)\s*([bm])(?![a-z0-9])", re.IGNORECASE)

_LEAST_FOR_TOOLS = 3.0
"""Billions of parameters; below that, models write their calls as text or call when they should answer."""


def billions(name: str) -> float | None:
    """Parameters in billions as `name` says them, such as 1.5 for `qwen2.5-coder-1.5b`; none where it does not."""
    found = [
        float(number) / (1000 if unit.lower() == "m" else 1)
        for number, unit in _BILLIONS.findall(name.replace("_", "-"))
    ]
    return found[-1] if found else None


def too_small_for_tools(name: str) -> bool:
    """Whether a model of this name is known to be too small to call tools dependably."""
    size = billions(name)
    return size is not None and size < _LEAST_FOR_TOOLS
