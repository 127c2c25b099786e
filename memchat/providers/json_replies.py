"""JSON out of a reply that may have talk around it."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

_FENCE = re.compile(r"```\w*\s*\n(.*?)```", re.DOTALL)
_MOST_STARTS = 64


def read_json(text: str, schema: Mapping[str, Any] | None) -> Any:
    """The JSON value in `text`: the whole, a fenced block, or from some bracket on.

    Args:
        schema: Its `type`, where it says `object` or `array`, must be that of the value.

    Raises:
        ValueError: There is none.
    """
    for value in _values(text.strip()):
        match (schema or {}).get("type"):
            case "object" if not isinstance(value, dict):
                continue
            case "array" if not isinstance(value, list):
                continue
        return value
    raise ValueError("no JSON in the text")


def _values(text: str) -> Iterator[Any]:
    for whole in (text, *(block.strip() for block in _FENCE.findall(text))):
        try:
            yield json.loads(whole)
        except (ValueError, RecursionError):
            continue
    decoder = json.JSONDecoder()
    starts = [match.start() for match in re.finditer(r"[{\[]", text)]
    for start in starts[:_MOST_STARTS]:
        try:
            yield decoder.raw_decode(text, start)[0]
        except (ValueError, RecursionError):
            continue
