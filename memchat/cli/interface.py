"""`memchat`: the screen. On its way there as little as possible is imported, for the first paint's sake."""

import gc
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from argparse import Namespace

    from memchat.cli.parser import Parser


def register(parser: "Parser") -> None:
    from memchat.cli.parser import PICK, add_space

    group = parser.add_mutually_exclusive_group()
    group.add_argument(
        "-c", "--continue", dest="continue_last", action="store_true", help="go on with the last session"
    )
    group.add_argument(
        "-r",
        "--resume",
        nargs="?",
        const=PICK,
        metavar="ID",
        help="pick a session to go on with, or go on with that one",
    )
    parser.add_argument("-m", "--model", metavar="MODEL", help="this run's model: MODEL or ENDPOINT/MODEL")
    add_space(parser, default=None)
    parser.add_argument("--incognito", action="store_true", help="a session that is held in memory only")
    parser.set_defaults(run=run)


def run(args: "Namespace") -> int:
    return launch(
        model=args.model,
        space=args.space,
        resume=args.resume,
        continue_last=args.continue_last,
        incognito=args.incognito,
    )


def launch(
    *,
    model: str | None = None,
    space: str | None = None,
    resume: str | None = None,
    continue_last: bool = False,
    incognito: bool = False,
) -> int:
    """Opens the screen, and gives the exit code once it is closed.

    Args:
        model: This run's model, as MODEL or ENDPOINT/MODEL.
        space: This run's space, which begins with it where there is none of that name.
        resume: The session to open, or `pick`.
        continue_last: Open the last session.
        incognito: Begin a session that leaves nothing behind.

    Raises:
        MemchatError: There is no terminal, or a setting is wrong.
    """
    gc.disable()  # until the chat is there: nothing that is loaded for it is garbage
    from memchat.cli import logs
    from memchat.cli.opening import load_settings

    if not all(stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr)):
        from memchat.core.errors import MemchatError

        raise MemchatError("The screen needs a terminal.", 'In a pipe or a script use `memchat ask "…"`.')
    settings, paths = load_settings(model, space)
    logs.begin(paths.log_file)
    from memchat.tui.app import MemchatApp

    app = MemchatApp(settings, paths, resume=resume, continue_last=continue_last, incognito=incognito)
    app.run()
    return app.return_code or 0
