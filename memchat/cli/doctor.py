"""`memchat doctor`: looks at everything that memchat needs, and says what to do about what is wrong."""

import logging
import os
import sys
from argparse import Namespace
from typing import TYPE_CHECKING

from memchat.cli.parser import JSON, Commands, shared
from memchat.cli.running import DONE, FAILED

if TYPE_CHECKING:
    from memchat.cli.checks.finding import Finding, Surroundings

_MARKS = {"ok": "ok  ", "warn": "warn", "fail": "FAIL"}
_COLOURS = {"ok": "32", "warn": "33", "fail": "31"}

_log = logging.getLogger(__name__)


def register(commands: Commands) -> None:
    parser = commands.add(
        "doctor", "[--json]", "Check everything that memchat needs, and say what to do", run, parents=[shared(JSON)]
    )
    parser.set_defaults(json=False)


async def run(args: Namespace) -> int:
    from memchat.cli.checks import machine, models, screen, storage
    from memchat.cli.output import print_json

    around = _surroundings(args.space)
    findings: list[Finding] = []
    for check in (
        machine.python,
        storage.config,
        machine.folders,
        machine.disk,
        storage.sqlite,
        storage.database,
        models.tokenizer,
        models.embedder,
        models.engine,
        models.keyring,
        models.endpoints,
        screen.terminal,
    ):
        try:
            async for finding in check(around):
                findings.append(finding)
                if not args.json:
                    _print(finding)
        except Exception as error:  # noqa: BLE001 - a broken check must not hide the others
            _log.exception("a check failed")
            findings.append(_broken(check.__name__, error))
            if not args.json:
                _print(findings[-1])
    if args.json:
        fields = ("subject", "state", "detail", "advice")
        print_json([{field: getattr(finding, field) for field in fields} for finding in findings])
    return FAILED if any(finding.state == "fail" for finding in findings) else DONE


def _surroundings(space: str | None) -> "Surroundings":
    """The settings in force; the defaults where they cannot be read, which a check tells of."""
    from memchat.cli.checks.finding import Surroundings
    from memchat.config import load
    from memchat.core.errors import MemchatError
    from memchat.core.settings import Settings
    from memchat.paths import Paths

    paths = Paths.from_environment()
    try:
        return Surroundings(load(paths, overrides={"memory.space": space} if space else None), paths)
    except MemchatError:
        return Surroundings(Settings(), paths)


def _broken(subject: str, error: Exception) -> "Finding":
    from memchat.cli.checks.finding import fail

    return fail(subject, f"{type(error).__name__}: {error}", "The log file has more; `memchat locate` names it.")


def _print(finding: "Finding") -> None:
    from memchat.cli.text import one_line

    mark = _MARKS[finding.state]
    if sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM", "dumb") != "dumb":
        mark = f"\x1b[{_COLOURS[finding.state]}m{mark}\x1b[0m"
    separator = "  " if sys.stdout.isatty() else "\t"
    advice = f" → {one_line(finding.advice)}" if finding.advice else ""
    print(f"{mark}{separator}{finding.subject:<10}{separator}{one_line(finding.detail)}{advice}", flush=True)
