"""`memchat explain`: the request that would be sent. Nothing is sent, and nothing stored."""

import sys
from argparse import Namespace
from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any

from memchat.cli.ask import add_model, add_session, existing
from memchat.cli.parser import JSON, Commands, shared
from memchat.cli.question import add_text, question
from memchat.cli.running import DONE

if TYPE_CHECKING:
    from memchat.core.context import ContextPlan


def register(commands: Commands) -> None:
    parser = commands.add(
        "explain",
        "[-c | -s ID] [-m MODEL] [--json] [--no-memory] [TEXT ...]",
        "Show the request that a question would be sent with, and send and store nothing",
        run,
        parents=[shared(JSON)],
    )
    parser.set_defaults(json=False)
    add_text(parser)
    add_session(parser)
    add_model(parser)
    parser.add_argument("--no-memory", action="store_true", help="as with `ask --no-memory`")


def run(args: Namespace) -> Coroutine[Any, Any, int]:
    return _explain(args, question(args))


async def _explain(args: Namespace, text: str) -> int:
    from memchat.cli.opening import assistant
    from memchat.cli.output import print_json
    from memchat.core.jsonable import plan_json

    async with assistant(args) as opened:
        chosen = await existing(opened, args)
        await opened.connect(asking=False)
        plan = await opened.preview(chosen.id if chosen else None, text, use_memory=not args.no_memory)
    if args.json:
        print_json(plan_json(plan))
    else:
        _print(plan)
    return DONE


def _print(plan: "ContextPlan") -> None:
    from memchat.cli.output import Column, print_fields, print_lines, print_table

    print_fields(
        [
            ("model", plan.model or "none yet"),
            ("window", f"{plan.window:,} tokens"),
            ("reserve", f"{plan.reserve:,} tokens for the reply"),
            ("request", f"{plan.tokens:,} tokens"),
            ("mode", plan.mode),
        ]
    )
    _heading("Layers")
    print_table(
        [Column(title="layer", style="bold"), Column(title="tokens", right=True)],
        [(layer, tokens) for layer, tokens in plan.layers.items()],
        empty="",
    )
    for block in plan.blocks:
        _heading(f"{block.layer} · {block.role} · {block.tokens:,} tokens")
        print_lines(block.content)
    _heading(f"Recalled: {len(plan.recalled)}")
    print_table(
        [
            Column(title="score", right=True),
            Column(title="kind"),
            Column(title="id", style="dim"),
            Column(title="text", wide=True),
            Column(title="session", style="dim"),
            Column(title="said"),
        ],
        [(item.score, item.kind, item.id, item.text, item.source.session_id, item.source.at) for item in plan.recalled],
        empty="Nothing was recalled.",
    )
    if plan.left_out:
        _heading(f"Left out: {len(plan.left_out)}")
        print_table(
            [
                Column(title="layer"),
                Column(title="tokens", right=True),
                Column(title="text", wide=True),
                Column(title="why", style="dim"),
            ],
            [(item.layer, item.tokens, item.text, item.reason) for item in plan.left_out],
            empty="",
        )


def _heading(text: str) -> None:
    line = f"── {text} "
    print(f"\n{line}{'─' * max(0, 72 - len(line))}" if sys.stdout.isatty() else f"\n== {text}")
