"""`memchat memory`: the facts that are remembered, to list, show, add and edit."""

from argparse import Namespace

from memchat.cli import (
    memory_about,
    memory_changing,
    memory_history,
    memory_review,
    memory_rules,
    memory_transfer,
    memory_upkeep,
)
from memchat.cli.memory_review import tell
from memchat.cli.parser import JSON, Commands, shared
from memchat.cli.running import DONE
from memchat.core.kinds import MEMORY_KINDS
from memchat.core.memories import MEMORY_STATUSES

_KNOWN = ("active", "pending")


def register(commands: Commands) -> None:
    kind = (("--kind",), {"choices": MEMORY_KINDS, "metavar": "KIND", "help": f"only {_either(MEMORY_KINDS)}"})
    status = (
        ("--status",),
        {
            "choices": (*MEMORY_STATUSES, "all"),
            "metavar": "STATUS",
            "help": f"only {_either((*MEMORY_STATUSES, 'all'))}; without it, what is active or pending",
        },
    )
    listing, one = shared(JSON, kind, status), shared(JSON)
    parser = commands.add(
        "memory",
        "[about | list | show | add | edit | review | …] [--json] [--kind KIND] [--status STATUS]",
        "Tell, list, show, change, review, undo, export and erase what is remembered",
        tell_or_list,
        parents=[listing],
    )
    parser.set_defaults(json=False, kind=None, status=None)
    actions = Commands(parser, dest="action", title="actions", metavar="ACTION")
    actions.add(
        "list", "[--json] [--kind KIND] [--status STATUS]", "All that is remembered", list_memories, parents=[listing]
    )
    show = actions.add("show", "[--json] ID", "One memory, and where it is from", show_memory, parents=[one])
    add = actions.add("add", "[--json] TEXT", "Remember something", add_memory, parents=[one])
    edit = actions.add("edit", "[--json] ID TEXT", "Put it in other words", edit_memory, parents=[one])
    memory_review.register(actions)
    memory_changing.register(actions)
    memory_history.register(actions)
    memory_rules.register(actions)
    memory_upkeep.register(actions)
    memory_about.register(actions)
    memory_transfer.register(actions)
    for action in (show, edit):
        action.add_argument("id", metavar="ID", help="the memory; the start of its id is enough")
    for action in (add, edit):
        action.add_argument("text", metavar="TEXT", nargs="+", help="what to remember")


def _either(names: tuple[str, ...]) -> str:
    return f"{', '.join(names[:-1])} or {names[-1]}"


async def tell_or_list(args: Namespace) -> int:
    """A page for people; a list where something of it is chosen, or for a program."""
    chosen = args.json or args.kind is not None or args.status is not None
    return await (list_memories(args) if chosen else memory_about.about(args))


async def list_memories(args: Namespace) -> int:
    from memchat.cli.opening import assistant
    from memchat.cli.output import Column, print_json, print_table
    from memchat.core.jsonable import memory_json

    wanted = None if args.status in {None, "all"} else args.status
    async with assistant(args) as opened:
        found = await opened.store.memories.list(kind=args.kind, status=wanted, fields=True)
    found = [memory for memory in found if memory.field is None or memory.status != "active"]  # the profile has those
    if args.status is None:
        found = [memory for memory in found if memory.status in _KNOWN]
    if args.json:
        print_json([memory_json(memory) for memory in found])
        return DONE
    print_table(
        [
            Column(title="id", style="dim"),
            Column(title="kind"),
            Column(title="text", wide=True),
            Column(title="status", style="dim"),
            Column(title="said", right=True),
        ],
        [(memory.id, memory.kind, memory.text, memory.status, memory.observed_at) for memory in found],
        empty='Nothing is remembered yet. Add something with `memchat memory add "…"`, or tell it in a conversation.',
    )
    return DONE


async def show_memory(args: Namespace) -> int:
    from memchat.cli.opening import assistant
    from memchat.cli.output import print_fields, print_json
    from memchat.core.jsonable import memory_details_json

    async with assistant(args) as opened:
        found = await opened.store.memories.get(args.id)
    if args.json:
        print_json(memory_details_json(found))
        return DONE
    print_fields(
        [
            ("id", found.id),
            ("text", found.text),
            ("kind", found.kind),
            ("status", found.status),
            ("why pending", found.reason if found.status == "pending" else ""),
            ("about", found.subject if found.subject != "user" else "you"),
            ("attribute", found.attribute),
            ("field", found.field),
            ("confidence", found.confidence),
            ("origin", found.origin),
            ("observed", found.observed_at),
            ("last said", found.last_seen_at if found.seen_count > 1 else None),
            ("said", f"{found.seen_count} times" if found.seen_count > 1 else ""),
            ("updated", found.updated_at),
            ("written by", found.actor),
            ("holds for", found.holds),
            ("valid from", found.valid_from),
            ("valid to", found.valid_to),
            ("superseded by", found.superseded_by),
            ("pinned", "yes" if found.pinned else "no"),
            ("used", f"in {found.use_count} turns"),
            *[("merged from", part) for part in found.derived_from],
            *[("source", _source(item.session_id, item.message_id, item.quote)) for item in found.sources],
        ]
    )
    return DONE


async def add_memory(args: Namespace) -> int:
    from memchat.cli.opening import assistant

    async with assistant(args, begins=True) as opened:
        added = await opened.memories.remember(" ".join(args.text))
        await opened.indexing.embed_new()
    return tell(args, "remembered", added)


async def edit_memory(args: Namespace) -> int:
    from memchat.cli.opening import assistant

    async with assistant(args) as opened:
        found = await opened.store.memories.get(args.id)
        edited = await opened.memories.edit(found.id, " ".join(args.text))
        await opened.indexing.embed_new()
    return tell(args, "edited", edited)


def _source(session: str | None, message: str | None, quote: str) -> str:
    where = " ".join(part for part in (session, message) if part) or "by hand"
    return f"{where}: {quote}" if quote else where
