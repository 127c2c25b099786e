"""`memchat personas`: who can answer."""

from argparse import Namespace

from memchat.cli.parser import JSON, Commands, shared
from memchat.cli.running import DONE


def register(commands: Commands) -> None:
    one = shared(JSON)
    parser = commands.add(
        "personas",
        "[list | show] [--json]",
        "List and show personas, which are files of yours",
        list_personas,
        parents=[one],
        spaced=False,
    )
    parser.set_defaults(json=False)
    actions = Commands(parser, dest="action", title="actions", metavar="ACTION")
    actions.add("list", "[--json]", "All personas", list_personas, parents=[one], spaced=False)
    show = actions.add("show", "[--json] NAME", "What a persona is told", show_persona, parents=[one], spaced=False)
    show.add_argument("name", metavar="NAME", help="as `memchat personas` lists it")


def list_personas(args: Namespace) -> int:
    from memchat.cli.opening import load_settings
    from memchat.cli.output import Column, print_json, print_table
    from memchat.memory.procedural import personas

    settings, paths = load_settings(space=args.space)
    found = [(name, name == settings.persona.use) for name in personas(paths.personas_dir)]
    if args.json:
        print_json([{"name": name, "default": used} for name, used in found])
        return DONE
    print_table(
        [Column(title=""), Column(title="persona", style="bold"), Column(title="file", wide=True)],
        [("*" if used else "", name, str(paths.personas_dir / f"{name}.md")) for name, used in found],
        empty=f"There are none yet. A persona is a file {paths.personas_dir / 'NAME.md'} with what it is told.",
    )
    return DONE


def show_persona(args: Namespace) -> int:
    from memchat.cli.opening import load_settings
    from memchat.cli.output import print_json, print_lines
    from memchat.memory.procedural import persona

    _, paths = load_settings(space=args.space)
    text = persona(paths.personas_dir, args.name)
    if args.json:
        print_json({"name": args.name, "text": text})
    else:
        print_lines(text)
    return DONE
