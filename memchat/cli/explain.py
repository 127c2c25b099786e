"""`memchat explain`: the request that would be sent. Nothing is sent, and nothing stored."""

from argparse import Namespace
from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any

from memchat.cli.ask import add_model, add_session, existing
from memchat.cli.explain_sent import show
from memchat.cli.parser import JSON, Commands, shared
from memchat.cli.question import add_text, question
from memchat.cli.running import DONE, WrongUsage
from memchat.cli.why import tell

if TYPE_CHECKING:
    from memchat.core.context import ContextPlan


def register(commands: Commands) -> None:
    parser = commands.add(
        "explain",
        "[-c | -s ID] [-m MODEL] [--json] [--no-memory] [--sent [MESSAGE]] [--diff] [--curl] [--message ID] [TEXT ...]",
        "Show the request that a question would be sent with, or one that was sent; send and store nothing",
        run,
        parents=[shared(JSON)],
    )
    parser.set_defaults(json=False)
    add_text(parser)
    add_session(parser)
    add_model(parser)
    parser.add_argument("--no-memory", action="store_true", help="as with `ask --no-memory`")
    parser.add_argument(
        "--sent",
        metavar="MESSAGE",
        nargs="?",
        const="",
        help="the request that was sent for this message, byte for byte; without MESSAGE the newest of the session",
    )
    parser.add_argument("--diff", action="store_true", help="what is not as in the request before it")
    parser.add_argument("--curl", action="store_true", help="as a command that sends the same; the key is not in it")
    parser.add_argument("--message", metavar="ID", help="as `memchat why ID`: what the answer rests on")


def run(args: Namespace) -> Coroutine[Any, Any, int]:
    if args.message is not None:
        return tell(args, args.message)
    if args.sent is not None:
        if args.text:
            raise WrongUsage("A request that was sent needs no text.", "Leave out TEXT, or --sent.")
        return show(args, "")
    text = question(args)
    return show(args, text) if args.diff or args.curl else _explain(args, text)


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
    from memchat.cli.output import Column, heading, print_fields, print_lines, print_table

    print_fields(
        [
            ("model", plan.model or "none yet"),
            ("window", f"{plan.window:,} tokens"),
            ("reserve", f"{plan.reserve:,} tokens for the reply"),
            ("request", f"{plan.tokens:,} tokens"),
            ("mode", plan.mode),
        ]
    )
    heading("Layers")
    print_table(
        [Column(title="layer", style="bold"), Column(title="tokens", right=True)],
        [(layer, tokens) for layer, tokens in plan.layers.items()],
        empty="",
    )
    for block in plan.blocks:
        heading(f"{block.layer} · {block.role} · {block.tokens:,} tokens")
        print_lines(block.content)
    heading(f"Recalled: {len(plan.recalled)}")
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
        heading(f"Left out: {len(plan.left_out)}")
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
