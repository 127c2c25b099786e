"""`memchat memory`: who changed what, taking it back, and making it again."""

import shutil
import sys
from argparse import ArgumentTypeError, Namespace
from typing import TYPE_CHECKING, Any

from memchat.cli.history_words import INTERNAL, MOMENTS, Words, value_of, words_of
from memchat.cli.parser import JSON, Commands, changing, shared
from memchat.cli.running import DONE
from memchat.cli.text import folded, one_line, shortened
from memchat.core.memories import ABOUT_USER

if TYPE_CHECKING:
    from memchat.assistant.looking import Looking
    from memchat.core.memories import Change

_SHOWN = 30

_NAME = 24
"""Characters of a model's name that are printed."""


def register(actions: Commands) -> None:
    """Adds the actions to those of `memchat memory`."""
    change = changing()
    history = actions.add(
        "history",
        "[--json] [-n N] [ID]",
        "Who changed it, from what to what; without ID the latest changes of everything, the newest first",
        show_history,
        parents=[shared(JSON)],
    )
    history.add_argument("id", metavar="ID", nargs="?", help="the memory, profile:FIELD, or session:ID")
    history.add_argument(
        "-n", "--limit", metavar="N", type=_count, default=_SHOWN, help=f"at most this many of everything; {_SHOWN}"
    )
    undo = actions.add(
        "undo",
        "[--json] [CHANGE]",
        "Take back the newest change, or one of the history, with all that was changed together with it",
        undo_change,
        parents=[change],
    )
    undo.add_argument("change", metavar="CHANGE", nargs="?", help="as `memchat memory history` lists it")
    actions.add(
        "redo",
        "[--json]",
        "Make again what was taken back last, as long as you changed nothing since",
        redo,
        parents=[change],
    )


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise ArgumentTypeError(f"{text!r} is not a number from 1 on")
    return int(text)


async def show_history(args: Namespace) -> int:
    from memchat.cli.opening import assistant
    from memchat.cli.output import print_json
    from memchat.memory.profile import field_named

    async with assistant(args) as opened:
        if args.id is None:
            changes = await opened.memories.changes(limit=args.limit)
        else:
            is_field = args.id.startswith("profile:")
            book, _, key = args.id.partition(":")
            if book == "session" and key:
                target = f"session:{(await opened.session(key)).id}"
            else:
                target = args.id if key else (await opened.memories.get(args.id)).id
            changes = await opened.memories.history(target)
            if is_field and not changes:  # what was a field once still has its history; else it must be one
                named = field_named(opened.settings.profile, args.id.removeprefix("profile:"))
                changes = await opened.memories.history(f"profile:{named}")
        words = await words_of(opened, changes)
    if args.json:
        print_json([change_json(change) for change in changes])
        return DONE
    _print(changes, words, everything=args.id is None)
    return DONE


def _print(changes: "list[Change]", words: Words, *, everything: bool) -> None:
    from memchat.cli.output import Cell, Column, print_table

    if sys.stdout.isatty() and changes:
        _print_lines(changes, words, everything=everything)
        return
    rows: list[list[Cell]] = []
    for item in changes:
        about: list[Cell] = [words.about(item)] if everything else []
        rows.append([item.id, item.at, item.actor, item.action, *about, *words.differences(item), item.undone_at])
    print_table(
        [
            Column(title="change", style="dim"),
            Column(title="when", right=True),
            Column(title="who"),
            Column(title="did"),
            *([Column(title="what", wide=True)] if everything else []),
            Column(title="before", wide=True),
            Column(title="after", wide=True),
            Column(title="undone", style="dim"),
        ],
        rows,
        empty="Nothing was changed yet." if everything else "It was never changed.",
    )


def _print_lines(changes: "list[Change]", words: Words, *, everything: bool) -> None:
    """Each change on lines of its own: who did what, to what, and what that made different."""
    from memchat.cli.output import local

    for item in changes:
        who = "you" if item.actor == ABOUT_USER else shortened(item.actor, _NAME)
        undone = f" · undone {local(item.undone_at)}" if item.undone_at else ""
        print(one_line(f"{item.id}  {local(item.at)}  {who} · {item.action.replace('_', ' ')}{undone}"))
        lines = [words.about(item)] if everything or item.before is None else []
        for line in lines + words.changed(item):
            for part in folded(line, shutil.get_terminal_size().columns - 4):
                print(f"    {part}")


async def undo_change(args: Namespace) -> int:
    from memchat.cli.opening import assistant
    from memchat.core.errors import NotFound

    async with assistant(args) as opened:
        memories = opened.memories
        change = await (memories.undo_change(args.change) if args.change else memories.undo())
        await opened.indexing.embed_new()
        with_it = await _together(memories, change)
        words = await words_of(opened, [change] if change else [])
    if change is None:
        raise NotFound("There is no change left to take back.")
    before, after = words.differences(change)
    return _tell(args, change, "taken back", words.about(change), was=after, now=before, with_it=with_it)


async def redo(args: Namespace) -> int:
    from memchat.cli.opening import assistant
    from memchat.core.errors import NotFound

    async with assistant(args) as opened:
        change = await opened.memories.redo()
        await opened.indexing.embed_new()
        with_it = await _together(opened.memories, change)
        words = await words_of(opened, [change] if change else [])
    if change is None:
        raise NotFound("There is nothing to make again.", "Only what was undone since your last change is.")
    before, after = words.differences(change)
    return _tell(args, change, "made again", words.about(change), was=before, now=after, with_it=with_it)


async def _together(memories: "Looking", change: "Change | None") -> int:
    """How many changes were taken back, or made again, together with one."""
    return await memories.together(change) if change is not None else 0


def _tell(args: Namespace, change: "Change", done: str, about: str, *, was: str, now: str, with_it: int) -> int:
    from memchat.cli.output import print_fields, print_json

    if args.json:
        print_json(change_json(change))
    else:
        more = f"{with_it:,} more change{'' if with_it == 1 else 's'}" if with_it else ""
        print_fields(
            [
                (done, f"{change.action.replace('_', ' ')} of {about}"),
                ("was", was),
                ("is again", now),
                ("together with", more),
            ]
        )
    return DONE


def change_json(change: "Change") -> dict[str, Any]:
    """One change; `before` and `after` are what it was and what it became."""
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


def _state(stored: str | None) -> Any:
    """What a change's `before` or `after` holds, as the rest of the JSON writes it."""
    from memchat.core.times import from_unix, iso

    value = value_of(stored)
    if not isinstance(value, dict):
        return value
    shown = {name: held for name, held in value.items() if name not in INTERNAL}
    for name in MOMENTS & shown.keys():
        shown[name] = iso(from_unix(shown[name])) if shown[name] is not None else None
    return shown | ({"pinned": bool(shown["pinned"])} if "pinned" in shown else {})
