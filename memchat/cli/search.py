"""`memchat search`: messages, facts, profile fields and episodes, by words and meaning."""

from argparse import ArgumentTypeError, Namespace
from typing import TYPE_CHECKING, Any

from memchat.cli.parser import JSON, Commands, shared
from memchat.cli.running import DONE, WrongUsage

if TYPE_CHECKING:
    from memchat.core.context import ItemKind, RecalledItem

_KINDS: dict[str, "ItemKind"] = {
    "messages": "message",
    "facts": "fact",
    "profile": "profile",
    "episodes": "episode",
    "message": "message",
    "fact": "fact",
    "episode": "episode",
}
_OFFERED = "messages, facts, profile or episodes"


def register(commands: Commands) -> None:
    parser = commands.add(
        "search",
        "[--in KINDS] [-k N] [--json] QUERY",
        "Search all messages, facts and past sessions",
        run,
        parents=[shared(JSON)],
    )
    parser.set_defaults(json=False)
    parser.add_argument("query", metavar="QUERY", nargs="+", help="words, or a question")
    parser.add_argument(
        "--in",
        dest="kinds",
        metavar="KINDS",
        type=_kinds,
        action="extend",
        help=f"only {_OFFERED}; several with commas",
    )
    parser.add_argument("-k", dest="limit", metavar="N", type=_limit, default=10, help="at most this many (10)")


def _kinds(text: str) -> "list[ItemKind]":
    try:
        return [_KINDS[part.strip().lower()] for part in text.split(",") if part.strip()]
    except KeyError as error:
        raise ArgumentTypeError(f"{error.args[0]!r} is not one of {_OFFERED}") from None


def _limit(text: str) -> int:
    number = int(text) if text.isdecimal() else 0
    if not 1 <= number <= 1000:
        raise ArgumentTypeError("a number from 1 to 1000 is wanted")
    return number


async def run(args: Namespace) -> int:
    from memchat.cli.opening import assistant
    from memchat.cli.output import Column, print_json, print_table

    query = " ".join(args.query).strip()
    if not query:
        raise WrongUsage("There is nothing to search for.", "Give words, as in memchat search peanuts.")
    kinds = tuple(dict.fromkeys(args.kinds)) if args.kinds else None
    async with assistant(args) as opened:
        found = await opened.search(query, kinds=kinds, limit=args.limit)
    if args.json:
        print_json([hit_json(item) for item in found])
        return DONE
    print_table(
        [
            Column(title="score", right=True),
            Column(title="kind"),
            Column(title="id", style="dim"),
            Column(title="text", wide=True),
            Column(title="session", style="dim"),
            Column(title="said", right=True),
        ],
        [(item.score, item.kind, item.id, item.text, item.source.session_id, item.source.at) for item in found],
        empty="Nothing was found.",
    )
    return DONE


def hit_json(item: "RecalledItem") -> dict[str, Any]:
    """A search hit as pinned, with the session's title, the message, the parts of the score, and when it held."""
    from memchat.core.jsonable import held_json
    from memchat.core.times import iso

    return {
        "id": item.id,
        "kind": item.kind,
        "text": item.text,
        "score": round(item.score, 4),
        "session": item.source.session_id,
        "at": iso(item.source.at),
        "title": item.source.session_title,
        "message": item.source.message_id,
        "role": item.source.role,
        "parts": {name: round(value, 4) for name, value in item.parts.items()},
        **held_json(item),
    }
