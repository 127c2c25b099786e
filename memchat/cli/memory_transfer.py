"""`memchat memory export` and `import`: all that is remembered, out to a file and back in."""

import sys
from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from memchat.cli.parser import JSON, Commands, changing, shared
from memchat.cli.running import DONE, FAILED, say

if TYPE_CHECKING:
    from memchat.transfer.values import Fate, ImportItem, ImportPreview

_STDIN = "-"

_FATES: "dict[Fate, str]" = {
    "new": "is kept",
    "same": "is there already",
    "conflict": "waits for review",
    "held": "waits for review",
    "erased": "is left out",
}


def register(actions: Commands) -> None:
    """Adds the actions to those of `memchat memory`."""
    export = actions.add(
        "export",
        "[--json] [--format FORMAT] [FILE]",
        "Write all that is remembered: to read, or to keep and import again",
        export_memory,
        parents=[shared(JSON)],
    )
    export.add_argument("file", metavar="FILE", nargs="?", help="a new file; without it, stdout")
    export.add_argument(
        "--format",
        choices=("markdown", "jsonl"),
        metavar="FORMAT",
        help="markdown, to read, or jsonl, to keep; without it, what FILE ends with, else markdown",
    )
    taken = actions.add(
        "import",
        "[--json] [--yes] [--erased] FILE",
        "Take memories in from a file; shows first what becomes of each",
        import_memory,
        parents=[changing()],
    )
    taken.add_argument(
        "file",
        metavar="FILE",
        help="what `export --format jsonl` wrote, a sentence a line, or what ChatGPT exports; - for standard input",
    )
    taken.add_argument(
        "--erased", action="store_true", help="take in what you have erased too; without it, it stays away"
    )


async def export_memory(args: Namespace) -> int:
    from memchat.cli.opening import assistant
    from memchat.cli.output import print_json
    from memchat.cli.transcript import write

    ends_so = bool(args.file) and args.file.endswith((".jsonl", ".json"))
    kept = args.format == "jsonl" if args.format else ends_so or (args.json and not args.file)
    async with assistant(args) as opened:
        text = await opened.transfer.export_memory("jsonl" if kept else "markdown")
    if args.file:
        write(text, args.file)
    if args.json:
        print_json(_export_json(args.file, text, kept=kept))
    elif not args.file:
        print(text, end="")
    return DONE


def _export_json(file: str | None, text: str, *, kept: bool) -> dict[str, Any]:
    """Where it went; without a file, what was exported: the memories as objects, or the page."""
    import json

    told: dict[str, Any] = {"file": file, "format": "jsonl" if kept else "markdown"}
    if kept:
        lines = text.splitlines()[1:]  # the first says what follows
        return told | {"count": len(lines)} | ({} if file else {"memories": [json.loads(line) for line in lines]})
    return told if file else told | {"text": text}


async def import_memory(args: Namespace) -> int:
    from memchat.cli.erasing import agreed
    from memchat.cli.opening import assistant
    from memchat.cli.output import print_fields, print_json
    from memchat.cli.question import piped

    async with assistant(args, begins=True) as opened:
        if args.file == _STDIN:
            preview = await opened.transfer.preview(piped(), "standard input", erased=args.erased)
        else:
            preview = await opened.transfer.import_memory(Path(args.file), erased=args.erased)
        asking = sys.stdin.isatty() and sys.stderr.isatty() and not args.json
        if not args.json:
            _show(preview)
        if left_out := preview.counts.get("erased"):
            say(_left_out(left_out))
        if not args.yes:
            if args.json:
                print_json(_preview_json(preview, imported=False))
            if not preview.wanted:
                say("There is nothing else in it to take in." if left_out else "There is nothing new in it.")
                return DONE
            if not (asking and agreed(f"Take in {_number(len(preview.wanted))}? [y/N] ")):
                say("Nothing was taken in." if asking else "Nothing was taken in. --yes takes it in.")
                return FAILED
        done = await opened.transfer.apply(preview)
        await opened.indexing.embed_new()
    if args.json:
        print_json(_preview_json(preview, imported=True) | {"memories": [memory.id for memory in done.memories]})
        return DONE
    waiting = sum(memory.status == "pending" for memory in done.memories)
    ids = {item.back.id for item in preview.items if item.back is not None}
    again = sum(memory.id in ids for memory in done.memories)
    print_fields([("taken in", len(done.memories)), ("come back", again or None), ("wait for review", waiting or None)])
    return DONE


def _number(count: int) -> str:
    return "1 memory" if count == 1 else f"{count:,} memories"


def _left_out(count: int) -> str:
    if count == 1:
        return "1 was erased by you and is left out; --erased takes it in."
    return f"{count:,} were erased by you and are left out; --erased takes them in."


def _show(preview: "ImportPreview") -> None:
    from memchat.cli.output import Column, print_table

    rows: list[tuple[int, str, str, str]] = [
        (item.line, _becomes(item), item.memory.text, item.why) for item in preview.items
    ]
    rows += [(bad.line, "cannot be read", bad.text, bad.why) for bad in preview.bad]
    print_table(
        [
            Column(title="line", right=True),
            Column(title="becomes"),
            Column(title="text", wide=True),
            Column(title="why", wide=True),
        ],
        sorted(rows),
        empty="There is nothing in it.",
    )
    for sentence in filter(None, (preview.skipped, preview.note)):
        say(sentence)


def _becomes(item: "ImportItem") -> str:
    return "comes back" if item.fate == "new" and item.back is not None else _FATES[item.fate]


def _preview_json(preview: "ImportPreview", *, imported: bool) -> dict[str, Any]:
    return {
        "file": preview.name,
        "kind": preview.kind,
        "counts": dict(preview.counts) | {"bad": len(preview.bad)},
        "items": [_item_json(item) for item in preview.items],
        "bad": [{"line": bad.line, "text": bad.text, "why": bad.why} for bad in preview.bad],
        "skipped": preview.skipped,
        "note": preview.note,
        "imported": imported,
    }


def _item_json(item: "ImportItem") -> dict[str, Any]:
    return {
        "line": item.line,
        "becomes": item.fate,
        "why": item.why,
        "kind": item.memory.kind,
        "text": item.memory.text,
        "field": item.memory.field,
        "status": item.memory.status,
        "against": [memory.id for memory in item.against],
        "back": None if item.back is None else item.back.id,
    }
