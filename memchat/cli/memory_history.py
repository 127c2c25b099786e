"""`memchat memory`: who changed what, taking it back, and making it again."""

import shutil
import sys
from argparse import ArgumentTypeError, Namespace
from typing import TYPE_CHECKING, Any

from memchat.cli.parser import JSON, Commands, changing, shared
from memchat.cli.running import DONE
from memchat.cli.text import folded, one_line, shortened
from memchat.core.memories import ABOUT_USER

if TYPE_CHECKING:
    from memchat.assistant.looking import Looking
    from memchat.core.memories import Change

_SHOWN = 30
_TOGETHER = 2_000
"""How far back the changes are looked for that belong to one."""

_INTERNAL = frozenset(("normal_text", "replaces", "sources", "title_by", "unfolded_to"))
_MOMENTS = frozenset(
    (
        "updated_at",
        "valid_from",
        "valid_to",
        "last_seen_at",
        "made_at",
        "last_at",
        "at",
        "found_at",
        "resolved_at",
        "archived_at",
        "deleted_at",
    )
)
_UNTOLD = _INTERNAL | {"updated_at", "last_seen_at", "seen_count", "actor", "made_at", "at", "reason"}
"""What says nothing to a reader of the history."""
_NAME = 24
"""Characters of a model's name that are printed."""
_NAMED = {"summary_id": "summary"}


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
            known = {each.id: each.text for each in await opened.store.memories.by_ids([c.target for c in changes])}
        else:
            known = {}
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
    if args.json:
        print_json([change_json(change) for change in changes])
        return DONE
    _print(changes, known if args.id is None else None)
    return DONE


def _print(changes: "list[Change]", known: dict[str, str] | None) -> None:
    from memchat.cli.output import Cell, Column, print_table

    if sys.stdout.isatty() and changes:
        _print_lines(changes, known)
        return
    rows: list[list[Cell]] = []
    for item in changes:
        before, after = differences(item)
        about: list[Cell] = [] if known is None else [known.get(item.target, item.target)]
        rows.append([item.id, item.at, item.actor, item.action, *about, before, after, item.undone_at])
    print_table(
        [
            Column(title="change", style="dim"),
            Column(title="when", right=True),
            Column(title="who"),
            Column(title="did"),
            *([] if known is None else [Column(title="what", wide=True)]),
            Column(title="before", wide=True),
            Column(title="after", wide=True),
            Column(title="undone", style="dim"),
        ],
        rows,
        empty="It was never changed." if known is None else "Nothing was changed yet.",
    )


def _print_lines(changes: "list[Change]", known: dict[str, str] | None) -> None:
    """Each change on lines of its own: who did what, to what, and what that made different."""
    from memchat.cli.output import local

    for item in changes:
        who = "you" if item.actor == ABOUT_USER else shortened(item.actor, _NAME)
        undone = f" · undone {local(item.undone_at)}" if item.undone_at else ""
        print(one_line(f"{item.id}  {local(item.at)}  {who} · {item.action.replace('_', ' ')}{undone}"))
        before, after = _value(item.before), _value(item.after)
        now = _told(after) if before is None else (known or {}).get(item.target) or _told(after) or _told(before)
        lines = [] if known is None and before is not None else [now]
        if isinstance(before, dict) and isinstance(after, dict):
            names = [name for name in after if name not in _UNTOLD and before.get(name) != after[name]]
            lines += [f"{_listed(before, [name])} → {_shown(name, after[name])}" for name in names]
        for line in lines:
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
    if change is None:
        raise NotFound("There is no change left to take back.")
    before, after = differences(change)
    return _tell(args, change, "taken back", was=after, now=before, with_it=with_it)


async def redo(args: Namespace) -> int:
    from memchat.cli.opening import assistant
    from memchat.core.errors import NotFound

    async with assistant(args) as opened:
        change = await opened.memories.redo()
        await opened.indexing.embed_new()
        with_it = await _together(opened.memories, change)
    if change is None:
        raise NotFound("There is nothing to make again.", "Only what was undone since your last change is.")
    before, after = differences(change)
    return _tell(args, change, "made again", was=before, now=after, with_it=with_it)


async def _together(memories: "Looking", change: "Change | None") -> int:
    """How many changes were taken back, or made again, together with one."""
    if change is None:
        return 0
    latest = await memories.changes(limit=_TOGETHER)
    return sum(
        (each.batch, each.undone_at) == (change.batch, change.undone_at) and each.id != change.id for each in latest
    )


def _tell(args: Namespace, change: "Change", done: str, *, was: str, now: str, with_it: int) -> int:
    from memchat.cli.output import print_fields, print_json

    if args.json:
        print_json(change_json(change))
    else:
        more = f"{with_it:,} more change{'' if with_it == 1 else 's'}" if with_it else ""
        print_fields(
            [(done, f"{change.action} of {change.target}"), ("was", was), ("is again", now), ("together with", more)]
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


def differences(change: "Change") -> tuple[str, str]:
    """What a change's target was and what it became, in words: its text, or else just what differs."""
    before, after = _value(change.before), _value(change.after)
    if not (isinstance(before, dict) and isinstance(after, dict)):
        return _told(before), _told(after)
    if _text(before) != _text(after) or before.get("status") != after.get("status"):
        return _told(before), _told(after)
    differs = [name for name in after if name not in _UNTOLD and before.get(name) != after[name]]
    if not differs:
        return _told(before), _told(after)
    return _listed(before, differs), _listed(after, differs)


def _listed(state: dict[str, Any], names: list[str]) -> str:
    return ", ".join(f"{_NAMED.get(name, name).replace('_', ' ')}: {_shown(name, state.get(name))}" for name in names)


def _shown(name: str, value: Any) -> str:
    from memchat.cli.output import local
    from memchat.core.times import from_unix

    if value in (None, "", []):
        return "–"
    if name in _MOMENTS:
        return local(from_unix(value))
    if name == "pinned":
        return "yes" if value else "no"
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _told(value: Any) -> str:
    from memchat.core.rules import rule_sentence

    if not isinstance(value, dict):
        return "" if value is None else str(value)
    if "basis" in value:
        return rule_sentence(
            value["basis"],
            kind=value["kind"],
            subject=value["subject"],
            attribute=value["attribute"],
            text=value["text"],
        )
    if "ref" in value:
        return f"{value['ref']} is not recalled in {value['session']}"
    if "why" in value:
        return f"{value['why']} (settled)" if value["resolved_at"] else str(value["why"])
    if "message" in value:
        return f"{value['message']} is kept out"
    text, status = _text(value), str(value.get("status") or "active")
    return text if status == "active" else f"{text} ({status})"


def _text(state: dict[str, Any]) -> str:
    return str(state.get("text") or state.get("value") or state.get("title") or "")


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
