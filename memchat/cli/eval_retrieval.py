"""`memchat eval retrieval`: how well recall finds what was said, on a data set."""

import sys
from argparse import Namespace
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from memchat.cli.parser import JSON, Commands, shared
from memchat.cli.running import DONE
from memchat.core.errors import MemchatError

if TYPE_CHECKING:
    from memchat.cli.output import Cell
    from memchat.evaluation.retrieval.asking import Asked
    from memchat.evaluation.retrieval.report import Line, RetrievalReport

_FORMATS = ("locomo", "longmemeval", "jsonl")
_RECALL_AT = (1, 5, 10, 25, 50)
_STRICT_AT = (1, 5, 10)


def register(actions: Commands, count: Callable[[str], int]) -> None:
    """Adds it to `memchat eval`.

    Args:
        actions: What can be measured.
        count: Reads a number from 1 on.
    """
    parser = actions.add(
        "retrieval",
        "FILE --format FORMAT [--rankings OUT] [--json]",
        "Take a data set's talk into a temporary database, ask its questions through recall, and score what is found; "
        "no model is asked",
        evaluate_retrieval,
        parents=[shared(JSON)],
    )
    parser.set_defaults(json=False)
    parser.add_argument("file", metavar="FILE", type=Path, help="the data set")
    parser.add_argument(
        "--format", metavar="FORMAT", choices=_FORMATS, required=True, help="locomo, longmemeval, or jsonl: our own"
    )
    parser.add_argument("--rankings", metavar="OUT", type=Path, help="write what was found, a question a line")
    parser.add_argument("--limit", metavar="N", type=count, help="at most so many conversations")
    parser.add_argument(
        "--no-ablation", action="store_true", help="do not measure without each component, which takes most of the time"
    )


async def evaluate_retrieval(args: Namespace) -> int:
    import os

    from memchat.cli.opening import load_settings
    from memchat.cli.output import print_json
    from memchat.evaluation.retrieval.reading import read
    from memchat.evaluation.retrieval.report import report_json
    from memchat.evaluation.retrieval.running import Retrieval

    dataset = read(args.file, args.format, args.limit)
    settings, paths = load_settings()
    if args.rankings is not None and args.rankings.exists() and args.rankings.samefile(args.file):
        raise MemchatError("The rankings would replace the data set.", "Name another file.")
    with _rankings(args.rankings) as found:
        measuring = Retrieval(settings, paths, os.environ, _progress)
        report = await measuring.run(dataset, ablate=not args.no_ablation, found=found)
    if args.json:
        print_json(report_json(report))
    else:
        _print(report)
    return DONE


def _progress(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


@contextmanager
def _rankings(path: Path | None) -> "Iterator[Callable[[Asked], None]]":
    """Writes a line for each question to `path`, if there is one."""
    import json

    from memchat.evaluation.retrieval.report import ranking_json

    if path is None:
        yield lambda _: None
        return
    try:
        file = path.open("w", encoding="utf-8")
    except OSError as error:
        raise MemchatError(f"{path} cannot be written: {error.strerror or error}.", "Name another file.") from error
    with file:
        yield lambda asked: print(json.dumps(ranking_json(asked), ensure_ascii=False), file=file)


def _print(report: "RetrievalReport") -> None:
    from memchat.cli.output import print_fields

    p50, p95 = report.latency(0.5), report.latency(0.95)
    held = report.in_turn
    samples = report.dataset.samples
    print_fields(
        [
            ("format", report.dataset.format),
            ("conversations", len(samples)),
            ("turns", sum(len(sitting.turns) for sample in samples for sitting in sample.sittings)),
            ("questions", len(report.scored)),
            ("left out", report.left_out),
            ("embedder", report.embedder or report.words_only),
            ("recall", f"{p50:.1f} ms in the median, {p95:.1f} ms for 95 of 100" if p50 and p95 else ""),
            (
                "in a request",
                f"{100 * held.recall:.1f} % of the evidence in {held.items:.1f} turns, {held.tokens:.0f} tokens",
            ),
            ("took", f"{report.seconds / 60:.1f} min"),
        ]
    )
    _print_recall("turns", report.turns)
    _print_strict("turns, any or all", report.turns)
    _print_recall("sessions", report.sessions)
    _print_strict("sessions, any or all", report.sessions)
    if report.without:
        _print_recall("parts of recall", report.ablation)
        if report.aside:
            _print_recall(f"parts of recall, {report.aside}", report.ablation_aside)


def _print_recall(title: str, lines: "Sequence[Line]") -> None:
    _table(
        title,
        [*(f"R@{cut}" for cut in _RECALL_AT), "MRR", "nDCG@10"],
        [
            (
                line.name,
                line.score.questions,
                *(_percent(line.score.recall[cut]) for cut in _RECALL_AT),
                *map(_percent, (line.score.mrr, line.score.ndcg)),
            )
            for line in lines
        ],
    )


def _print_strict(title: str, lines: "Sequence[Line]") -> None:
    _table(
        title,
        [f"{name}@{cut}" for name in ("any", "all") for cut in _STRICT_AT],
        [
            (
                line.name,
                line.score.questions,
                *(_percent(line.score.any[cut]) for cut in _STRICT_AT),
                *(_percent(line.score.all[cut]) for cut in _STRICT_AT),
            )
            for line in lines
        ],
    )


def _table(title: str, names: Sequence[str], rows: "Sequence[Sequence[Cell]]") -> None:
    """A table with its title: above it on a terminal, in a pipe in the line of its headings, for there are several."""
    from memchat.cli.output import Column, print_table

    heads = [Column(title="", style="bold"), Column(title="n", right=True, style="dim")]
    columns = [*heads, *(Column(title=name, right=True) for name in names)]
    print()
    print(title if sys.stdout.isatty() else "\t".join([title, "n", *names]))
    print_table(columns, rows, empty="")


def _percent(share: float) -> str:
    return "100" if share == 1 else f"{100 * share:.1f}"
