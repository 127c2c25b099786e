"""`memchat memory list`: all that is remembered, or what is wanted of it."""

from argparse import ArgumentTypeError, Namespace
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from memchat.cli.dates import moment
from memchat.cli.running import DONE
from memchat.core.kinds import MEMORY_KINDS
from memchat.core.memories import ORIGINS

if TYPE_CHECKING:
    from memchat.assistant import Assistant
    from memchat.core.memories import Memory, MemoryStatus

_ORDERS = ("newest", "oldest", "used", "unused", "sure", "unsure", "expiring")
_KNOWN: "tuple[MemoryStatus, ...]" = ("active", "pending")


def _share(text: str) -> float:
    try:
        share = float(text)
    except ValueError:
        share = -1.0
    if not 0 <= share <= 1:
        raise ArgumentTypeError(f"{text!r} is not a number from 0 to 1")
    return share


def _number(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise ArgumentTypeError(f"{text!r} is not a number from 1 on")
    return int(text)


OPTIONS: Sequence[tuple[Sequence[str], dict[str, Any]]] = (
    (("--search",), {"metavar": "WORDS", "help": "only what has all of these words in it"}),
    (("--about",), {"metavar": "WHOM", "help": "only what is about this person or thing; `user` for you"}),
    (("--session",), {"metavar": "ID", "help": "only what was said in this session"}),
    (("--message",), {"metavar": "ID", "help": "only what was learned from this message"}),
    (
        ("--origin",),
        {"metavar": "ORIGIN", "choices": ORIGINS, "help": f"only what rests on words of {', '.join(ORIGINS)}"},
    ),
    (("--pinned",), {"action": "store_true", "help": "only what is in every request"}),
    (("--unused",), {"action": "store_true", "help": "only what no request had yet"}),
    (("--below",), {"metavar": "SURE", "type": _share, "help": "only what is less sure than this, from 0 to 1"}),
    (("--expiring",), {"metavar": "DAYS", "type": _number, "help": "only what ceases to hold within so many days"}),
    (("--since",), {"metavar": "DATE", "help": "only what was said then or later, such as 2026-03 or yesterday"}),
    (("--until",), {"metavar": "DATE", "help": "only what was said by the end of then"}),
    (("--order",), {"metavar": "ORDER", "choices": _ORDERS, "help": ", ".join(_ORDERS)}),
    (("-n", "--limit"), {"metavar": "N", "type": _number, "help": "at most this many"}),
)
"""What else than kind and status the list is chosen by."""

DEFAULTS: Mapping[str, Any] = {
    "search": "",
    "about": None,
    "session": None,
    "message": None,
    "origin": None,
    "pinned": False,
    "unused": False,
    "below": None,
    "expiring": None,
    "since": None,
    "until": None,
    "order": None,
    "limit": None,
}


def chosen(args: Namespace) -> bool:
    """Whether anything is chosen, or the output is for a program."""
    given = any(getattr(args, name) not in (None, False, "") for name in DEFAULTS)
    return given or args.json or args.kind is not None or args.status is not None


async def list_memories(args: Namespace) -> int:
    from memchat.cli.opening import assistant
    from memchat.cli.output import Column, print_json, print_table
    from memchat.core.jsonable import memory_json

    async with assistant(args) as opened:
        found = await _found(args, opened)
    if args.json:
        print_json([memory_json(memory) for memory in found])
        return DONE
    narrowed = any(getattr(args, name) not in (None, False, "") for name in DEFAULTS) or args.kind or args.status
    print_table(
        [
            Column(title="id", style="dim"),
            Column(title="kind"),
            Column(title="text", wide=True),
            Column(title="status", style="dim"),
            Column(title="said", right=True),
        ],
        [(memory.id, memory.kind, memory.text, _standing(memory), memory.observed_at) for memory in found],
        empty="Nothing that is remembered is so."
        if narrowed
        else 'Nothing is remembered yet. Add something with `memchat memory add "…"`, or tell it in a conversation.',
    )
    return DONE


def _standing(memory: "Memory") -> str:
    """Its status, or that what it says is over."""
    from memchat.core.times import now

    over = memory.status == "active" and memory.valid_to is not None and memory.valid_to <= now()
    return "no longer so" if over else memory.status


async def _found(args: Namespace, opened: "Assistant") -> "list[Memory]":
    from datetime import timedelta

    from memchat.core.browsing import Wanted
    from memchat.core.memories import MEMORY_STATUSES
    from memchat.core.times import now

    statuses: Iterable[MemoryStatus] = _KNOWN
    if args.status is not None:
        statuses = [status for status in MEMORY_STATUSES if args.status in ("all", status)]
    rows = await opened.memories.page(
        Wanted(
            kinds=("profile", args.kind) if args.kind else (*MEMORY_KINDS, "profile"),
            statuses=tuple(statuses),
            origins=(args.origin,) if args.origin else (),
            search=args.search,
            session_id=(await opened.session(args.session)).id if args.session else None,
            subject=args.about,
            pinned=True if args.pinned else None,
            never_used=args.unused,
            below=args.below,
            expires_before=now() + timedelta(days=args.expiring) if args.expiring else None,
            since=await moment(opened, args.since, ends=False) if args.since else None,
            until=await moment(opened, args.until, ends=True) if args.until else None,
            order=args.order or "newest",
        )
    )
    # The present profile has a list of its own.
    ids = [row.id for row in rows if row.field is None or row.status != "active" or args.message]
    if args.message:
        of_message = {memory.id for memory in await opened.memories.learned_from(args.message)}
        ids = [each for each in ids if each in of_message]
    found = [memory for memory in await opened.store.memories.by_ids(ids) if args.kind in (None, memory.kind)]
    if args.order is None:
        found.sort(key=lambda memory: (memory.pinned, memory.updated_at), reverse=True)
    return found[: args.limit]
