"""`memchat memory`: the facts that are remembered, to list, show, add and edit."""

import sys
from argparse import Namespace
from contextlib import suppress
from typing import TYPE_CHECKING

from memchat.cli import (
    memory_about,
    memory_changing,
    memory_history,
    memory_listing,
    memory_review,
    memory_rules,
    memory_transfer,
    memory_upkeep,
)
from memchat.cli.dates import day
from memchat.cli.memory_listing import list_memories
from memchat.cli.memory_review import tell
from memchat.cli.parser import JSON, Commands, changing, shared
from memchat.cli.running import DONE
from memchat.core.kinds import MEMORY_KINDS
from memchat.core.memories import MEMORY_STATUSES

if TYPE_CHECKING:
    from datetime import datetime, tzinfo

    from memchat.assistant import Assistant
    from memchat.core.memories import Memory, Source

_USES = 10
"""How many of the turns that recalled a memory are named."""


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
    listing, one, change = shared(JSON, kind, status, *memory_listing.OPTIONS), shared(JSON), changing()
    parser = commands.add(
        "memory",
        "[about | list | show | add | edit | review | …] [--json] [--kind KIND] [--status STATUS]",
        "Tell, list, show, change, review, undo, export and erase what is remembered",
        tell_or_list,
        parents=[listing],
    )
    parser.set_defaults(json=False, kind=None, status=None, **memory_listing.DEFAULTS)
    actions = Commands(parser, dest="action", title="actions", metavar="ACTION")
    actions.add(
        "list",
        "[--json] [--kind KIND] [--status STATUS] [--search WORDS] [--unused] [--below SURE] […]",
        "All that is remembered, or what is wanted of it",
        list_memories,
        parents=[listing],
    )
    show = actions.add("show", "[--json] ID", "One memory, and where it is from", show_memory, parents=[one])
    add = actions.add("add", "[--json] TEXT", "Remember something", add_memory, parents=[change])
    edit = actions.add("edit", "[--json] ID TEXT", "Put it in other words", edit_memory, parents=[change])
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
    return await (list_memories(args) if memory_listing.chosen(args) else memory_about.about(args))


async def show_memory(args: Namespace) -> int:
    from memchat.cli.opening import assistant
    from memchat.cli.output import print_fields, print_json
    from memchat.core.jsonable import memory_details_json, use_json
    from memchat.memory.zones import user_zone

    async with assistant(args) as opened:
        found = await opened.memories.get(args.id)
        uses = await opened.memories.uses(found.id)
        there = await _there(opened, found)
        zone = await user_zone(opened.store)
    if args.json:
        told = memory_details_json(found)
        sources = [each | {"erased": each["session"] not in {None, *there}} for each in told["sources"]]
        print_json(told | {"sources": sources, "uses": [use_json(use) for use in uses]})
        return DONE
    people = sys.stdout.isatty()
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
            ("valid from", _day(found.valid_from, zone, ends=False) if people else found.valid_from),
            ("valid to", _day(found.valid_to, zone, ends=True) if people else found.valid_to),
            ("superseded by", found.superseded_by),
            ("pinned", "yes" if found.pinned else "no"),
            ("used", f"in {found.use_count} turns"),
            *[("recalled for", f"{use.message_id} {use.score:.2f} {use.said}") for use in uses[:_USES]],
            *[("merged from", part) for part in found.derived_from],
            *[("source", _source(item, there)) for item in found.sources],
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


async def _there(opened: "Assistant", memory: "Memory") -> set[str]:
    """Ids of the sessions that a memory rests on and that were not erased."""
    from memchat.core.errors import NotFound

    there: set[str] = set()
    for session in {source.session_id for source in memory.sources if source.session_id}:
        with suppress(NotFound):
            there.add((await opened.store.sessions.get(session)).id)
    return there


def _day(moment: "datetime | None", zone: "tzinfo", *, ends: bool) -> str:
    return "" if moment is None else day(moment, zone, ends=ends)


def _source(source: "Source", there: set[str]) -> str:
    where = " ".join(part for part in (source.session_id, source.message_id) if part) or "by hand"
    if source.session_id and source.session_id not in there:
        where = "a conversation that was erased"
    return f"{where}: {source.quote}" if source.quote else where
