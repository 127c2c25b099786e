"""`memchat index`: what finding by meaning rests on, to see, to make anew, to stop and to let go on."""

from argparse import Namespace
from typing import TYPE_CHECKING, Any

from memchat.cli.parser import JSON, Commands, changing, shared
from memchat.cli.running import DONE

if TYPE_CHECKING:
    from memchat.assistant import Assistant
    from memchat.core.events import BackgroundEvent, IndexChanged
    from memchat.store.making import MakingState

_NO_WAIT = (
    ("--no-wait",),
    {"action": "store_true", "help": "leave the work to a memchat that is open, or to the next"},
)


def register(commands: Commands) -> None:
    one = shared(JSON)
    parser = commands.add(
        "index",
        "[status|rebuild|stop|resume]",
        "How much is found by meaning; make that anew, with another embedder too",
        status,
        parents=[one],
    )
    parser.set_defaults(json=False, no_wait=False)
    actions = Commands(parser, dest="action", title="actions", metavar="ACTION")
    actions.add("status", "[--json]", "Tell how far it is, which is also what no action does", status, parents=[one])
    actions.add(
        "rebuild",
        "[--no-wait] [--json]",
        "Embed everything anew; the old vectors are searched until that is done",
        rebuild,
        parents=[changing(_NO_WAIT)],
    )
    actions.add("stop", "[--json]", "Let it wait, after the next start too", stop, parents=[changing()])
    actions.add("resume", "[--no-wait] [--json]", "Let it go on", resume, parents=[changing(_NO_WAIT)])


async def status(args: Namespace) -> int:
    from memchat.cli.opening import assistant

    async with assistant(args) as opened:
        _show(args, await opened.indexing.state())
    return DONE


async def stop(args: Namespace) -> int:
    from memchat.cli.opening import assistant

    async with assistant(args) as opened:
        _show(args, await opened.indexing.stop())
    return DONE


async def rebuild(args: Namespace) -> int:
    from memchat.cli.opening import assistant

    async with assistant(args) as opened:
        await opened.indexing.rebuild()
        await _make(args, opened)
    return DONE


async def resume(args: Namespace) -> int:
    from memchat.cli.opening import assistant

    async with assistant(args) as opened:
        await opened.indexing.resume()
        await _make(args, opened)
    return DONE


async def _make(args: Namespace, opened: "Assistant") -> None:
    """Makes what is to be made, and tells how far it is; ctrl+c leaves the rest to the next memchat."""
    from memchat.cli.notices import Notices

    notices = Notices()
    told = -10

    def hear(event: "BackgroundEvent") -> None:
        nonlocal told
        from memchat.core.events import IndexChanged, LearningChanged

        if isinstance(event, LearningChanged) and event.failure:
            notices.say(f"{event.failure} Ctrl+c leaves it to the next memchat.")
        if not isinstance(event, IndexChanged):
            return
        notices.passing(_sentence(event))
        if event.percent >= told + 10 or event.problem:
            told = event.percent - event.percent % 10
            notices.elsewhere(_sentence(event))

    if not args.no_wait:
        opened.subscribe(hear)
        try:
            await opened.indexing.make()
        finally:
            notices.clear()
    _show(args, await opened.indexing.state())


def _sentence(event: "IndexChanged") -> str:
    made = f"{event.items - event.left:,} of {event.items:,} items embedded ({event.percent} %)"
    if event.problem:
        return f"{made}, and waiting: {event.problem}"
    return f"{made} by another memchat" if event.elsewhere else f"{made}; ctrl+c leaves the rest to the next memchat"


def _show(args: Namespace, state: "MakingState") -> None:
    from memchat.cli.output import print_fields, print_json

    if args.json:
        print_json(index_json(state))
        return
    made = ""
    if state.under_way:
        share = 100 * (state.items - state.left) // state.items if state.items else 0
        made = f"{state.items - state.left:,} of {state.items:,} ({share} %), " + (
            "stopped: `memchat index resume`" if state.stopped else "goes on whenever memchat is open"
        )
    print_fields(
        [
            ("items", f"{state.items:,}"),
            ("found by meaning", f"{state.embedded:,}"),
            ("embedder", state.current or "none yet"),
            ("taking its place", state.coming),
            ("embedded anew", made),
        ]
    )


def index_json(state: "MakingState") -> dict[str, Any]:
    """How far the making of vectors is."""
    return {
        "items": state.items,
        "embedded": state.embedded,
        "embedder": state.current or None,
        "coming": state.coming or None,
        "left": state.left,
        "stopped": state.stopped,
    }
