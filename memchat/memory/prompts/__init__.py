"""The texts that models are given, one file each."""

from functools import cache
from importlib.resources import files
from string import Template
from typing import Literal

PromptName = Literal[
    "system",
    "reconcile",
    "extract",
    "fold",
    "condense",
    "session_summary",
    "title",
    "merge",
    "contradict",
    "distil",
]


@cache
def prompt(name: PromptName) -> str:
    """The text of a prompt file, without the space around it."""
    return files(__name__).joinpath(f"{name}.md").read_text(encoding="utf-8").strip()


def filled(name: PromptName, **values: str) -> str:
    """A prompt with its `$name` places filled; what is filled in is not looked at again."""
    return Template(prompt(name)).substitute(values)


def system_prompt() -> str:
    """What the assistant is told first when no persona replaces it; the same in every request."""
    return prompt("system")
