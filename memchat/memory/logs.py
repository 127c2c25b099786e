"""Taking what is erased out of the log."""

from collections.abc import Callable, Collection
from pathlib import Path

from memchat.core.erasure import Carved, Place


def logs(file: Path) -> list[Path]:
    """The log, and those that were put aside when it grew."""
    return [each for each in (file, *sorted(file.parent.glob(f"{file.name}.[0-9]*"))) if each.is_file()]


def places(file: Path, cut: Callable[[str], Carved | None], spared: Collection[str] = ()) -> list[Place]:
    """The lines of the logs that hold what is erased. Blocks while it reads."""
    return [
        Place(id=_id(each, number), kind="log", fate="removed", text=line.strip(), words=carved.words, ref=str(each))
        for each in logs(file)
        for number, line in enumerate(_lines(each))
        if (carved := cut(line)) is not None and _id(each, number) not in spared
    ]


def clean(file: Path, cut: Callable[[str], Carved | None], spared: Collection[str] = ()) -> None:
    """Takes those lines away; the files stay the same ones, since other programs have them open. Blocks."""
    for each in logs(file):
        lines = _lines(each)
        kept = [line for number, line in enumerate(lines) if _id(each, number) in spared or cut(line) is None]
        if len(kept) < len(lines):
            with each.open("r+", encoding="utf-8", errors="replace", newline="") as stream:
                stream.write("".join(kept))
                stream.truncate()


def empty(file: Path) -> None:
    """Takes all of it away. Blocks."""
    for each in logs(file):
        with each.open("r+b") as stream:
            stream.truncate()


def _lines(file: Path) -> list[str]:
    with file.open(encoding="utf-8", errors="replace", newline="") as stream:
        return stream.readlines()


def _id(file: Path, number: int) -> str:
    return f"log:{file.name}:{number}"
