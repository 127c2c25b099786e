"""`memchat sessions`: filing away, tagging, forking, and what of a session goes along in its requests."""

from argparse import Namespace
from collections.abc import Sequence
from typing import TYPE_CHECKING

from memchat.cli.parser import Commands, changing
from memchat.cli.running import DONE

if TYPE_CHECKING:
    from memchat.core.messages import Session


def register(actions: Commands) -> None:
    """Adds the actions to those of `memchat sessions`."""
    change = changing()
    archive = actions.add(
        "archive",
        "[--json] ID...",
        "File sessions away: out of lists, and still recalled from",
        archive_sessions,
        parents=[change],
    )
    unarchive = actions.add(
        "unarchive", "[--json] ID...", "Bring them back into lists", unarchive_sessions, parents=[change]
    )
    tag = actions.add("tag", "[--json] ID TAG...", "Give a session tags", tag_session, parents=[change])
    untag = actions.add(
        "untag", "[--json] ID [TAG...]", "Take tags away, or all of them", untag_session, parents=[change]
    )
    fork = actions.add(
        "fork", "[--json] ID [MESSAGE]", "Go on from a message in a session of its own", fork_session, parents=[change]
    )
    drop = actions.add(
        "drop",
        "[--json] ID MESSAGE...",
        "Take messages out of the requests, and keep them",
        drop_messages,
        parents=[change],
    )
    put_back = actions.add(
        "put-back",
        "[--json] ID [MESSAGE...]",
        "Put them back into the requests, or all of them",
        put_back_messages,
        parents=[change],
    )
    for action in (archive, unarchive):
        action.add_argument("ids", metavar="ID", nargs="+", help="a session; the start of its id is enough")
    for action in (tag, untag, fork, drop, put_back):
        action.add_argument("id", metavar="ID", help="the session; the start of its id is enough")
    tag.add_argument("tags", metavar="TAG", nargs="+", help="a word to find it by")
    untag.add_argument("tags", metavar="TAG", nargs="*", default=[], help="which; without one, all")
    fork.add_argument("message", metavar="MESSAGE", nargs="?", help="the last one that goes along; without it, all do")
    about = "its id, as `memchat sessions show --json` tells it"
    drop.add_argument("messages", metavar="MESSAGE", nargs="+", help=about)
    put_back.add_argument("messages", metavar="MESSAGE", nargs="*", default=[], help=about)


async def archive_sessions(args: Namespace) -> int:
    from memchat.cli.opening import assistant

    async with assistant(args) as opened:
        ids = [(await opened.session(each)).id for each in args.ids]
        done = await opened.sessions.archive(*ids)
    return _tell(args, *done)


async def unarchive_sessions(args: Namespace) -> int:
    from memchat.cli.opening import assistant

    async with assistant(args) as opened:
        ids = [(await opened.session(each)).id for each in args.ids]
        done = await opened.sessions.unarchive(*ids)
    return _tell(args, *done)


async def tag_session(args: Namespace) -> int:
    from memchat.cli.opening import assistant

    async with assistant(args) as opened:
        tagged = await opened.sessions.tag((await opened.session(args.id)).id, *args.tags)
    return _tell(args, tagged)


async def untag_session(args: Namespace) -> int:
    from memchat.cli.opening import assistant

    async with assistant(args) as opened:
        untagged = await opened.sessions.untag((await opened.session(args.id)).id, *args.tags)
    return _tell(args, untagged)


async def fork_session(args: Namespace) -> int:
    from memchat.cli.opening import assistant
    from memchat.core.errors import MemchatError

    async with assistant(args) as opened:
        session = await opened.session(args.id)
        last = args.message
        if last is None:
            newest = await opened.store.messages.last(session.id)
            if newest is None:
                raise MemchatError("There is nothing in this session yet.")
            last = newest.id
        forked = await opened.sessions.fork(session.id, last)
    return _tell(args, forked)


async def drop_messages(args: Namespace) -> int:
    from memchat.cli.opening import assistant

    async with assistant(args) as opened:
        session = await opened.session(args.id)
        changed = await opened.buffer.drop(session.id, args.messages)
        left = await opened.buffer.dropped(session.id)
    return _tell_buffer(args, session.id, changed, left)


async def put_back_messages(args: Namespace) -> int:
    from memchat.cli.opening import assistant

    async with assistant(args) as opened:
        session = await opened.session(args.id)
        wanted = args.messages or await opened.buffer.dropped(session.id)
        changed = await opened.buffer.put_back(session.id, wanted) if wanted else 0
        left = await opened.buffer.dropped(session.id)
    return _tell_buffer(args, session.id, changed, left)


def _tell(args: Namespace, *sessions: "Session") -> int:
    from memchat.cli.output import print_fields, print_json
    from memchat.core.jsonable import session_json

    if args.json:
        shown = [session_json(session) for session in sessions]
        print_json(shown if "ids" in args else shown[0])
        return DONE
    print_fields(
        [(session.id, " ".join([session.title, *(f"#{tag}" for tag in session.tags)])) for session in sessions]
    )
    return DONE


def _tell_buffer(args: Namespace, session_id: str, changed: int, left: Sequence[str]) -> int:
    from memchat.cli.output import print_fields, print_json

    if args.json:
        print_json({"session": session_id, "changed": changed, "dropped": list(left)})
    else:
        print_fields([("changed", changed), *[("out of the requests", each) for each in left]])
    return DONE
