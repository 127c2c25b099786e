"""Small data sets of our own, one of each format."""

from collections.abc import Callable
from pathlib import Path

import pytest

from memchat.evaluation.retrieval.values import Format

DATA = Path(__file__).parent / "data"
FILES: dict[Format, Path] = {
    "locomo": DATA / "talk_locomo.json",
    "longmemeval": DATA / "talk_longmemeval.json",
    "jsonl": DATA / "talk.jsonl",
}

Write = Callable[[str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a data set's text to a file."""

    def to_file(text: str) -> Path:
        path = tmp_path / "data.json"
        path.write_text(text, "utf-8")
        return path

    return to_file
