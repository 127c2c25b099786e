"""`memchat summary`: what the older messages of a session were folded into, its versions, folding and unfolding."""

from argparse import Namespace
from typing import TYPE_CHECKING

from memchat.cli.parser import JSON, Commands, changing, shared
from memchat.cli.running import DONE

if TYPE_CHECKING:
    from memchat.assistant import Assistant
    from memchat.core.messages import RollingSummary

_ABOUT_SESSION = "the session; the start of its id is enough, and without it the last one"


def register(commands: Commands) -> None:
    one, change = shared(JSON), changing()
    parser = commands.add(
        "summary",
        "[show | edit | history | revert | fold | unfold] [--json]",
        "Show and change what the older messages of a session were folded into",
        show,
        parents=[one],
    )
    parser.set_defaults(json=False, session="")
    actions = Commands(parser, dest="action", title="actions", metavar="ACTION")
    shown = actions.add("show", "[--json] [SESSION]", "The rolling summary that holds", show, parents=[one])
    edited = actions.add("edit", "[--json] SESSION TEXT", "Put your own words in its place", edit, parents=[change])
    versions = actions.add("history", "[--json] [SESSION]", "All its versions", history, parents=[one])
    reverted = actions.add(
        "revert", "[--json] SESSION VERSION", "Let another version hold; `undo` takes it back", revert, parents=[change]
    )
    folded = actions.add("fold", "[--json] [SESSION]", "Fold the older half of the buffer now", fold, parents=[change])
    unfolded = actions.add(
        "unfold",
        "[--json] [SESSION]",
        "Take the last fold back: its messages go along verbatim",
        unfold,
        parents=[change],
    )
    for action in (shown, versions, folded, unfolded):
        action.add_argument("session", metavar="SESSION", nargs="?", default="", help=_ABOUT_SESSION)
    for action in (edited, reverted):
        action.add_argument("session", metavar="SESSION", help="the session; the start of its id is enough")
    edited.add_argument("text", metavar="TEXT", nargs="+", help="the new summary")
    reverted.add_argument("version", metavar="VERSION", help="its number in the history, or its id")


async def show(args: Namespace) -> int:
    from memchat.cli.opening import assistant

    async with assistant(args) as opened:
        held = await opened.summaries.holding(await _session(opened, args.session))
    return _tell(args, held)


async def edit(args: Namespace) -> int:
    from memchat.cli.opening import assistant

    async with assistant(args) as opened:
        await opened.counted()
        edited = await opened.summaries.edit(await _session(opened, args.session), " ".join(args.text))
    return _tell(args, edited)


async def history(args: Namespace) -> int:
    from memchat.cli.opening import assistant
    from memchat.cli.output import Column, print_json, print_table
    from memchat.core.jsonable import rolling_summary_json

    async with assistant(args) as opened:
        session = await _session(opened, args.session)
        found = await opened.summaries.versions(session)
        held = await opened.summaries.holding(session)
    if args.json:
        print_json([rolling_summary_json(each) | {"holds": held is not None and each.id == held.id} for each in found])
        return DONE
    print_table(
        [
            Column(title="version", right=True),
            Column(title="id", style="dim"),
            Column(title="made", right=True),
            Column(title="by", style="dim"),
            Column(title="messages"),
            Column(title="holds"),
            Column(title="text", wide=True),
        ],
        [
            (
                number,
                each.id,
                each.created_at,
                each.model or "user",
                f"{each.from_seq} to {each.to_seq}",
                "yes" if held is not None and each.id == held.id else "",
                each.text,
            )
            for number, each in enumerate(found, 1)
        ],
        empty="Nothing was folded yet. `memchat summary fold` does it now.",
    )
    return DONE


async def revert(args: Namespace) -> int:
    from memchat.cli.opening import assistant

    async with assistant(args) as opened:
        await opened.connect(asking=False)
        reverted = await opened.summaries.revert(await _session(opened, args.session), args.version)
    return _tell(args, reverted)


async def fold(args: Namespace) -> int:
    from memchat.cli.notices import Notices
    from memchat.cli.opening import assistant
    from memchat.core.errors import NoModel

    notices = Notices()
    async with assistant(args) as opened:
        session = await _session(opened, args.session)
        if (await opened.connect()).state == "none":
            raise NoModel("A model writes the summary, and none is set up.", "Pull one: `memchat models pull NAME`.")
        notices.passing("Folding…")
        try:
            folded = await opened.summaries.fold_now(session)
        finally:
            notices.clear()
    return _tell(args, folded)


async def unfold(args: Namespace) -> int:
    from memchat.cli.opening import assistant

    async with assistant(args) as opened:
        await opened.connect(asking=False)
        before = await opened.summaries.unfold(await _session(opened, args.session))
    return _tell(args, before)


async def _session(opened: "Assistant", given: str) -> str:
    """The id of the session that is meant."""
    from memchat.core.errors import NotFound

    if given:
        return (await opened.session(given)).id
    last = await opened.store.sessions.latest()
    if last is None:
        raise NotFound("There are no sessions yet.", "Begin one with `memchat`.")
    return last.id


def _tell(args: Namespace, held: "RollingSummary | None") -> int:
    import sys

    from memchat.cli.output import local, print_json, print_lines
    from memchat.core.jsonable import rolling_summary_json

    if args.json:
        print_json(rolling_summary_json(held) if held is not None else None)
    elif held is None:
        if sys.stdout.isatty():
            print("Nothing is folded: all messages go along verbatim.")
    else:
        if sys.stdout.isatty():
            by = held.model or "you"
            print_lines(
                f"Messages {held.from_seq} to {held.to_seq} · {held.tokens} tokens · {by} · {local(held.created_at)}\n"
            )
        print_lines(held.text)
    return DONE
