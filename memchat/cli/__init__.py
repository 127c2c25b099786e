"""The command line, one file a command.

Importing this room costs nothing, and `memchat` without arguments goes to the screen by the shortest way: no parser is
built for it.
"""

import os
import sys
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs `memchat` and tells how it ended: 0 done, 1 failed, 2 wrong usage, 130 interrupted.

    Args:
        arguments: In place of the process's own.
    """
    given = [_as_typed(word) for word in sys.argv[1:]] if arguments is None else list(arguments)
    from memchat.cli.running import guarded

    if not given:
        from memchat.cli.interface import launch

        return guarded(launch)
    from memchat.cli.dispatch import dispatch

    return guarded(lambda: dispatch(given))


def _as_typed(word: str) -> str:
    """A word of the command line as UTF-8, also where the locale made something else of its bytes."""
    return os.fsencode(word).decode("utf-8", errors="replace") if os.name == "posix" else word
