"""`memchat memory`: what waits for the user, what was put away, and what contradicts."""

import sys
from argparse import Namespace
from typing import TYPE_CHECKING

from memchat.cli.erasing import add_options
from memchat.cli.parser import JSON, Commands, shared
from memchat.cli.running import DONE

if TYPE_CHECKING:
    from memchat.core.memories import Memory


def register(actions: Commands) -> None:
    """Adds the actions to those of `memchat memory`."""
    one = shared(JSON)
    accept = actions.add("accept", "[--json] ID [TEXT]", "Use what waits for your review", accept_memory, parents=[one])
    reject = actions.add("reject", "[--json] ID", "Put away what waits for your review", reject_memory, parents=[one])
    archive = actions.add("archive", "[--json] ID", "Take it out of recall, and keep it", archive_memory, parents=[one])
    restore = actions.add(
        "restore", "[--json] ID", "Use again what was archived, forgotten or superseded", restore_memory, parents=[one]
    )
    erase = actions.add(
        "erase",
        "[--json] [--keep-messages] [--spare PLACE] [--yes] ID",
        "Erase it for good, with all that rests on it; shows first what goes",
        erase_memory,
        parents=[one],
    )
    actions.add("conflicts", "[--json]", "What contradicts, and waits for you", list_conflicts, parents=[one])
    settle = actions.add(
        "settle",
        "[--json] CONFLICT [MEMORY]",
        "Settle a contradiction: forget the other one",
        settle_conflict,
        parents=[one],
    )
    for action in (accept, reject, archive, restore, erase):
        action.add_argument("id", metavar="ID", help="the memory; the start of its id is enough")
    accept.add_argument("text", metavar="TEXT", nargs="*", default=[], help="in other words")
    erase.add_argument(
        "--keep-messages", action="store_true", help="leave the conversations, and so the words in them, as they are"
    )
    add_options(erase)
    settle.add_argument("conflict", metavar="CONFLICT", help="as `memchat memory conflicts` lists it")
    settle.add_argument("keep", metavar="MEMORY", nargs="?", help="the one that is right; without it both stay")


async def accept_memory(args: Namespace) -> int:
    from memchat.cli.opening import assistant

    async with assistant(args) as opened:
        accepted = await opened.memories.accept(args.id, text=" ".join(args.text) if args.text else None)
        await opened.indexing.embed_new()
    return tell(args, "accepted", accepted)


async def reject_memory(args: Namespace) -> int:
    from memchat.cli.opening import assistant

    async with assistant(args) as opened:
        rejected = await opened.memories.reject(args.id)
    return tell(args, "rejected", rejected)


async def archive_memory(args: Namespace) -> int:
    from memchat.cli.opening import assistant

    async with assistant(args) as opened:
        archived = await opened.memories.archive(args.id)
    return tell(args, "archived", archived)


async def restore_memory(args: Namespace) -> int:
    from memchat.cli.opening import assistant

    async with assistant(args) as opened:
        restored = await opened.memories.restore(args.id)
        await opened.indexing.embed_new()
    return tell(args, "restored", restored)


async def erase_memory(args: Namespace) -> int:
    from memchat.cli.erasing import erase
    from memchat.cli.opening import assistant

    async with assistant(args) as opened:
        found = await opened.store.memories.get(args.id)
        return await erase(args, opened, "memory", found.id, keep=args.keep_messages)


async def list_conflicts(args: Namespace) -> int:
    from memchat.cli.opening import assistant
    from memchat.cli.output import Column, print_fields, print_json, print_table
    from memchat.core.jsonable import conflict_json

    async with assistant(args) as opened:
        found = await opened.memories.conflicts()
    if args.json:
        print_json([conflict_json(conflict) for conflict in found])
        return DONE
    if sys.stdout.isatty() and found:
        for conflict in found:
            pair = [(memory.id, memory.text) for memory in (conflict.first, conflict.second)]
            print_fields([("conflict", conflict.id), ("why", conflict.why), *pair])
            print()
        return DONE
    print_table(
        [
            Column(title="conflict", style="dim"),
            Column(title="memory", style="dim"),
            Column(title="text", wide=True),
            Column(title="said", right=True),
            Column(title="why", style="dim"),
        ],
        [
            (conflict.id, memory.id, memory.text, memory.observed_at, conflict.why)
            for conflict in found
            for memory in (conflict.first, conflict.second)
        ],
        empty="Nothing contradicts. `memchat memory consolidate` looks again.",
    )
    return DONE


async def settle_conflict(args: Namespace) -> int:
    from memchat.cli.opening import assistant
    from memchat.cli.output import print_fields, print_json

    async with assistant(args) as opened:
        settled = await opened.memories.settle(args.conflict, args.keep)
    if args.json:
        print_json({"conflict": settled.id, "kept": args.keep, "settled": True})
    else:
        print_fields([("settled", settled.id), ("kept", args.keep or "both")])
    return DONE


def tell(args: Namespace, what: str, memory: "Memory") -> int:
    """Says what became of a memory: a sentence for people, its id and text for scripts."""
    from memchat.cli.output import print_fields, print_json
    from memchat.core.jsonable import memory_json

    if args.json:
        print_json(memory_json(memory))
    elif sys.stdout.isatty():
        print_fields([(what, memory.text), ("id", memory.id)])
    else:
        print_fields([(memory.id, memory.text)])
    return DONE
