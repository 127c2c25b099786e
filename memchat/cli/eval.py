"""`memchat eval`: how good the memory is with the configured model, and how well recall finds what was said."""

import sys
from argparse import ArgumentTypeError, Namespace
from typing import TYPE_CHECKING

from memchat.cli.ask import add_model
from memchat.cli.eval_retrieval import register as register_retrieval
from memchat.cli.parser import JSON, Commands, shared
from memchat.cli.running import DONE

if TYPE_CHECKING:
    from memchat.evaluation.metrics import Share
    from memchat.evaluation.report import Report


def register(commands: Commands) -> None:
    parser = commands.add("eval", "memory|retrieval [OPTIONS]", "Measure how good the memory is", _unnamed)
    actions = Commands(parser, dest="action", title="what to measure", metavar="WHAT")
    memory = actions.add(
        "memory",
        "[-m MODEL] [--only NAME] [--limit N] [--json]",
        "Play written conversations with the model in homes of their own, and measure what the memory makes of them",
        evaluate_memory,
        parents=[shared(JSON)],
    )
    memory.set_defaults(json=False)
    add_model(memory)
    memory.add_argument("--only", metavar="NAME", default="", help="only conversations with this in their name")
    memory.add_argument("--limit", metavar="N", type=_count, help="at most so many conversations")
    register_retrieval(actions, _count)


def _count(text: str) -> int:
    number = int(text) if text.isdecimal() else 0
    if number < 1:
        raise ArgumentTypeError("a number from 1 on is wanted")
    return number


def _unnamed(_: Namespace) -> int:
    from memchat.cli.running import WrongUsage

    raise WrongUsage("Say what to measure: `memchat eval memory` or `memchat eval retrieval`.")


async def evaluate_memory(args: Namespace) -> int:
    import os

    from memchat.cli.opening import load_settings
    from memchat.cli.output import print_json
    from memchat.evaluation.loading import conversations
    from memchat.evaluation.report import report_json
    from memchat.evaluation.running import Evaluation

    chosen = conversations(args.only, args.limit)
    settings, paths = load_settings(args.model)
    report = await Evaluation(settings, paths, os.environ, _progress).run(chosen)
    if args.json:
        print_json(report_json(report))
    else:
        _print(report)
    return DONE


def _progress(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _print(report: "Report") -> None:
    from memchat.cli.output import Column, print_fields, print_table

    print_fields(
        [
            ("model", report.model),
            ("conversations", str(len(report.observed))),
            ("took", f"{report.seconds / 60:.1f} min"),
            ("learning", report.unable),
        ]
    )
    print()
    print_table(
        [
            Column(title="measure", style="bold"),
            Column(title="value", right=True),
            Column(title="counted", style="dim", right=True),
            Column(title="target", right=True),
            Column(title="reached"),
        ],
        [
            (measure.name, measure.shown, measure.counted, measure.aimed, _reached(measure.reached))
            for measure in report.measures
        ],
        empty="",
    )
    print()
    print_table(
        [
            Column(title="language", style="bold"),
            Column(title="conversations", right=True),
            Column(title="learned", right=True),
            Column(title="recalled", right=True),
            Column(title="answers with", right=True),
            Column(title="without", right=True),
            Column(title="bloat", right=True),
        ],
        [
            (
                line.language,
                line.conversations,
                *map(_of, (line.learned, line.covered, line.with_memory, line.without, line.bloat)),
            )
            for line in report.languages
        ],
        empty="",
    )


def _reached(reached: bool | None) -> str:  # noqa: FBT001 - what is shown, not how
    return "" if reached is None else "yes" if reached else "no"


def _of(share: "Share") -> str:
    return f"{share.hits}/{share.total}"
