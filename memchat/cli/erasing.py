"""Erasing for good: what will go is shown, and asked about, before it does."""

import shutil
import signal
import sys
from argparse import Namespace
from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from memchat.cli.parser import Parser
from memchat.cli.running import DONE, FAILED, say
from memchat.cli.text import folded, one_line

if TYPE_CHECKING:
    from memchat.assistant import Assistant
    from memchat.core.erasure import Erasure, ErasureKind, Fate

_FATES: "dict[Fate, str]" = {
    "removed": "goes",
    "cut": "its words go",
    "remade": "is made anew",
    "restored": "comes back",
    "stays": "stays",
}


def add_options(parser: Parser) -> None:
    """Adds what a command that erases understands, beside what every change does."""
    about = "leave this place as it is; in a pipe and with --json the preview names each"
    parser.add_argument("--spare", metavar="PLACE", action="append", default=[], help=about)


async def erase(
    args: Namespace,
    opened: "Assistant",
    kind: "ErasureKind",
    target: str,
    *,
    keep: bool = False,
    documents: list[dict[str, Any]] | None = None,
) -> int:
    """Shows what goes, asks, and erases it; without a terminal to ask on it only shows, unless `--yes` was typed.

    Args:
        args: With `yes`, `spare` and `json`.
        opened: The assistant.
        kind: What it is.
        target: Its id or name.
        keep: As `Eraser.erase` takes it.
        documents: Gets what `--json` would print here; none has it printed.
    """
    from memchat.core.errors import NotFound

    spared = frozenset(args.spare)
    preview = await opened.eraser.preview(kind, target, keep=keep)
    if unknown := sorted(spared - {place.id for place in preview.places}):
        raise NotFound(
            f"Nothing of it is at {unknown[0]!r}.", "Without --yes and --spare the command lists all places."
        )
    if spared:
        preview = await opened.eraser.preview(kind, target, keep=keep, spared=spared)
    if not args.yes:
        asking = sys.stdin.isatty() and sys.stderr.isatty() and not args.json
        if args.json:
            _give(erasure_json(preview, erased=False), documents)
        else:
            _show(preview)
        if not (asking and agreed("Erase all of this for good? [y/N] ")):
            say("Nothing was erased." if asking else "Nothing was erased. --yes erases it.")
            return FAILED
    return await _erase(args, opened, preview, documents, keep=keep, spared=spared)


def _give(document: dict[str, Any], documents: list[dict[str, Any]] | None) -> None:
    from memchat.cli.output import print_json

    if documents is None:
        print_json(document)
    else:
        documents.append(document)


async def _erase(
    args: Namespace,
    opened: "Assistant",
    preview: "Erasure",
    documents: list[dict[str, Any]] | None,
    *,
    keep: bool,
    spared: Collection[str],
) -> int:
    from memchat.cli.output import print_fields

    done = await opened.eraser.erase(preview.kind, preview.target, keep=keep, spared=spared)
    if args.json:
        document = erasure_json(done.erasure, erased=True)
        _give(document | {"complete": done.complete, "note": done.note}, documents)
        return DONE
    print_fields([("erased", done.erasure.target), ("title", done.erasure.title)])
    for note in filter(None, (done.erasure.note, done.note)):
        say(note)
    return DONE


def agreed(question: str) -> bool:
    """Asks on the terminal."""
    return (typed(question) or "").strip().lower() in {"y", "yes"}


def typed(question: str) -> str | None:
    """The line that is typed on the terminal; none at the end of the input."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # the event loop's would wait for the line
    try:
        print(question, end="", file=sys.stderr, flush=True)
        return sys.stdin.readline() or None
    finally:
        signal.signal(signal.SIGINT, before)


def erasure_json(erasure: "Erasure", *, erased: bool) -> dict[str, Any]:
    """What goes, place by place."""
    return {
        "kind": erasure.kind,
        "target": erasure.target,
        "title": erasure.title,
        "words": list(erasure.words),
        "places": [
            {
                "id": place.id,
                "kind": place.kind,
                "fate": place.fate,
                "where": place.where,
                "text": place.text,
                "words": list(place.words),
                "ref": place.ref,
            }
            for place in erasure.places
        ],
        "note": erasure.note,
        "erased": erased,
    }


def _show(erasure: "Erasure") -> None:
    from memchat.cli.output import Column, print_fields, print_table

    print_fields([("erase", erasure.title), ("by the words", ", ".join(erasure.words)), ("note", erasure.note)])
    if sys.stdout.isatty():
        _show_places(erasure)
        return
    columns = [Column(title=title) for title in ("what", "becomes", "text", "in", "place")]
    rows = [
        (place.kind.replace("_", " "), _FATES[place.fate], place.text, place.where, place.id)
        for place in erasure.places
    ]
    print_table(columns, rows, empty="")


def _show_places(erasure: "Erasure") -> None:
    """Each place with all words that go: nothing of them is cut off at the edge of the terminal."""
    if not erasure.places:
        print("There is nothing of it.")
    for place in erasure.places:
        about = (place.kind.replace("_", " "), _FATES[place.fate], place.where, place.id)
        print(f"\n{one_line(' · '.join(filter(None, about)))}")
        for words in place.words if place.fate == "cut" and place.words else (place.text,):
            for part in folded(words, shutil.get_terminal_size().columns - 4):
                print(f"    {part}")
    print()
