"""Keys and commands, from the bindings and the table of commands themselves."""

from collections.abc import Iterable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.dom import DOMNode

from memchat.tui.screens.dialog import Dialog
from memchat.tui.text import plain
from memchat.tui.widgets.key_line import shown_keys
from memchat.tui.widgets.panels.lines import Part, Prose

_WIDE, _NARROW = 31, 18


class HelpScreen(Dialog[None]):
    """Every key that has a name of its own here, with the name for remapping it, and every slash command."""

    HEADING = "Help"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f1,q", "close", "Close", show=False, id="help.close"),
    ]

    def content(self) -> ComposeResult:
        yield Prose()

    def on_mount(self) -> None:
        pane = self.query_one(Prose)
        stack = self.app.screen_stack
        under = stack[-2] if len(stack) > 1 else self.app.screen
        pane.parts = (*_keys(self, [self.app, under, *under.walk_children()]), *_commands(_wide(self)))
        pane.focus()


def _wide(screen: HelpScreen) -> int:
    """Cells for the keys."""
    return _WIDE if screen.app.size.width >= 80 else _NARROW


def _keys(screen: HelpScreen, nodes: Iterable[DOMNode]) -> list[Part]:
    """The bindings of memchat's own parts, by the first half of their id."""
    groups: dict[str, dict[str, Part]] = {}
    for node in nodes:
        for base in type(node).__mro__:
            for binding in base.__dict__.get("BINDINGS", ()):
                if not isinstance(binding, Binding) or not binding.id or not binding.description:
                    continue
                group, _, name = binding.id.rpartition(".")
                shown = shown_keys(screen.app, binding)
                about = binding.tooltip or binding.description
                groups.setdefault(group or "everywhere", {}).setdefault(name, (shown, f"{about}\t{binding.id}"))
    parts: list[Part] = []
    wide = _wide(screen)
    for group, entries in groups.items():
        parts.append((f"{'' if not parts else chr(10)}{group.capitalize()}\n", "bold $primary"))
        for keys, about in entries.values():
            said, _, name = about.partition("\t")
            parts += [(f"  {keys:<{wide}} ", "$footer-key-foreground"), (said, "$foreground"), (f"  {name}\n", "$dim")]
    parts.append(("\nAny key can be changed: ", "$dim"))
    parts.append(('[interface.keys] "chat.sessions" = "ctrl+l"', "$foreground"))
    parts.append((" in the config file.\n", "$dim"))
    return parts


def _commands(wide: int) -> list[Part]:
    from memchat.tui.slash import COMMANDS

    parts: list[Part] = [("\nCommands\n", "bold $primary")]
    for command in COMMANDS:
        parts += [
            (f"  {command.usage:<{wide}} ", "$footer-key-foreground"),
            (f"{plain(command.about)}\n", "$foreground"),
        ]
    return parts
