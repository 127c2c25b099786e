"""`memchat explain --sent`: a request as it went out, how it differs from the one before, and as a command."""

from argparse import Namespace
from typing import TYPE_CHECKING

from memchat.cli.running import DONE

if TYPE_CHECKING:
    from memchat.assistant import Assistant
    from memchat.core.differences import Difference
    from memchat.core.requests import Piece, SentRequest


async def show(args: Namespace, text: str) -> int:
    """Prints the request that `--sent` means, or that `text` would make, as the options say.

    Raises:
        NotFound: There is no such message or session, or its requests are not kept.
    """
    from memchat.cli.opening import assistant
    from memchat.cli.output import print_json
    from memchat.core.copying import as_curl
    from memchat.core.differences import compare
    from memchat.core.explained import comparison_json, request_json

    async with assistant(args) as opened:
        requests = await _requests(opened, args, text)
    newest = requests[0]
    comparison = compare(requests[1], newest) if args.diff and len(requests) > 1 else None
    if args.json:
        print_json(request_json(newest) | ({"changes": comparison_json(comparison)} if comparison else {}))
    elif args.curl:
        print(as_curl(newest))
    elif args.diff:
        _print_changes(comparison.differences if comparison else (), comparison.cached if comparison else 0)
    else:
        _print(newest)
    return DONE


async def _requests(opened: "Assistant", args: Namespace, text: str) -> "list[SentRequest]":
    """The request that is meant, and those that were sent before it."""
    from memchat.cli.ask import existing
    from memchat.core.errors import NotFound

    chosen = await existing(opened, args)
    if args.sent is None:
        await opened.connect(asking=False)
        unsent = await opened.explaining.unsent(chosen.id if chosen else None, text, use_memory=not args.no_memory)
        return [unsent, *(await opened.explaining.sent(chosen.id) if chosen else [])]
    if args.sent:
        of_message = await opened.explaining.sent_for(args.sent)
        everything = await opened.explaining.sent(of_message[0].session_id) if of_message else []
        found = everything[
            next((n for n, each in enumerate(everything) if each.message_id == of_message[0].message_id), 0) :
        ]
    else:
        session = chosen or await opened.store.sessions.latest()
        found = await opened.explaining.sent(session.id) if session else []
    if not found:
        raise NotFound(
            "No such request is kept.",
            "The newest 30 of a session are, until something is erased; of incognito sessions none is.",
        )
    return found


def _print(request: "SentRequest") -> None:
    from memchat.cli.output import Column, heading, print_fields, print_lines, print_table

    print_fields(
        [
            ("sent", request.at),
            ("to", request.url),
            ("model", request.plan.model),
            ("message", request.message_id),
            ("round", request.round or None),
            ("bytes", f"{len(request.body):,}"),
            ("tokens", f"{request.plan.tokens:,} of {request.plan.window:,}, {request.plan.reserve:,} for the reply"),
        ]
    )
    for piece in request.pieces:
        heading(_named(piece))
        print_lines(piece.text)
    if request.plan.left_out:
        heading(f"Left out: {len(request.plan.left_out)}")
        print_table(
            [
                Column(title="layer"),
                Column(title="tokens", right=True),
                Column(title="text", wide=True),
                Column(title="why", style="dim"),
            ],
            [(item.layer, item.tokens, item.text, item.reason) for item in request.plan.left_out],
            empty="",
        )


def _print_changes(differences: "tuple[Difference, ...]", cached: int) -> None:
    from memchat.cli.output import heading, print_lines

    if not differences:
        print_lines("There is no request before it to compare with.")
        return
    print_lines(
        f"The first {cached:,} tokens are as before, so that a server that keeps them need not read them again."
    )
    for each in differences:
        sign = {"same": "=", "changed": "~", "new": "+", "gone": "-"}[each.kind]
        heading(f"{sign} {each.kind} · {_named(each.piece)}")
        if each.before is not None and each.kind in ("changed", "gone"):
            print_lines("\n".join(f"- {line}" for line in each.before.text.splitlines()))
        if each.after is not None and each.kind in ("changed", "new"):
            print_lines("\n".join(f"+ {line}" for line in each.after.text.splitlines()))


def _named(piece: "Piece") -> str:
    tokens = f" · {piece.tokens:,} tokens" if piece.tokens else ""
    return f"{piece.part} · {piece.role}{tokens}" if piece.part not in ("tools", "settings") else piece.part
