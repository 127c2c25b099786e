"""`memchat ask`: one turn, streamed to stdout."""

from argparse import SUPPRESS, Namespace
from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any

from memchat.cli.parser import JSON, Commands, Parser, shared
from memchat.cli.question import add_text, question
from memchat.cli.running import DONE, WrongUsage

if TYPE_CHECKING:
    from memchat.assistant import Assistant
    from memchat.cli.notices import Notices
    from memchat.core.messages import Session

SMALL_MODEL = "smollm2-135m"
_LEARNING_SECONDS = 600.0


def add_session(parser: Parser) -> None:
    """Adds the choice of a session."""
    which = parser.add_mutually_exclusive_group()
    which.add_argument(
        "-c", "--continue", dest="continue_last", action="store_true", default=SUPPRESS, help="in the last session"
    )
    which.add_argument("-s", "--session", metavar="ID", help="in this session; the start of its id is enough")


def add_model(parser: Parser) -> None:
    """Adds the choice of a model for this run."""
    parser.add_argument(
        "-m", "--model", metavar="MODEL", default=SUPPRESS, help="this run's model: MODEL or ENDPOINT/MODEL"
    )


def register(commands: Commands) -> None:
    parser = commands.add(
        "ask",
        "[-c | -s ID] [-m MODEL] [--persona NAME] [--system TEXT] [--json] [--no-memory] [--no-wait] [--incognito] "
        "[--again [--without ID]] [TEXT ...]",
        "Ask one thing, and read the answer on stdout as it comes",
        run,
        parents=[shared((JSON[0], {**JSON[1], "help": "print each event as a line of JSON"}))],
    )
    parser.set_defaults(json=False)
    add_text(parser)
    add_session(parser)
    add_model(parser)
    parser.add_argument(
        "--no-memory", action="store_true", help="leave out and learn nothing but this session's messages"
    )
    parser.add_argument("--persona", metavar="NAME", help="this persona answers in this session; none for the default")
    parser.add_argument("--system", metavar="TEXT", help="what the model is told first in this session")
    parser.add_argument(
        "--again",
        action="store_true",
        help="have the session's last message answered again; the old answer is set aside",
    )
    parser.add_argument(
        "--without",
        metavar="ID",
        action="append",
        default=[],
        help="with --again: leave out this memory, message or session; `memchat why` names them",
    )
    parser.add_argument("--no-wait", action="store_true", help="leave the learning to the next run")
    parser.add_argument(
        "--incognito", action="store_true", default=SUPPRESS, help="leave nothing behind: the session is not stored"
    )


def run(args: Namespace) -> "Coroutine[Any, Any, int]":
    """Reads the question first, while ^C still interrupts a read, and gives what answers it."""
    if args.incognito and (args.session or args.continue_last):
        raise WrongUsage("An incognito session is always a new one.", "Leave out -c and -s, or --incognito.")
    if args.again:
        if args.text or args.incognito:
            raise WrongUsage("What is answered again needs no text.", "Leave out TEXT, or --again.")
        return _ask(args, None)
    if args.without:
        raise WrongUsage("--without goes with --again.", "To leave out all that is remembered, use --no-memory.")
    return _ask(args, question(args))


async def _ask(args: Namespace, text: str | None) -> int:
    from memchat.cli.answer import JsonAnswer, TextAnswer
    from memchat.cli.notices import Notices
    from memchat.cli.opening import assistant
    from memchat.core.errors import MemchatError
    from memchat.memory.overview import asks_what_is_known

    notices = Notices()
    answer = JsonAnswer(notices) if args.json else TextAnswer(notices)
    try:
        async with assistant(args, begins=True) as opened:
            chosen = await existing(opened, args)
            if text is None:
                chosen = chosen or await opened.store.sessions.latest()
                if chosen is None:
                    raise WrongUsage("Nothing was said yet.", "Ask something first, as in memchat ask hello.")
            opened.warm_up()
            if args.no_memory or text is None or not asks_what_is_known(text):
                await ready(opened, notices)
            view = await (opened.open_session(chosen.id) if chosen else opened.new_session(incognito=args.incognito))
            if args.persona is not None:
                await opened.personas.use(view.session.id, None if args.persona == "none" else args.persona)
            if args.system is not None:
                await opened.personas.tell(view.session.id, args.system)
            unable = "" if args.no_memory or args.incognito else await _unable(opened)
            code = await answer.turn(opened, view.session.id, text, use_memory=not args.no_memory, without=args.without)
            if code == DONE and unable:
                notices.say(unable)
            if code == DONE and not args.no_wait:
                await answer.learning(opened, _LEARNING_SECONDS)
    except MemchatError as error:
        answer.refused(error)
        raise
    finally:
        notices.clear()
    return code


async def _unable(opened: "Assistant") -> str:
    """Why nothing is learned though it should be; empty when the model has answered before, and it was said then."""
    learning = await opened.memories.status()
    if not learning.unable or learning.mode == "off" or not opened.settings.memory.enabled:
        return ""
    sessions = await opened.store.sessions.list()
    told = any(session.model == opened.model.name for session in sessions if session.message_count)
    return "" if told else learning.unable


async def ready(assistant: "Assistant", notices: "Notices") -> None:
    """Finds a model; with nothing set up, pulls the small built-in one, and says so.

    One that cannot be reached is the turn's to tell, once the message is saved.

    Raises:
        MemchatError: The small model cannot be pulled.
    """
    status = await assistant.connect()
    if status.state == "none":
        notices.say(f"No model is set up. Pulling the small built-in one, {SMALL_MODEL} (about 100 MB).")
        await assistant.weights.pull(SMALL_MODEL, notices.progress)
        notices.clear()
        await assistant.use_model("builtin", SMALL_MODEL, save=False)


async def existing(assistant: "Assistant", args: Namespace) -> "Session | None":
    """The stored session that was chosen, or none for a new one.

    Raises:
        NotFound: No session has that id.
    """
    if args.session:
        return await assistant.store.sessions.get(args.session)
    if args.continue_last:
        return await assistant.store.sessions.latest()
    return None
