"""The log file: made when needed, the owner's alone, rotated, and never in the way."""

import logging
import warnings
from pathlib import Path

import pytest

from memchat.cli import logs


def test_nothing_is_made_until_there_is_something_to_write(tmp_path: Path) -> None:
    file = tmp_path / "data" / "memchat.log"
    logs.begin(file)
    assert not file.parent.exists()
    logging.getLogger("memchat.somewhere").info("it happened")
    assert "INFO memchat.somewhere: it happened" in file.read_text("utf-8")
    assert (file.stat().st_mode & 0o777, file.parent.stat().st_mode & 0o777) == (0o600, 0o700)


def test_others_only_warn(tmp_path: Path) -> None:
    file = tmp_path / "memchat.log"
    logs.begin(file)
    logging.getLogger("httpx").info("a request")
    logging.getLogger("httpx").warning("a slow request")
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(capture=True)
        warnings.warn("an old way", DeprecationWarning, stacklevel=1)
    text = file.read_text("utf-8")
    assert "a request" not in text
    assert "a slow request" in text
    assert "an old way" in text


def test_it_is_rotated_and_stays_the_owners(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "_BYTES", 500)
    file = tmp_path / "memchat.log"
    logs.begin(file)
    for number in range(50):
        logging.getLogger("memchat").info("line %d", number)
    files = sorted(tmp_path.iterdir())
    assert [path.name for path in files] == ["memchat.log", "memchat.log.1", "memchat.log.2", "memchat.log.3"]
    assert {path.stat().st_mode & 0o777 for path in files} == {0o600}


def test_a_log_that_cannot_be_written_stops_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("not a folder")
    logs.begin(tmp_path / "file" / "memchat.log")
    logging.getLogger("memchat").info("nowhere to go")
    assert capsys.readouterr().err == ""


def test_a_second_beginning_takes_the_place_of_the_first(tmp_path: Path) -> None:
    for name in ("one.log", "two.log"):
        logs.begin(tmp_path / name)
    logging.getLogger("memchat").info("once")
    assert [path.name for path in tmp_path.glob("*.log")] == ["two.log"]
