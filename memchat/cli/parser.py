"""What can be typed after `memchat`: the parser, built from what each command's file registers."""

import argparse
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, NoReturn

from memchat import __version__

Run = Callable[[argparse.Namespace], int | Coroutine[Any, Any, int]]
"""What a command does; gives its exit code."""

PICK = "pick"
"""Stands for `--resume` without an id."""

_ABOUT = "A terminal assistant that remembers you, and shows what it remembers. Without a command it opens the screen."
_EPILOG = (
    "`memchat COMMAND --help` tells more. Exit codes: 0 done, 1 failed, 2 wrong usage, 130 interrupted. "
    "MEMCHAT_HOME puts config, data and cache under one folder."
)


class Help(argparse.HelpFormatter):
    """Help that reads the same with every Python."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=28)

    def _format_action_invocation(self, action: argparse.Action) -> str:
        if not action.option_strings or action.nargs == 0:
            return super()._format_action_invocation(action)
        value = self._format_args(action, action.metavar if isinstance(action.metavar, str) else action.dest.upper())
        return f"{', '.join(action.option_strings)} {value}"

    def _format_action(self, action: argparse.Action) -> str:
        text = super()._format_action(action)
        if isinstance(action.choices, dict):  # the commands: their own lines say enough
            return "".join(f"{line[2:]}\n" for line in text.splitlines()[1:])
        return text


class Parser(argparse.ArgumentParser):
    """A parser whose long options are never abbreviated, so that a new one breaks no script."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("formatter_class", Help)
        options.setdefault("allow_abbrev", False)
        super().__init__(**options)

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message}\nUsage: {self.usage}\n")

    def parse_args(self, args: Sequence[str] | None = None, namespace: Any = None) -> Any:  # type: ignore[override]
        """As `ArgumentParser` does; what is unknown to an action is told with the usage of that action."""
        parsed, unknown = self.parse_known_args(args, namespace)
        if unknown:
            asked: Parser = getattr(parsed, "parser", self)
            asked.error(f"unrecognized arguments: {' '.join(unknown)}")
        return parsed


class Commands:
    """Commands, or the actions of one, as they are registered."""

    def __init__(self, parser: Parser, dest: str, title: str, metavar: str) -> None:
        self._prog = parser.prog
        self._add = parser.add_subparsers(
            dest=dest, title=title, metavar=metavar, prog=parser.prog, parser_class=Parser
        ).add_parser

    def add(
        self, name: str, usage: str, about: str, run: Run, *, parents: Sequence[Parser] = (), spaced: bool = True
    ) -> Parser:
        """Adds one.

        Args:
            usage: Its arguments, as the help shows them.
            about: A sentence without its full stop.
            run: What it does.
            parents: Parsers with options that it shares.
            spaced: Whether it is another in another space; `--space` is understood in any case.
        """
        line = " ".join(f"{self._prog} {name} {usage}".split()).replace("%", "%%")
        parser: Parser = self._add(name, usage=line, help=about, description=f"{about}.", parents=list(parents))
        parser.set_defaults(run=run, parser=parser)
        add_space(parser, default=argparse.SUPPRESS, shown=spaced)
        return parser


def add_space(parser: Parser, *, default: str | None, shown: bool = True) -> None:
    """Adds the choice of a space.

    Args:
        default: What stands for none; an action's is suppressed, so that it leaves its command's alone.
        shown: Whether the help tells of it.
    """
    about = "keep to this space; without it memory.space, which is personal" if shown else argparse.SUPPRESS
    parser.add_argument("--space", metavar="NAME", default=default, help=about)


def shared(*options: tuple[Sequence[str], dict[str, Any]]) -> Parser:
    """A parser of options that a command and its actions share; left out, they leave the others' value alone."""
    parser = Parser(add_help=False)
    for names, settings in options:
        parser.add_argument(*names, default=argparse.SUPPRESS, **settings)
    return parser


JSON = (("--json",), {"action": "store_true", "help": "print one JSON document"})
_YES = (("-y", "--yes"), {"action": "store_true", "help": "do not ask first"})


def changing(*options: tuple[Sequence[str], dict[str, Any]]) -> Parser:
    """A parser of the options of whatever changes something: a script passes `--yes` to each alike, asked or not."""
    return shared(JSON, _YES, *options)


def build() -> Parser:
    """The whole parser."""
    from memchat.cli import (
        ask,
        config,
        doctor,
        explain,
        index,
        interface,
        locate,
        memory,
        models,
        personas,
        profile,
        search,
        sessions,
        spaces,
        summary,
        why,
    )
    from memchat.cli import eval as evaluation

    parser = Parser(
        prog="memchat",
        usage="memchat [-c | -r [ID]] [-m MODEL] [--space NAME] [--incognito] [COMMAND ...]",
        description=_ABOUT,
        epilog=_EPILOG,
    )
    parser.add_argument("--version", action="version", version=f"memchat {__version__}")
    interface.register(parser)
    parser.set_defaults(yes=False)
    commands = Commands(parser, dest="command", title="commands", metavar="COMMAND")
    for command in (
        ask,
        explain,
        why,
        sessions,
        summary,
        memory,
        profile,
        personas,
        spaces,
        search,
        index,
        models,
        config,
        locate,
        doctor,
        evaluation,
    ):
        command.register(commands)
    return parser
