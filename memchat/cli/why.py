"""`memchat why`: what an answer rests on, and what it just missed."""

from argparse import Namespace
from collections.abc import Sequence
from typing import TYPE_CHECKING

from memchat.cli.parser import JSON, Commands, shared
from memchat.cli.running import DONE, WrongUsage

if TYPE_CHECKING:
    from memchat.assistant import Assistant
    from memchat.core.why import Reason, Why


def register(commands: Commands) -> None:
    parser = commands.add(
        "why",
        "[--json] [MESSAGE]",
        "Tell what an answer rests on: what was recalled and why, what is in each request, and what just missed it",
        run,
        parents=[shared(JSON)],
    )
    parser.set_defaults(json=False)
    parser.add_argument(
        "message", metavar="MESSAGE", nargs="?", help="the id of an answer or of your message; without it the last one"
    )


async def run(args: Namespace) -> int:
    return await tell(args, args.message)


async def tell(args: Namespace, message_id: str | None) -> int:
    """Prints why a message was answered as it was; none is the last one that was said.

    Raises:
        NotFound: There is no such message.
    """
    from memchat.cli.opening import assistant
    from memchat.cli.output import print_json
    from memchat.core.explained import why_json

    async with assistant(args) as opened:
        why = await opened.explaining.why(message_id or await last_message(opened))
    if args.json:
        print_json(why_json(why))
    else:
        _print(why)
    return DONE


async def last_message(opened: "Assistant") -> str:
    """The id of the newest message of the session that was used last.

    Raises:
        WrongUsage: Nothing was said yet.
    """
    session = await opened.store.sessions.latest()
    last = await opened.store.messages.last(session.id) if session else None
    if last is None:
        raise WrongUsage("Nothing was said yet.", "Ask something first, as in memchat ask hello.")
    return last.id


def _print(why: "Why") -> None:
    from memchat.cli.output import print_fields, print_lines
    from memchat.cli.text import one_line

    recall = why.recall
    print_fields(
        [
            ("question", one_line(why.question.text)),
            ("answer", one_line(why.answer.text) if why.answer else "none yet"),
            ("found", f"{recall.considered:,} looked at in {recall.milliseconds:.0f} ms" if recall else None),
            ("request", f"{why.request.plan.tokens:,} tokens" if why.request else None),
        ]
    )
    if why.note:
        print_lines(why.note)
    if recall is not None and recall.words_only:
        print_lines(recall.words_only)
    recalled = [reason for reason in why.reasons if reason.how == "recalled"]
    always = [reason for reason in why.reasons if reason.how != "recalled"]
    _table("Recalled", recalled, empty="Nothing was recalled.")
    if why.request is not None:
        _table("In its context anyway", always, empty="Nothing else that is remembered.")
    _table("Just missed", why.missed, empty="Nothing else was found.")


def _table(title: str, reasons: Sequence["Reason"], *, empty: str) -> None:
    from memchat.cli.output import Column, heading, print_table

    heading(f"{title}: {len(reasons)}")
    print_table(
        [
            Column(title="score", right=True),
            Column(title="what"),
            Column(title="tokens", right=True),
            Column(title="text", wide=True),
            Column(title="why", wide=True, style="dim"),
            Column(title="id", style="dim"),
        ],
        [
            (
                reason.item.score if reason.item else None,
                _what(reason),
                reason.tokens,
                reason.text,
                _why(reason),
                reason.ref,
            )
            for reason in reasons
        ],
        empty=empty,
    )


def _what(reason: "Reason") -> str:
    return reason.item.kind if reason.item else reason.how


def _why(reason: "Reason") -> str:
    if reason.missed:
        return reason.missed
    if reason.item is None:
        return "gone since" if reason.gone else "in each request"
    parts = sorted(reason.item.parts.items(), key=lambda part: -abs(part[1]))
    return " ".join(f"{name} {value:+.2f}" for name, value in parts)
