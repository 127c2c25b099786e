"""`memchat memory`: what is done with one memory or several at once, which one `undo` takes back."""

from argparse import Namespace
from collections.abc import Callable, Coroutine, Sequence
from typing import TYPE_CHECKING, Any

from memchat.cli.dates import moment
from memchat.cli.erasing import add_options
from memchat.cli.parser import Commands, changing
from memchat.cli.running import DONE, WrongUsage
from memchat.core.kinds import MEMORY_KINDS

if TYPE_CHECKING:
    from datetime import datetime

    from memchat.assistant import Assistant
    from memchat.core.memories import Memory

_OPEN = ("", "none", "open")

Change = Callable[["Assistant", Namespace], Coroutine[Any, Any, "list[Memory]"]]
"""What an action does; gives what it changed."""


def register(actions: Commands) -> None:
    """Adds the actions to those of `memchat memory`."""
    change_options = changing()

    def add(name: str, usage: str, about: str, done: str, change: Change) -> Any:
        async def run(args: Namespace) -> int:
            return await _run(args, done, change)

        action = actions.add(name, f"[--json] {usage}", about, run, parents=[change_options])
        action.add_argument("ids", metavar="ID", nargs="+", help="the memory; the start of its id is enough")
        return action

    add("forget", "ID…", "Take it out of recall", "forgotten", _forget)
    add("reject", "ID…", "Put away what waits for your review", "rejected", _reject)
    add("archive", "ID…", "Take it out of recall, and keep it", "archived", _archive)
    add("restore", "ID…", "Use again what was archived, forgotten or superseded", "restored", _restore)
    add("pin", "ID…", "Put it in every request", "pinned", _pin)
    add("unpin", "ID…", "Leave it to recall whether it is in a request", "unpinned", _unpin)
    kind = add("kind", "--as KIND ID…", "Say what kind of memory it is", "changed", _set_kind)
    kind.add_argument(
        "--as", dest="kind", metavar="KIND", required=True, choices=MEMORY_KINDS, help=", ".join(MEMORY_KINDS)
    )
    validity = add(
        "validity", "[--from DATE] [--to DATE] ID…", "Say since when and until when it holds", "changed", _set_validity
    )
    day = "such as 2026-03-01, 2026-03 or yesterday; `none` for open"
    validity.add_argument("--from", dest="begin", metavar="DATE", help=f"when it began to hold, {day}")
    validity.add_argument("--to", dest="end", metavar="DATE", help="the last day on which it holds, written as that")
    merge = add(
        "merge",
        "--text TEXT ID ID…",
        "Make one of several, with the sources of all; kind and subject are those of the first",
        "merged",
        _merge,
    )
    merge.add_argument("--text", metavar="TEXT", required=True, help="what is known, in your words")
    erase = actions.add(
        "erase",
        "[--json] [--keep-messages] [--spare PLACE] [--yes] ID…",
        "Erase it for good, with all that rests on it; shows first what goes",
        erase_memories,
        parents=[change_options],
    )
    erase.add_argument("ids", metavar="ID", nargs="+", help="the memory; the start of its id is enough")
    erase.add_argument(
        "--keep-messages", action="store_true", help="leave the conversations, and so the words in them, as they are"
    )
    add_options(erase)


async def _run(args: Namespace, done: str, change: Change) -> int:
    from memchat.cli.opening import assistant

    async with assistant(args) as opened:
        changed = await change(opened, args)
        await opened.indexing.embed_new()
    return tell(args, done, changed)


def _ids(args: Namespace) -> list[str]:
    return list(args.ids)


async def _forget(opened: "Assistant", args: Namespace) -> "list[Memory]":
    return await opened.memories.forget(args.ids) if len(args.ids) > 1 else [await opened.memories.forget(*args.ids)]


async def _reject(opened: "Assistant", args: Namespace) -> "list[Memory]":
    return await opened.memories.reject(args.ids) if len(args.ids) > 1 else [await opened.memories.reject(*args.ids)]


async def _archive(opened: "Assistant", args: Namespace) -> "list[Memory]":
    return await opened.memories.archive(args.ids) if len(args.ids) > 1 else [await opened.memories.archive(*args.ids)]


async def _restore(opened: "Assistant", args: Namespace) -> "list[Memory]":
    return await opened.memories.restore(_ids(args))


async def _pin(opened: "Assistant", args: Namespace) -> "list[Memory]":
    return await opened.memories.pin(_ids(args), pinned=True)


async def _unpin(opened: "Assistant", args: Namespace) -> "list[Memory]":
    return await opened.memories.pin(_ids(args), pinned=False)


async def _set_kind(opened: "Assistant", args: Namespace) -> "list[Memory]":
    return await opened.memories.set_kind(_ids(args), args.kind)


async def _merge(opened: "Assistant", args: Namespace) -> "list[Memory]":
    return [await opened.memories.merge(args.ids, args.text)]


async def _set_validity(opened: "Assistant", args: Namespace) -> "list[Memory]":
    if args.begin is None and args.end is None:
        raise WrongUsage("Say since when or until when.", "As in memchat memory validity --to 2026-12-31 ID.")
    found = [await opened.memories.get(each) for each in args.ids]
    begin = await _moment(opened, args.begin, ends=False) if args.begin is not None else _shared(found, "valid_from")
    end = await _moment(opened, args.end, ends=True) if args.end is not None else _shared(found, "valid_to")
    return await opened.memories.set_validity([each.id for each in found], begin, end)


async def _moment(opened: "Assistant", typed: str, *, ends: bool) -> "datetime | None":
    """The beginning, or the end, of the time that was typed; none for an open one."""
    return None if typed.strip().lower() in _OPEN else await moment(opened, typed, ends=ends)


def _shared(memories: "Sequence[Memory]", bound: str) -> "datetime | None":
    """The bound that all of them have; what is not typed stays as it is."""
    bounds: set[datetime | None] = {getattr(memory, bound) for memory in memories}
    if len(bounds) > 1:
        option = "--from" if bound == "valid_from" else "--to"
        raise WrongUsage(f"They do not all have the same {option[2:]} date.", f"Give {option} too, or name one ID.")
    return bounds.pop()


async def erase_memories(args: Namespace) -> int:
    from memchat.cli.erasing import erase
    from memchat.cli.opening import assistant
    from memchat.cli.output import print_json

    async with assistant(args) as opened:
        ids = list(dict.fromkeys([(await opened.memories.get(each)).id for each in args.ids]))
        if args.spare and len(ids) > 1:
            raise WrongUsage("--spare goes with one ID only.", "Erase that one by itself.")
        told: list[dict[str, Any]] | None = [] if args.json and len(ids) > 1 else None
        codes = [await erase(args, opened, "memory", each, keep=args.keep_messages, documents=told) for each in ids]
    if told is not None:
        print_json(told)
    return max(codes)


def tell(args: Namespace, what: str, memories: "Sequence[Memory]") -> int:
    """Says what became of memories: a line each; JSON is one memory where one was named, else a list."""
    from memchat.cli.memory_review import tell as tell_one
    from memchat.cli.output import Column, print_json, print_table
    from memchat.core.jsonable import memory_json

    if len(args.ids) == 1 or what == "merged":
        return tell_one(args, what, memories[0])
    if args.json:
        print_json([memory_json(memory) for memory in memories])
        return DONE
    columns = [Column(title=what, style="dim"), Column(title="text", wide=True)]
    print_table(columns, [(memory.id, memory.text) for memory in memories], empty="")
    return DONE
