"""`memchat memory`: the facts that are remembered, to list, show, add, edit, forget and take back."""

from argparse import Namespace
from typing import TYPE_CHECKING, Any

from memchat.cli import memory_review, memory_upkeep
from memchat.cli.memory_review import tell
from memchat.cli.parser import JSON, Commands, shared
from memchat.cli.running import DONE
from memchat.core.kinds import MEMORY_KINDS
from memchat.core.memories import MEMORY_STATUSES

if TYPE_CHECKING:
    from memchat.core.memories import Change

_KNOWN = ("active", "pending")
_INTERNAL = frozenset(("normal_text", "replaces", "sources"))
_MOMENTS = frozenset(("updated_at", "valid_from", "valid_to", "last_seen_at"))


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
        "[list | show | add | edit | forget | …] [--json] [--kind KIND] [--status STATUS]",
        "List, show, add, edit, review, forget and erase what is remembered",
        list_memories,
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
    forget = actions.add("forget", "[--json] ID", "Take it out of recall", forget_memory, parents=[one])
    history = actions.add("history", "[--json] ID", "Who changed it, from what to what", show_history, parents=[one])
    actions.add("undo", "[--json]", "Take the newest change back, of a memory or of the profile", undo, parents=[one])
    memory_review.register(actions)
    memory_upkeep.register(actions)
    for action in (show, edit, forget):
        action.add_argument("id", metavar="ID", help="the memory; the start of its id is enough")
    history.add_argument("id", metavar="ID", help="the memory, or profile:FIELD")
    for action in (add, edit):
        action.add_argument("text", metavar="TEXT", nargs="+", help="what to remember")


def _either(names: tuple[str, ...]) -> str:
    return f"{', '.join(names[:-1])} or {names[-1]}"


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


async def forget_memory(args: Namespace) -> int:
    from memchat.cli.opening import assistant

    async with assistant(args) as opened:
        found = await opened.store.memories.get(args.id)
        forgotten = await opened.memories.forget(found.id)
    return tell(args, "forgotten", forgotten)


async def show_history(args: Namespace) -> int:
    from memchat.cli.opening import assistant
    from memchat.cli.output import Column, print_json, print_table
    from memchat.memory.profile import field_named

    async with assistant(args) as opened:
        is_field = args.id.startswith("profile:")
        named_so = is_field or args.id.startswith("session:")
        target = args.id if named_so else (await opened.store.memories.get(args.id)).id
        changes = await opened.store.memories.history(target)
        if is_field and not changes:  # what was a field once still has its history; else it must be one
            named = field_named(opened.settings.profile, args.id.removeprefix("profile:"))
            changes = await opened.store.memories.history(f"profile:{named}")
    if args.json:
        print_json([change_json(change) for change in changes])
        return DONE
    print_table(
        [
            Column(title="when", right=True),
            Column(title="who"),
            Column(title="did"),
            Column(title="before", wide=True),
            Column(title="after", wide=True),
            Column(title="undone", style="dim"),
        ],
        [(item.at, item.actor, item.action, told(item.before), told(item.after), item.undone_at) for item in changes],
        empty="It was never changed.",
    )
    return DONE


async def undo(args: Namespace) -> int:
    from memchat.cli.opening import assistant
    from memchat.cli.output import print_fields, print_json
    from memchat.core.errors import NotFound

    async with assistant(args) as opened:
        change = await opened.memories.undo()
        await opened.indexing.embed_new()
    if change is None:
        raise NotFound("There is no change left to take back.")
    if args.json:
        print_json(change_json(change))
        return DONE
    print_fields(
        [
            ("taken back", f"{change.action} of {change.target}"),
            ("was", told(change.after)),
            ("is again", told(change.before)),
        ]
    )
    return DONE


def change_json(change: "Change") -> dict[str, Any]:
    """One change of a memory or a profile field; `before` and `after` are what it was and what it became."""
    from memchat.core.times import iso

    return {
        "id": change.id,
        "target": change.target,
        "action": change.action,
        "actor": change.actor,
        "at": iso(change.at),
        "before": _state(change.before),
        "after": _state(change.after),
        "undone_at": iso(change.undone_at) if change.undone_at else None,
    }


def told(stored: str | None) -> str:
    """What a change's `before` or `after` says, in words."""
    value = _value(stored)
    if isinstance(value, dict):
        text = str(value.get("text") or value.get("value") or "")
        status = str(value.get("status") or "active")
        return text if status == "active" else f"{text} ({status})"
    return "" if value is None else str(value)


def _state(stored: str | None) -> Any:
    """What a change's `before` or `after` holds, as the rest of the JSON writes it."""
    from memchat.core.times import from_unix, iso

    value = _value(stored)
    if not isinstance(value, dict):
        return value
    shown = {name: held for name, held in value.items() if name not in _INTERNAL}
    for name in _MOMENTS & shown.keys():
        shown[name] = iso(from_unix(shown[name])) if shown[name] is not None else None
    return shown | ({"pinned": bool(shown["pinned"])} if "pinned" in shown else {})


def _value(stored: str | None) -> Any:
    import json

    return None if stored is None else json.loads(stored)


def _source(session: str | None, message: str | None, quote: str) -> str:
    where = " ".join(part for part in (session, message) if part) or "by hand"
    return f"{where}: {quote}" if quote else where
