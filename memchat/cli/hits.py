"""What a search found, for reading in a terminal."""

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from memchat.cli.output import local
from memchat.cli.text import one_line
from memchat.core.context import RecalledItem
from memchat.core.searching import SearchHit, SearchPage
from memchat.core.showing import shown

_LABELS = {"fact": "fact", "profile": "profile", "episode": "session"}
_STYLES = {"you": "cyan", "ai": "magenta", "fact": "green", "profile": "green", "session": "yellow"}


def print_hits(found: SearchPage, offset: int, space: str) -> None:
    """Each hit with its kind, its day and session, the line that was found, and the command that shows it.

    Args:
        found: What was found.
        offset: How many hits were passed over.
        space: The space that is open.
    """
    console = Console(highlight=False, emoji=False)
    if not found.hits:
        console.print(Text(_nothing(found, offset)))
    for hit in found.hits:
        console.print(_head(hit), overflow="ellipsis", no_wrap=True)
        console.print(Padding(_line(hit), (0, 0, 0, 2), expand=False))
        console.print(
            Padding(Text(_command(hit, space), "dim"), (0, 0, 1, 2), expand=False), overflow="ellipsis", no_wrap=True
        )
    if found.hits:
        console.print(Text(_place(found, offset), "dim"))
    if found.words_only:
        console.print(Text(one_line(found.words_only), "dim"))


def label(item: RecalledItem) -> str:
    """What a hit is, in a word."""
    return _LABELS.get(item.kind) or ("you" if item.source.role == "user" else "ai")


def _head(hit: SearchHit) -> Text:
    item = hit.item
    kind = label(item)
    where = one_line(item.source.session_title) or ("an untitled session" if item.source.session_id else "set by hand")
    score = f"{item.score:.2f}".removeprefix("0") if item.parts else "   "
    return Text.assemble(
        (f"{score} ", "dim"),
        (kind, f"bold {_STYLES[kind]}"),
        (f" · {local(item.source.at)} · {where}" + (f" · {one_line(hit.space)}" if hit.space else ""), "dim"),
    )


def _line(hit: SearchHit) -> Text:
    text, at = hit.snippet.text, 0
    line = Text()
    for start, end in hit.snippet.marks:
        line.append(shown(text[at:start])).append(shown(text[start:end]), "bold underline")
        at = end
    return line.append(shown(text[at:]))


def _command(hit: SearchHit, space: str) -> str:
    item, source = hit.item, hit.item.source
    match item.kind:
        case "message":
            shows = f"memchat sessions show {source.session_id} --at {item.id}"
        case "episode":
            shows = f"memchat sessions show {source.session_id}"
        case _:
            shows = f"memchat memory show {item.id}"
    return f"{shows} --space {hit.space}" if hit.space not in {"", space} else shows


def _place(found: SearchPage, offset: int) -> str:
    last = offset + len(found.hits)
    total = f"{'more than ' if found.more_than else ''}{found.total:,}"
    hits = "hit" if found.total == 1 else "hits"
    if last >= found.total:
        return f"{total} {hits}" if not offset else f"{offset + 1:,} to {last:,} of {total} {hits}"
    return f"{offset + 1:,} to {last:,} of {total} {hits} · --offset {last} shows the next"


def _nothing(found: SearchPage, offset: int) -> str:
    if found.total:
        return f"There are {found.total:,} hits, and --offset {offset} passes over all of them."
    return "Nothing was found. Fewer filters, or other words, may find more."
