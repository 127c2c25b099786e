"""`memchat config`: the settings, where each is from, and how to change one."""

import sys
from argparse import Namespace
from typing import TYPE_CHECKING, Any

from memchat.cli.parser import JSON, Commands, shared
from memchat.cli.running import DONE

if TYPE_CHECKING:
    from memchat.paths import Paths


def register(commands: Commands) -> None:
    one = shared(JSON)
    parser = commands.add(
        "config", "[show | path | set] [--json]", "Show and change settings", show_settings, parents=[one], spaced=False
    )
    parser.set_defaults(json=False)
    actions = Commands(parser, dest="action", title="actions", metavar="ACTION")
    actions.add("show", "[--json]", "All settings, and where each is from", show_settings, parents=[one], spaced=False)
    actions.add("path", "", "The config file", show_path, spaced=False)
    change = actions.add("set", "KEY VALUE", "Write a setting into the config file", set_setting, spaced=False)
    change.add_argument("key", metavar="KEY", help="its name, such as memory.fold_messages")
    change.add_argument("value", metavar="VALUE", help="what it shall be")


def show_settings(args: Namespace) -> int:
    from memchat.cli.output import Column, print_json, print_table
    from memchat.config import show
    from memchat.paths import Paths

    paths = Paths.from_environment()
    found = show(paths)
    if args.json:
        print_json([{"key": item.key, "value": item.value, "source": item.source} for item in found])
        return DONE
    print_table(
        [Column(title="setting", style="bold"), Column(title="value", wide=True), Column(title="from", style="dim")],
        [(item.key, _written(item.value), _from(item.source, paths)) for item in found],
        empty="",
    )
    return DONE


def show_path(args: Namespace) -> int:  # noqa: ARG001 - every command gets them
    from memchat.cli.output import print_lines
    from memchat.paths import Paths

    print_lines(str(Paths.from_environment().config_file))
    return DONE


def set_setting(args: Namespace) -> int:
    from memchat.cli.output import print_fields
    from memchat.config import set_value
    from memchat.paths import Paths

    paths = Paths.from_environment()
    paths.ensure()
    set_value(paths, args.key, args.value)
    print_fields([(args.key, args.value)])
    return DONE


def _from(source: str, paths: "Paths") -> str:
    """Where a setting is from; a terminal has no room for the whole path beside the values."""
    return paths.config_file.name if source == str(paths.config_file) and sys.stdout.isatty() else source


def _written(value: Any) -> str:
    """A value as it can be set; nothing for one that is not set."""
    match value:
        case None | "":
            return ""
        case tuple():
            return ", ".join(value)
        case bool():
            return str(value).lower()
        case _:
            return str(value)
