"""`memchat search`: messages, facts, profile fields and episodes, by words and meaning."""

import sys
from argparse import ArgumentTypeError, Namespace
from typing import TYPE_CHECKING, Any

from memchat.cli.parser import JSON, Commands, shared
from memchat.cli.running import DONE, WrongUsage

if TYPE_CHECKING:
    from memchat.core.searching import SearchHit, SearchPage

_USAGE = (
    "[--in KINDS] [--after WHEN] [--before WHEN] [--on WHEN] [--session ID] [--role WHO] [--all-spaces] "
    "[--sort ORDER] [-k N] [--offset N] [--json] [QUERY]"
)
_ABOUT = (
    'A word in quotation marks has to be there as it is, and so has the beginning of one with a star: "small garden", '
    "gard*. Filters may stand in QUERY too: in:facts from:me after:2026-03 before:yesterday session:kyoto space:all "
    "sort:newest. Without words, all that the filters leave is listed, the newest first."
)
_FILTERS = (
    ("--in", "in", "KINDS", "only messages, facts, profile or sessions; several with commas"),
    ("--after", "after", "WHEN", 'from then on: 2026-03-14, 2026-03, 2026, yesterday, "last march"'),
    ("--before", "before", "WHEN", "up to then"),
    ("--on", "on", "WHEN", "on that day, or in that month or year"),
    ("--session", "session", "ID", "only this session: the beginning of its id, or words of its title"),
    ("--role", "from", "WHO", "only what I said, and what was learned from it (me), or the assistant (assistant)"),
    ("--sort", "sort", "ORDER", "best, newest or oldest first (best)"),
)


def register(commands: Commands) -> None:
    parser = commands.add(
        "search",
        _USAGE,
        "Search all messages, facts and past sessions",
        run,
        parents=[shared(JSON)],
    )
    parser.epilog = _ABOUT
    parser.set_defaults(json=False)
    parser.add_argument("query", metavar="QUERY", nargs="*", help="words, a question, or filters")
    for option, name, metavar, about in _FILTERS:
        parser.add_argument(option, dest=f"filter_{name}", metavar=metavar, action="append", help=about)
    parser.add_argument("--all-spaces", action="store_true", help="look into every space")
    parser.add_argument("-k", dest="limit", metavar="N", type=_limit, default=10, help="at most this many (10)")
    parser.add_argument("--offset", metavar="N", type=_offset, default=0, help="pass over the first so many (0)")


def _limit(text: str) -> int:
    number = int(text) if text.isdecimal() else 0
    if not 1 <= number <= 1000:
        raise ArgumentTypeError("a number from 1 to 1000 is wanted")
    return number


def _offset(text: str) -> int:
    if not text.isdecimal():
        raise ArgumentTypeError("a number from 0 on is wanted")
    return int(text)


async def run(args: Namespace) -> int:
    from memchat.cli.opening import assistant
    from memchat.cli.output import print_json
    from memchat.core.searching import ALL_SPACES, BadFilter

    typed = " ".join(args.query).strip()
    options = {name: ",".join(given) for _, name, *_ in _FILTERS if (given := getattr(args, f"filter_{name}"))}
    if args.all_spaces:
        options["space"] = ALL_SPACES
    if not typed and not options:
        raise WrongUsage("There is nothing to search for.", "Give words, as in memchat search peanuts.")
    async with assistant(args) as opened:
        try:
            query = await opened.searches.parsed(typed, options=options)
            found = await opened.searches.search(query, limit=args.limit, offset=args.offset)
        except BadFilter as error:
            raise WrongUsage(error.sentence, error.next_step) from error
        space = opened.searches.space
    if args.json:
        print_json([hit_json(hit, space) for hit in found.hits])
    elif sys.stdout.isatty():
        from memchat.cli.hits import print_hits

        print_hits(found, args.offset, space)
    else:
        _print_rows(found)
    return DONE


def _print_rows(found: "SearchPage") -> None:
    """A hit a line, its cells parted by tabs."""
    from memchat.cli.output import Column, print_table

    titles = ("score", "kind", "id", "text", "session", "said", "message", "space")
    print_table(
        [Column(title=title) for title in titles],
        [
            (
                hit.item.score,
                hit.item.kind,
                hit.item.id,
                hit.item.text,
                hit.item.source.session_id,
                hit.item.source.at,
                hit.item.source.message_id,
                hit.space,
            )
            for hit in found.hits
        ],
        empty="",
    )


def hit_json(hit: "SearchHit", space: str) -> dict[str, Any]:
    """A search hit as pinned, with its place, the parts of the score, when it held, and the line that is shown.

    Args:
        hit: What was found.
        space: The space that is open.
    """
    from memchat.core.jsonable import held_json
    from memchat.core.times import iso

    item = hit.item
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
        "space": hit.space or space,
        "parts": {name: round(value, 4) for name, value in item.parts.items()},
        "snippet": hit.snippet.text,
        "marks": [list(mark) for mark in hit.snippet.marks],
        **held_json(item),
    }
