"""`memchat memory`: what waits for the user, what was put away, and what contradicts."""

import re
import sys
from argparse import Namespace
from typing import TYPE_CHECKING

from memchat.cli import memory_reviewing
from memchat.cli.parser import JSON, Commands, changing, shared
from memchat.cli.running import DONE
from memchat.core.kinds import MEMORY_KINDS
from memchat.core.rules import RULE_BASES

if TYPE_CHECKING:
    from memchat.core.memories import Memory

_WHOLE_ID = re.compile(r"f[0-9a-z]{12}")


def register(actions: Commands) -> None:
    """Adds the actions to those of `memchat memory`."""
    change = changing()
    review = actions.add(
        "review",
        "[--json] [--accept ID…] [--reject ID…] [--accept-kind KIND] [--never ID [--by BASIS]]",
        "Go through what waits for you; in a pipe, or with --json, it lists that",
        memory_reviewing.review,
        parents=[change],
    )
    review.add_argument("--accept", metavar="ID", nargs="+", default=[], help="use these")
    review.add_argument("--reject", metavar="ID", nargs="+", default=[], help="put these away")
    review.add_argument(
        "--accept-kind", metavar="KIND", choices=MEMORY_KINDS, help=f"use all that wait of {', '.join(MEMORY_KINDS)}"
    )
    review.add_argument("--never", metavar="ID", help="put it away, and never learn things like it")
    review.add_argument("--by", metavar="BASIS", choices=RULE_BASES, help=f"what that goes by: {', '.join(RULE_BASES)}")
    accept = actions.add(
        "accept", "[--json] ID [TEXT | ID…]", "Use what waits for your review", accept_memory, parents=[change]
    )
    accept.add_argument("id", metavar="ID", help="the memory; the start of its id is enough")
    accept.add_argument("text", metavar="TEXT", nargs="*", default=[], help="in other words; or more whole ids")
    actions.add("conflicts", "[--json]", "What contradicts, and waits for you", list_conflicts, parents=[shared(JSON)])
    settle = actions.add(
        "settle",
        "[--json] CONFLICT [MEMORY]",
        "Settle a contradiction: forget the other one",
        settle_conflict,
        parents=[change],
    )
    settle.add_argument("conflict", metavar="CONFLICT", help="as `memchat memory conflicts` lists it")
    settle.add_argument("keep", metavar="MEMORY", nargs="?", help="the one that is right; without it both stay")


async def accept_memory(args: Namespace) -> int:
    from memchat.cli.memory_changing import tell as tell_all
    from memchat.cli.opening import assistant

    async with assistant(args) as opened:
        if args.text and all(map(_WHOLE_ID.fullmatch, args.text)):
            args.ids = [args.id, *args.text]
            accepted = await opened.memories.accept(args.ids)
        else:
            args.ids = [args.id]
            accepted = [await opened.memories.accept(args.id, text=" ".join(args.text) if args.text else None)]
        await opened.indexing.embed_new()
    return tell_all(args, "accepted", accepted)


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
