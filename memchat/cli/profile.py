"""`memchat profile`: the fields about the user that go into every request."""

import sys
from argparse import Namespace

from memchat.cli.erasing import add_options
from memchat.cli.parser import JSON, Commands, changing, shared
from memchat.cli.running import DONE


def register(commands: Commands) -> None:
    one, changes = shared(JSON), changing()
    parser = commands.add(
        "profile",
        "[list | set | unset | erase] [--json]",
        "List, set, empty and erase the fields about you",
        list_fields,
        parents=[one],
    )
    parser.set_defaults(json=False)
    actions = Commands(parser, dest="action", title="actions", metavar="ACTION")
    actions.add("list", "[--json]", "All fields", list_fields, parents=[one])
    change = actions.add(
        "set",
        "[--json] [--only] FIELD VALUE",
        "Set a field; one that can have several values, such as goals, gets one more",
        set_field,
        parents=[changes],
    )
    change.add_argument("--only", action="store_true", help="in the place of all the values that it has")
    empty = actions.add(
        "unset",
        "[--json] FIELD [VALUE]",
        "Empty a field, or take one of its values away",
        unset_field,
        parents=[changes],
    )
    erase = actions.add(
        "erase",
        "[--json] [--keep-messages] [--spare PLACE] [--yes] FIELD",
        "Erase a field for good, with its past; shows first what goes",
        erase_field,
        parents=[changes],
    )
    erase.add_argument(
        "--keep-messages", action="store_true", help="leave the conversations, and so the words in them, as they are"
    )
    add_options(erase)
    for action in (change, empty, erase):
        action.add_argument("field", metavar="FIELD", help="its name, such as preferred_language")
    change.add_argument("value", metavar="VALUE", nargs="+", help="what it shall hold")
    empty.add_argument("value", metavar="VALUE", nargs="*", help="the only one to take away, or how it begins")


async def list_fields(args: Namespace) -> int:
    from memchat.cli.opening import assistant
    from memchat.cli.output import Column, print_json, print_table
    from memchat.core.jsonable import profile_field_json

    async with assistant(args) as opened:
        found = await opened.memories.profile()
        known = opened.settings.profile.fields
    if args.json:
        print_json([profile_field_json(item) for item in found])
        return DONE
    rows = [(item.field, item.value, item.origin, item.updated_at) for item in found]
    if sys.stdout.isatty():
        filled = {item.field for item in found}
        rows += [(name, f"– {about}", None, None) for name, about in known.items() if name not in filled]  # type: ignore[misc]
    print_table(
        [
            Column(title="field", style="bold"),
            Column(title="value", wide=True),
            Column(title="from", style="dim"),
            Column(title="set", right=True),
        ],
        rows,
        empty="The profile has no fields.",
    )
    return DONE


async def set_field(args: Namespace) -> int:
    from memchat.cli.opening import assistant
    from memchat.cli.output import print_fields, print_json
    from memchat.core.jsonable import profile_field_json

    async with assistant(args, begins=True) as opened:
        changed = await opened.memories.set_profile(args.field, " ".join(args.value), only=args.only)
        await opened.indexing.embed_new()
    if args.json:
        print_json(profile_field_json(changed))
    else:
        print_fields([(changed.field, changed.value)])
    return DONE


async def unset_field(args: Namespace) -> int:
    from memchat.cli.opening import assistant
    from memchat.cli.output import print_fields, print_json

    value = " ".join(args.value) or None
    async with assistant(args) as opened:
        await opened.memories.unset_profile(args.field, value)
    if args.json:
        print_json({"field": args.field, "value": None} | ({"removed": value} if value else {}))
    else:
        print_fields([("emptied", args.field)] if value is None else [("removed", f"{args.field}: {value}")])
    return DONE


async def erase_field(args: Namespace) -> int:
    from memchat.cli.erasing import erase
    from memchat.cli.opening import assistant
    from memchat.memory.profile import field_named

    async with assistant(args) as opened:
        field = field_named(opened.settings.profile, args.field)
        return await erase(args, opened, "profile", field, keep=args.keep_messages)
