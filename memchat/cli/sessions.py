"""`memchat sessions`: list, show, rename, export, delete and erase them, and say how each is answered."""

import sys
from argparse import ArgumentTypeError, Namespace
from collections.abc import Sequence
from typing import TYPE_CHECKING

from memchat.cli import sessions_changing
from memchat.cli.erasing import add_options
from memchat.cli.parser import JSON, Commands, changing, shared
from memchat.cli.running import DONE, FAILED, WrongUsage, say

if TYPE_CHECKING:
    from memchat.core.memories import Memory

_SHOWN = 12
"""How many memories are named before a session is erased."""


def register(commands: Commands) -> None:
    listing = shared(
        JSON,
        (("--search",), {"metavar": "QUERY", "help": "only sessions with these words in their title or messages"}),
        (("-n", "--limit"), {"metavar": "N", "type": _count, "help": "at most this many"}),
        (("--archived",), {"action": "store_true", "help": "those that are filed away"}),
        (("--tag",), {"metavar": "TAG", "action": "append", "help": "only sessions with this tag; again for more"}),
    )
    one, change = shared(JSON), changing()
    parser = commands.add(
        "sessions",
        "[list | show | rename | archive | tag | fork | …] [--json] [--search QUERY]",
        "List, show, rename, file away, tag, fork, export and erase sessions",
        list_sessions,
        parents=[listing],
    )
    parser.set_defaults(json=False, search="", limit=None, archived=False, tag=None)
    actions = Commands(parser, dest="action", title="actions", metavar="ACTION")
    actions.add(
        "list",
        "[--json] [--search QUERY] [--tag TAG] [--archived] [-n N]",
        "Newest first",
        list_sessions,
        parents=[listing],
    )
    show = actions.add(
        "show", "[--json] [--at MESSAGE] ID", "A session with its messages and summaries", show_session, parents=[one]
    )
    rename = actions.add(
        "rename", "[--json] ID TITLE", "Give a session another title", rename_session, parents=[change]
    )
    export = actions.add(
        "export", "[--json] [-o FILE] ID", "A session as Markdown, or as JSON", export_session, parents=[one]
    )
    delete = actions.add(
        "delete",
        "[--json] [--with-memories] [--yes] ID",
        "Erase a session for good; tells first what rests on it",
        delete_session,
        parents=[change],
    )
    erase = actions.add(
        "erase",
        "[--json] [--keep-memories] [--spare PLACE] [--yes] ID",
        "Erase a session for good, with what was learned in it; shows first what goes",
        erase_session,
        parents=[change],
    )
    system = actions.add(
        "system",
        "[--json] [--persona NAME] [--clear] ID [TEXT]",
        "Show or change what a session's model is told first",
        session_system,
        parents=[change],
    )
    sessions_changing.register(actions)
    for action in (show, rename, export, delete, erase, system):
        action.add_argument("id", metavar="ID", help="the session; the start of its id is enough")
    show.add_argument("--at", metavar="MESSAGE", help="only the messages around this one, as a search prints its id")
    rename.add_argument("title", metavar="TITLE", nargs="+", help="the new title")
    export.add_argument("-o", "--output", metavar="FILE", help="write to this file, not to stdout")
    delete.add_argument(
        "--with-memories", action="store_true", help="erase the memories too that rest on it and on nothing else"
    )
    erase.add_argument("--keep-memories", action="store_true", help="leave the memories that rest on it")
    add_options(erase)
    system.add_argument("text", metavar="TEXT", nargs="*", default=[], help="in place of any other system prompt")
    system.add_argument("--persona", metavar="NAME", help="use this persona; none for the default")
    system.add_argument("--clear", action="store_true", help="take the session's own system prompt away")


def _none(args: Namespace) -> str:
    """What a terminal shows in place of an empty list."""
    if args.search or args.tag:
        return "No session holds that."
    if args.archived:
        return "No session is filed away. `memchat sessions archive ID` does that."
    return "There are no sessions yet. Begin one with `memchat`."


def _count(text: str) -> int:
    number = int(text) if text.isdecimal() else 0
    if number < 1:
        raise ArgumentTypeError("a number from 1 on is wanted")
    return number


async def list_sessions(args: Namespace) -> int:
    from memchat.cli.opening import assistant
    from memchat.cli.output import Column, print_json, print_table
    from memchat.core.jsonable import session_json

    async with assistant(args) as opened:
        found = await opened.sessions.list(
            search=args.search, limit=args.limit, archived=args.archived, tags=args.tag or ()
        )
    if args.json:
        print_json([session_json(session) for session in found])
        return DONE
    print_table(
        [
            Column(title="id", style="dim"),
            Column(title="title", wide=True),
            Column(title="messages", right=True),
            Column(title="used", right=True),
            Column(title="model", style="dim"),
            Column(title="tags", style="dim"),
        ],
        [
            (
                session.id,
                session.title,
                session.message_count,
                session.updated_at,
                session.model,
                " ".join(f"#{tag}" for tag in session.tags),
            )
            for session in found
        ],
        empty=_none(args),
    )
    return DONE


async def show_session(args: Namespace) -> int:
    from memchat.assistant.transcript import read
    from memchat.cli.opening import assistant
    from memchat.cli.output import print_json
    from memchat.cli.transcript import around, around_json, around_text, as_json, as_text

    async with assistant(args) as opened:
        found = await read(opened.store, args.id)
    if args.at:
        some = around(found, args.at)
        if args.json:
            print_json(around_json(found, some))
        else:
            print(around_text(found, some))
    elif args.json:
        print_json(as_json(found))
    else:
        print(as_text(found))
    return DONE


async def export_session(args: Namespace) -> int:
    from memchat.assistant.transcript import as_markdown, read
    from memchat.cli.opening import assistant
    from memchat.cli.output import json_text
    from memchat.cli.transcript import as_json, write

    async with assistant(args) as opened:
        found = await read(opened.store, args.id)
    name = opened.settings.persona.name
    text = json_text(as_json(found), indent=2) + "\n" if args.json else as_markdown(found, assistant_name=name)
    if args.output:
        write(text, args.output)
    else:
        print(text, end="")
    return DONE


async def rename_session(args: Namespace) -> int:
    from memchat.cli.opening import assistant
    from memchat.cli.output import print_fields, print_json
    from memchat.core.jsonable import session_json
    from memchat.core.text import without_controls

    title = without_controls(" ".join(" ".join(args.title).split())).strip()
    if not title:
        raise WrongUsage("A title needs a word at least.", "Give one, as in memchat sessions rename ID Kyoto.")
    async with assistant(args) as opened:
        found = await opened.store.sessions.get(args.id)
        renamed = await opened.rename(found.id, title)
    if args.json:
        print_json(session_json(renamed))
    else:
        print_fields([(renamed.id, renamed.title)])
    return DONE


async def delete_session(args: Namespace) -> int:
    from memchat.cli.erasing import agreed
    from memchat.cli.opening import assistant
    from memchat.cli.output import print_fields, print_json
    from memchat.cli.text import one_line

    async with assistant(args) as opened:
        found = await opened.store.sessions.get(args.id)
        resting = (await opened.sessions.resting_on(found.id)).alone
        asked = sys.stdin.isatty() and sys.stderr.isatty() and not args.yes
        if asked:
            _show_resting(resting, goes=args.with_memories, gone=False)
        sentence = f'Erase "{one_line(found.title)}" with its {found.message_count} messages for good? [y/N] '
        if asked and not agreed(sentence):
            say("Nothing was erased.")
            return FAILED
        done = await opened.eraser.erase("session", found.id, keep=not args.with_memories)
    if args.json:
        memories = {"memories": [memory.id for memory in resting]} if args.with_memories else {}
        rested = [{"id": memory.id, "text": memory.text, "erased": args.with_memories} for memory in resting]
        print_json({"id": found.id, "erased": True, **memories, "title": found.title, "rested": rested})
    else:
        print_fields([("erased", found.id), ("title", found.title)])
        if not asked:
            _show_resting(resting, goes=args.with_memories, gone=True)
    if done.note:
        say(done.note)
    return DONE


def _show_resting(resting: "Sequence[Memory]", *, goes: bool, gone: bool) -> None:
    """Tells which memories rest on a session that is about to go, or is gone, and what becomes of them."""
    from memchat.cli.text import one_line

    if not resting:
        return
    one = len(resting) == 1
    what = "1 memory" if one else f"{len(resting)} memories"
    rest = "rested" if gone else "rests" if one else "rest"
    by = "`memchat memory erase`" if gone else "--with-memories"
    stay = f"{'stays' if one else 'stay'}; {by} erases {'it' if one else 'them'} too"
    go = f"{'went' if gone else 'goes' if one else 'go'} with it"
    say(f"{what} {rest} on this session alone, and {go if goes else stay}:")
    for memory in resting[:_SHOWN]:
        say(f"  {one_line(memory.text)}")
    if len(resting) > _SHOWN:
        say(f"  and {len(resting) - _SHOWN} more")


async def erase_session(args: Namespace) -> int:
    from memchat.cli.erasing import erase
    from memchat.cli.opening import assistant

    async with assistant(args) as opened:
        found = await opened.store.sessions.get(args.id)
        return await erase(args, opened, "session", found.id, keep=args.keep_memories)


async def session_system(args: Namespace) -> int:
    from memchat.cli.opening import assistant
    from memchat.cli.output import print_json, print_lines

    text = " ".join(args.text)
    if text and args.clear:
        raise WrongUsage("--clear takes the session's own system prompt away.", "Leave it out, or the new one.")
    async with assistant(args) as opened:
        found = await opened.store.sessions.get(args.id)
        if args.persona:
            found = await opened.personas.use(found.id, args.persona if args.persona != "none" else None)
        if text or args.clear:
            found = await opened.personas.tell(found.id, text)
        told = opened.personas.told(found)
    if args.json:
        print_json({"id": found.id, "persona": found.persona, "own": found.system_prompt, "told": told})
    else:
        print_lines(told)
    return DONE
