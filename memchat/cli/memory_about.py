"""`memchat memory about`: all that is remembered as a page to read, from the store alone."""

from argparse import Namespace
from typing import TYPE_CHECKING, Any

from memchat.cli.parser import JSON, Commands, shared
from memchat.cli.running import DONE

if TYPE_CHECKING:
    from memchat.memory.overview import Page


def register(actions: Commands) -> None:
    """Adds the action to those of `memchat memory`."""
    actions.add(
        "about", "[--json]", "What is remembered about you, and what is not kept", about, parents=[shared(JSON)]
    )


async def about(args: Namespace) -> int:
    import sys

    from memchat.cli.opening import assistant
    from memchat.cli.output import print_json, print_lines
    from memchat.memory.overview import as_text

    async with assistant(args) as opened:
        told = await opened.telling.page()
    if args.json:
        print_json(_page_json(told))
        return DONE
    if sys.stdout.isatty():
        _print_page(told)
    else:
        print_lines(as_text(told))
    return DONE


def _print_page(told: "Page") -> None:
    """Wrapped at the edge of the terminal, what is said of a line dimmed."""
    from rich.console import Console
    from rich.padding import Padding
    from rich.text import Text

    from memchat.cli.text import one_line

    console = Console(highlight=False, emoji=False)
    console.print(Text(told.title, style="bold"))
    for section in told.sections:
        console.print()
        if section.title:
            console.print(Text(one_line(section.title), style="bold"))
        for line in section.lines:
            parts = [(one_line(line.text), "")] + ([(f"  {one_line(line.note)}", "dim")] if line.note else [])
            console.print(Padding(Text.assemble(*parts), (0, 0, 0, 2)))


def _page_json(told: "Page") -> dict[str, Any]:
    return {
        "title": told.title,
        "sections": [
            {"title": section.title, "lines": [{"text": line.text, "note": line.note} for line in section.lines]}
            for section in told.sections
        ],
    }
