"""From the words on the command line to the command that they name."""

import argparse
from collections.abc import Sequence

from memchat.cli.parser import build
from memchat.cli.running import DONE, WRONG_USAGE

_SCREEN_ONLY = {"resume": "-r/--resume"}
_ASKING_ONLY = {"continue_last": "-c/--continue", "model": "-m/--model", "incognito": "--incognito"}
_ASKING = ("ask", "explain")
_WITH_MODEL = ("eval",)


def dispatch(arguments: Sequence[str]) -> int:
    """Runs the command in `arguments`, and gives its exit code."""
    parser = build()
    try:
        parsed = parser.parse_args(arguments)
        misplaced = _SCREEN_ONLY if parsed.command in _ASKING else _SCREEN_ONLY | _ASKING_ONLY
        if parsed.command in _WITH_MODEL:
            misplaced = {dest: option for dest, option in misplaced.items() if dest != "model"}
        for dest, option in misplaced.items():
            if parsed.command and getattr(parsed, dest):
                parser.error(f"{option} does not go with `{parsed.command}`")
    except SystemExit as leaving:
        return leaving.code if isinstance(leaving.code, int) else WRONG_USAGE if leaving.code else DONE
    return run(parsed)


def run(parsed: argparse.Namespace) -> int:
    """Runs a parsed command; one that waits for something gets an event loop."""
    from memchat.cli import logs
    from memchat.paths import Paths

    logs.begin(Paths.from_environment().log_file)
    result = parsed.run(parsed)
    if isinstance(result, int):
        return result
    import asyncio

    try:
        code: int = asyncio.run(result)
    except asyncio.CancelledError:  # a second ^C while the first was at work
        raise KeyboardInterrupt from None
    return code
