"""The generated parts of docs/: the command line's help, the settings, the keys and the built-in models.

`python -m tests.cli.reference` writes them; a test says when that was forgotten.
"""

import argparse
import importlib
import inspect
import os
import pkgutil
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from pathlib import Path
from typing import Any, get_type_hints

from memchat.core.settings import EndpointSettings, Settings

DOCS = Path(__file__).parents[2] / "docs"

_PART = re.compile(r"(<!-- generated: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)
_ATTRIBUTE = re.compile(r"^    (\w+): (.*(?:\n     +.*)*)", re.MULTILINE)

_KEY_GROUPS: Mapping[str, tuple[str, ...]] = {
    "Everywhere": ("quit", "copy"),
    "Chat": ("chat", "transcript"),
    "Input": ("prompt",),
    "A message": ("message", "forgetting", "chip"),
    "Panels": ("panel", "panels", "buffer", "summary", "profile", "recalled", "inline"),
    "Lists": ("list", "sessions", "models", "search", "themes"),
    "The memory browser": ("memory", "choose", "filters", "validity"),
    "Other windows": (
        "dialog",
        "confirm",
        "erase",
        "import",
        "edit",
        "why",
        "review",
        "delete",
        "request",
        "endpoint",
        "first",
        "help",
    ),
}


def parsers(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    """`parser` and those of all its commands and actions, in the order of the help."""
    yield parser
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for inner in action.choices.values():
                yield from parsers(inner)


def commands() -> str:
    """The help of every command."""
    from memchat.cli.parser import build

    os.environ["COLUMNS"] = "80"
    sections = []
    for parser in parsers(build()):
        level = "#" * (1 + len(parser.prog.split()))
        sections.append(f"{level} {parser.prog}\n\n```text\n{parser.format_help().strip()}\n```\n")
    return "\n".join(sections)


def settings() -> str:
    """Every setting, from the docstrings of their sections."""
    hints = get_type_hints(Settings)
    sections = [_section(item.name, hints[item.name]) for item in fields(Settings) if is_dataclass(hints[item.name])]
    sections.insert(1, _section("endpoints.NAME", EndpointSettings))
    return "\n".join(sections)


def _section(name: str, kind: Any) -> str:
    doc = inspect.getdoc(kind) or ""
    about = doc.partition("\n")[0]
    described = {key: " ".join(text.split()) for key, text in _ATTRIBUTE.findall(doc)}
    rows = [f"| `{item.name}` | {_default(item)} | {described[item.name]} |" for item in fields(kind)]
    return "\n".join(
        [f"### [{name}]", "", about, "", "| setting | default | what it does |", "|---|---|---|", *rows, ""]
    )


def _default(item: "Field[Any]") -> str:
    if item.default is MISSING:
        return "" if item.default_factory is MISSING else "see below"
    if item.default in {None, "", ()}:
        return ""
    if isinstance(item.default, tuple):
        return f"`{', '.join(item.default)}`"
    return f"`{str(item.default).lower()}`" if isinstance(item.default, bool) else f"`{item.default}`"


def profile_fields() -> str:
    """The fields that the profile has from the start."""
    from memchat.core.settings import DEFAULT_PROFILE

    return "\n".join(
        ["| field | holds |", "|---|---|", *(f"| `{name}` | {about} |" for name, about in DEFAULT_PROFILE.items()), ""]
    )


def slash() -> str:
    """The slash commands."""
    from memchat.tui.slash import COMMANDS

    return "\n".join(
        ["| command | does |", "|---|---|", *(f"| `{command.usage}` | {command.about} |" for command in COMMANDS), ""]
    )


def keys() -> str:
    """Every key binding with the id by which it can be changed."""
    from textual.binding import Binding

    import memchat.tui

    found: dict[str, Binding] = {}
    for module in pkgutil.walk_packages(memchat.tui.__path__, "memchat.tui."):
        for owner in vars(importlib.import_module(module.name)).values():
            bindings = vars(owner).get("BINDINGS", ()) if inspect.isclass(owner) else ()
            for binding in bindings:
                if isinstance(binding, Binding) and binding.id and owner.__module__.startswith("memchat."):
                    found.setdefault(binding.id, binding)
    grouped: dict[str, list[Binding]] = {title: [] for title in _KEY_GROUPS}
    for name, binding in found.items():
        title = next((title for title, names in _KEY_GROUPS.items() if name.partition(".")[0] in names), None)
        assert title, f"give the keys of {name!r} a place in tests/cli/reference.py"
        grouped[title].append(binding)
    return "\n".join(_key_table(title, bindings) for title, bindings in grouped.items() if bindings)


def _key_table(title: str, bindings: list[Any]) -> str:
    rows = [
        f"| {_written(binding.key)} | {binding.description} | `{binding.id}` |"
        for binding in sorted(bindings, key=lambda binding: binding.id.partition(".")[0])
    ]
    return "\n".join([f"### {title}", "", "| key | does | id |", "|---|---|---|", *rows, ""])


def _written(keys: str) -> str:
    return ", ".join(f"`{key.strip()}`" for key in keys.split(","))


def catalog() -> str:
    """The built-in models."""
    from memchat.providers.catalog import catalog as models

    rows = [
        f"| `{model.name}` | {model.size_bytes / 1e9:.1f} GB | {model.memory_bytes / 1e9:.1f} GB "
        f"| {model.context:,} | {model.about} |"
        for model in models()
    ]
    head = ["| name | download | memory, at least | window, tokens | about |", "|---|---|---|---|---|"]
    return "\n".join([*head, *rows, ""])


PARTS: Mapping[str, Callable[[], str]] = {
    "commands": commands,
    "settings": settings,
    "profile": profile_fields,
    "slash": slash,
    "keys": keys,
    "catalog": catalog,
}


def renewed(text: str) -> str:
    """`text` with its generated parts as they should be."""
    return _PART.sub(lambda part: f"{part[1]}\n{PARTS[part[2]]()}\n{part[3]}", text)


def main() -> None:
    for page in sorted(DOCS.glob("*.md")):
        text = page.read_text("utf-8")
        if (right := renewed(text)) != text:
            page.write_text(right, "utf-8")
            sys.stdout.write(f"wrote {page}\n")


if __name__ == "__main__":
    main()
