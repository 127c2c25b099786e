"""`memchat eval retrieval`, on small data sets of our own."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Cli
from tests.evaluation.retrieval.conftest import FILES

LOCOMO = str(FILES["locomo"])


def test_tables_by_category_and_by_what_recall_uses(cli: Cli) -> None:
    result = cli("eval", "retrieval", LOCOMO, "--format", "locomo")
    assert result.code == 0
    assert result.err.startswith("1/1 talk-1: 6 turns, 7 questions ")
    assert ["questions", "5"] in result.rows
    assert ["left out", "2"] in result.rows
    heads = [row for row in result.rows if len(row) > 2 and row[1] == "n"]
    assert heads[0] == ["turns", "n", "R@1", "R@5", "R@10", "R@25", "R@50", "MRR", "nDCG@10"]
    assert heads[1] == ["turns, any or all", "n", "any@1", "any@5", "any@10", "all@1", "all@5", "all@10"]
    assert [head[0] for head in heads[2:]] == [
        "sessions",
        "sessions, any or all",
        "parts of recall",
        "parts of recall, all but adversarial",
    ]
    names = [row[0] for row in result.rows if row[0].startswith("a")]
    assert names[:3] == ["all", "all but adversarial", "adversarial"]


def test_rankings_say_for_every_question_what_was_found(cli: Cli, tmp_path: Path) -> None:
    out = tmp_path / "rankings.jsonl"
    result = cli("eval", "retrieval", LOCOMO, "--format", "locomo", "--rankings", str(out), "--json", "--no-ablation")
    assert result.json["questions"] == 5
    lines = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
    assert [line["question"] for line in lines][:2] == [
        "What does Nora do on Tuesdays?",
        "Who lent Piet the boat, and what is wrong with it?",
    ]
    assert len(lines) == 7
    assert all(set(line) == {"sample", "question", "ranked"} for line in lines)
    assert (lines[0]["sample"], lines[0]["ranked"][0]) == ("talk-1", "D1:1")
    assert all(len(line["ranked"]) == len(set(line["ranked"])) <= 50 for line in lines)


@pytest.mark.parametrize("format", ["longmemeval", "jsonl"])
def test_the_other_formats(cli: Cli, format: str) -> None:
    path = next(str(file) for name, file in FILES.items() if name == format)
    document = cli("eval", "retrieval", path, "--format", format, "--json").json
    assert document["format"] == format
    assert document["by_category"][0]["recall"]["50"] == 1


def test_what_is_wrong_is_one_sentence(cli: Cli, tmp_path: Path) -> None:
    missing = cli("eval", "retrieval", str(tmp_path / "none.json"), "--format", "locomo")
    assert missing.code == 1
    assert missing.err.startswith(f"memchat: {tmp_path / 'none.json'} cannot be read: No such file")
    other = cli("eval", "retrieval", str(FILES["jsonl"]), "--format", "locomo")
    assert other.code == 1
    assert other.err.rstrip().endswith("For JSON Lines, say --format jsonl.")
    nowhere = str(tmp_path / "no" / "folder.jsonl")
    assert "cannot be written" in cli("eval", "retrieval", LOCOMO, "--format", "locomo", "--rankings", nowhere).err
    own = tmp_path / "talk.json"
    own.write_bytes(FILES["locomo"].read_bytes())
    assert cli("eval", "retrieval", str(own), "--format", "locomo", "--rankings", str(own)).code == 1
    assert own.read_bytes() == FILES["locomo"].read_bytes()
