"""Writes docs/performance.md and its picture from the results of the other benchmarks.

python benchmarks/performance_page.py [--results benchmarks/results.json]

The picture takes matplotlib: pip install 'memchat[bench]'.
"""

import argparse
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from measuring import RESULTS

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "performance.md"
PICTURE = ROOT / "docs" / "images" / "recall-at-size.png"
LIMITS = {"10000": 25, "100000": 40, "1000000": 120}
WAYS = ("memchat", "numpy", "sqlite-vec", "fts5")
COLOURS = {"memchat": "#c2410c", "numpy": "#2563eb", "sqlite-vec": "#059669", "fts5": "#6b7280"}

_PAGE = """# How fast it is

Written by `python benchmarks/performance_page.py` from what the benchmarks measured on {machine}.
Numbers of other machines differ; the ratios between ways that were measured in one run say more.

## Recall

![Recall with ten thousand, a hundred thousand and a million items]({picture})

A recall is all that happens between a message and what is remembered for it: the question is embedded, words and
meaning are searched, times are read, tokens compared, everything is scored, texts are loaded and cut to fit. The other
ways are what people write first. They find the keys of the 100 best and do nothing else:

* **numpy**: every vector as float32 in memory, one product with all of them on all cores; reading them is not counted
* **sqlite-vec**: a `vec0` table of float32 vectors, the 100 nearest
* **FTS5 alone**: its usual tokenizer, any word of the question, the 100 best by bm25; it embeds no question

{recall}

Milliseconds, median and 95th percentile over {questions} questions after a warm-up. *Ratio* is the median as a multiple
of memchat's, *first* is the first question of a program that has just started, *memory* what the process holds of its
own, without files that are mapped into it; Python and the embedder take some 200 MB of that.

The items are synthetic: messages in sessions on one of 400 topics, with words by Zipf's law, 3 facts to 100 messages,
and a summary for each session. Their vectors are some thousand real ones with noise added, and so are the signs of
their tokens. One question in ten names a time. The search takes place in the middle of a session whose own messages are
left out.

### What keeps it fast

* A first look goes by the signs of the vectors' numbers, 48 bytes an item. They lie in blocks of 2,048 items, in the
  one database. What was read stays in memory, 65 bytes an item, and is read again only where something changed.
* The 4,096 with the most signs in common are weighed by the question's own numbers, and the vectors of 512 of them are
  compared. Of some 300, found by words or by meaning, the tokens are compared one by one.
* Words that many items hold are not ranked: they say little about any of them.
* One thread looks it all up, on one state of the database, of which the file is mapped into memory. The screen goes on
  meanwhile.

## Disk

{disk}

Bytes for each stored message, with all that was made of it. *Tokens* are the signs of every token's vector, which make
the ranking better; it works without them too.

## Indexing

Words are indexed with the message, in the same transaction. Vectors are made afterwards, in the background, so no reply
waits for them; a question that is asked meanwhile waits for one text at most.

{indexing}

## Measuring it yourself

```sh
pip install 'memchat[bench]'
python benchmarks/recall_at_size.py --folder /tmp/memchat-bench   # makes the databases, 9 GB in all, and measures
python benchmarks/indexing.py                                     # on a terminal of its own
python benchmarks/performance_page.py                             # this page and its picture
```

The other benchmarks measure the screen: `first_paint.py`, `typing_while_streaming.py` and `enter_to_wire.py`.
"""


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table in Markdown; all columns but the first stand to the right."""
    rule = ["---", *["---:"] * (len(head) - 1)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (head, rule, *rows))


def recall_table(found: Mapping[str, Any]) -> str:
    """A line for each size and way."""
    rows = []
    for items, ways in found.items():
        own = ways["memchat"]["latency"]["p50"]
        for way in (ways[name] for name in WAYS if name in ways):
            times, memory = way["latency"], way["memory"]["own"] / 1e6
            limit = f" (limit {LIMITS[items]})" if way["name"] == "memchat" and items in LIMITS else ""
            rows.append(
                [
                    f"{int(items):,} items, {way['name']}",
                    f"{times['p50']:.1f}",
                    f"{times['p95']:.1f}{limit}",
                    f"{times['p50'] / own:.2f}",
                    f"{way['first']:.0f}",
                    f"{memory:,.0f} MB",
                ]
            )
    return table(("", "median", "95 of 100", "ratio", "first", "memory"), rows)


def disk_table(found: Mapping[str, Any]) -> str:
    """A line for each size."""
    rows = []
    for items, ways in found.items():
        disk = ways["memchat"]["disk"]
        parts = [disk[name] / disk["messages stored"] for name in ("messages", "words", "vectors", "other", "tokens")]
        rows.append([f"{int(items):,} items", *(f"{part:,.0f}" for part in parts), f"{sum(parts[:-1]):,.0f}"])
    return table(("", "messages", "words", "vectors", "other", "tokens", "all but tokens (limit 4,096)"), rows)


def indexing_table(found: Mapping[str, Any]) -> str:
    """How long it takes and how typing feels."""
    rows = [
        [f"while messages are embedded, {found['seconds']:.1f} s for 1,000 (limit 15)", *_times(found["meanwhile"])],
        ["when nothing else goes on", *_times(found["afterwards"])],
        ["ratio", f"{found['ratio']:.2f}", ""],
    ]
    return "Milliseconds until a key is on the screen:\n\n" + table(("", "median", "95 of 100"), rows)


def _times(found: Mapping[str, float]) -> list[str]:
    return [f"{found['p50']:.1f}", f"{found['p95']:.1f}"]


def draw(found: Mapping[str, Any], target: Path) -> None:
    """Latency and memory against size, a line for each way."""
    import matplotlib as mpl

    mpl.use("agg")
    from matplotlib import pyplot as plt

    plt.rcParams.update({"font.size": 11, "axes.spines.top": False, "axes.spines.right": False})
    figure, (left, right) = plt.subplots(1, 2, figsize=(12, 4.8), layout="constrained")
    sizes = [int(items) for items in found]
    for way in WAYS:
        told = [ways[way] for ways in found.values() if way in ways]
        if len(told) != len(sizes):
            continue
        style = {
            "color": COLOURS[way],
            "marker": "o",
            "label": told[0]["name"],
            "linewidth": 3 if way == WAYS[0] else 1.8,
        }
        left.plot(sizes, [one["latency"]["p95"] for one in told], **style)
        right.plot(sizes, [one["memory"]["own"] / 1e6 for one in told], **style)
    limits = [(int(items), limit) for items, limit in LIMITS.items() if items in found]
    left.plot(
        *zip(*limits, strict=True), linestyle="none", marker="_", markersize=26, color="#111", label="limit for memchat"
    )
    left.set_title("What 95 of 100 recalls do not exceed, ms", loc="left")
    right.set_title("Memory of the process's own, MB", loc="left")
    for axes in (left, right):
        axes.set(xscale="log", yscale="log", xlabel="stored items")
        axes.set_xticks(sizes, [f"{size:,}" for size in sizes])
        axes.minorticks_off()
        axes.yaxis.set_major_formatter("{x:,.0f}")
        axes.grid(axis="y", color="#ddd")
    left.legend(frameon=False)
    figure.savefig(target, dpi=110)


def machine(told: Mapping[str, Any]) -> str:
    """The machine in words."""
    return (
        f"{told['at'].split()[0]}\nwith {told['cores']} cores of an {told['processor']}, at a load of {told['load']}, "
        f"Python {told['python']} and sqlite-vec {told['sqlite-vec']}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--results", type=Path, default=RESULTS)
    parser.add_argument("--questions", type=int, default=300, help="how many were asked")
    arguments = parser.parse_args()
    results = json.loads(arguments.results.read_text())
    recall = results["recall"]["found"]
    draw(recall, PICTURE)
    PAGE.write_text(
        _PAGE.format(
            machine=machine(results["recall"]["machine"]),
            picture=f"images/{PICTURE.name}",
            recall=recall_table(recall),
            questions=arguments.questions,
            disk=disk_table(recall),
            indexing=indexing_table(results["indexing"]["found"]) if "indexing" in results else "Not measured yet.",
        )
    )
    print(f"written: {PAGE}, {PICTURE}")


if __name__ == "__main__":
    main()
