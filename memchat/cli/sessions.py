"""`memchat sessions`: list, show, rename, export and delete them."""

import signal
import sys
from argparse import ArgumentTypeError, Namespace

from memchat.cli.parser import JSON, Commands, shared
from memchat.cli.running import DONE, FAILED, WrongUsage, say


def register(commands: Commands) -> None:
    listing = shared(
        JSON,
        (("--search",), {"metavar": "QUERY", "help": "only sessions with these words in their title or messages"}),
        (("-n", "--limit"), {"metavar": "N", "type": _count, "help": "at most this many"}),
    )
    one = shared(JSON)
    parser = commands.add(
        "sessions",
        "[list | show | rename | export | delete] [--json] [--search QUERY]",
        "List, show, rename, export and delete sessions",
        list_sessions,
        parents=[listing],
    )
    parser.set_defaults(json=False, search="", limit=None)
    actions = Commands(parser, dest="action", title="actions", metavar="ACTION")
    actions.add("list", "[--json] [--search QUERY] [-n N]", "Newest first", list_sessions, parents=[listing])
    show = actions.add("show", "[--json] ID", "A session with its messages and summaries", show_session, parents=[one])
    rename = actions.add("rename", "[--json] ID TITLE", "Give a session another title", rename_session, parents=[one])
    export = actions.add(
        "export", "[--json] [-o FILE] ID", "A session as Markdown, or as JSON", export_session, parents=[one]
    )
    delete = actions.add(
        "delete", "[--yes] ID", "Erase a session for good, with its summaries and traces", delete_session, parents=[one]
    )
    for action in (show, rename, export, delete):
        action.add_argument("id", metavar="ID", help="the session; the start of its id is enough")
    rename.add_argument("title", metavar="TITLE", nargs="+", help="the new title")
    export.add_argument("-o", "--output", metavar="FILE", help="write to this file, not to stdout")
    delete.add_argument("-y", "--yes", action="store_true", help="do not ask first")


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
        found = await opened.store.sessions.list(search=args.search, limit=args.limit)
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
        ],
        [(session.id, session.title, session.message_count, session.updated_at, session.model) for session in found],
        empty="No session holds that." if args.search else "There are no sessions yet. Begin one with `memchat`.",
    )
    return DONE


async def show_session(args: Namespace) -> int:
    from memchat.assistant.transcript import read
    from memchat.cli.opening import assistant
    from memchat.cli.output import print_json
    from memchat.cli.transcript import as_json, as_text

    async with assistant(args) as opened:
        found = await read(opened.store, args.id)
    if args.json:
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
    from memchat.cli.text import one_line
    from memchat.core.jsonable import session_json

    title = one_line(" ".join(args.title)).strip()
    if not title:
        raise WrongUsage("A title needs a word at least.", "Give one, as in memchat sessions rename ID Kyoto.")
    async with assistant(args) as opened:
        found = await opened.store.sessions.get(args.id)
        renamed = await opened.store.sessions.rename(found.id, title, by="user")
    if args.json:
        print_json(session_json(renamed))
    else:
        print_fields([(renamed.id, renamed.title)])
    return DONE


async def delete_session(args: Namespace) -> int:
    from memchat.cli.opening import assistant
    from memchat.cli.output import print_fields, print_json
    from memchat.cli.text import one_line

    async with assistant(args) as opened:
        found = await opened.store.sessions.get(args.id)
        asked = sys.stdin.isatty() and sys.stderr.isatty() and not args.yes
        sentence = f'Erase "{one_line(found.title)}" with its {found.message_count} messages for good? [y/N] '
        if asked and not _agreed(sentence):
            say("Nothing was erased.")
            return FAILED
        await opened.store.sessions.erase(found.id)
    if args.json:
        print_json({"id": found.id, "erased": True})
    else:
        print_fields([("erased", found.id), ("title", found.title)])
    return DONE


def _agreed(question: str) -> bool:
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # the event loop's would wait for the line
    try:
        print(question, end="", file=sys.stderr, flush=True)
        return sys.stdin.readline().strip().lower() in {"y", "yes"}
    finally:
        signal.signal(signal.SIGINT, before)
