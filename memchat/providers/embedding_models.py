"""What is known of embedding models by their names: what they want to be told before a text."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Instructions:
    """What stands before a question, and before a text that is to be found."""

    question: str = ""
    passage: str = ""


def instructions(model: str) -> Instructions:
    """What a model of that name wants to be told; nothing where that is not known."""
    name = model.lower()
    return next((told for part, told in _known() if part in name), Instructions())


@cache
def _known() -> tuple[tuple[str, Instructions], ...]:
    text = (files("memchat.providers") / "data" / "embedding_models.toml").read_text(encoding="utf-8")
    return tuple(
        (entry["name"], Instructions(entry.get("question", ""), entry.get("passage", "")))
        for entry in tomllib.loads(text)["model"]
    )
