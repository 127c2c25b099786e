"""What is erased leaves the log too, while programs go on writing to it."""

from pathlib import Path

from memchat.core.erasure import Carved
from memchat.memory import logs


def cut(line: str) -> Carved | None:
    return Carved(text="", words=("secret",)) if "secret" in line else None


def test_lines_go_and_the_file_stays_the_same(tmp_path: Path) -> None:
    log, older = tmp_path / "memchat.log", tmp_path / "memchat.log.1"
    log.write_text("one\na secret\r\ntwo é\n", "utf-8", newline="")
    older.write_bytes(b"\xff secret\nthree")
    with log.open("a", encoding="utf-8") as writing:
        assert [(place.text, place.ref) for place in logs.places(log, cut)] == [
            ("a secret", str(log)),
            ("\ufffd secret", str(older)),
        ]
        logs.clean(log, cut)
        writing.write("four\n")
    assert log.read_text("utf-8") == "one\ntwo é\nfour\n"
    assert older.read_text("utf-8") == "three"


def test_a_line_can_be_spared_and_a_log_be_emptied(tmp_path: Path) -> None:
    log = tmp_path / "memchat.log"
    log.write_text("a secret\nanother secret\n")
    spared = logs.places(log, cut)[0].id
    assert len(logs.places(log, cut, {spared})) == 1
    logs.clean(log, cut, {spared})
    assert log.read_text() == "a secret\n"
    logs.empty(log)
    assert log.read_text() == ""


def test_no_log_is_no_trouble(tmp_path: Path) -> None:
    assert logs.places(tmp_path / "memchat.log", cut) == []
    logs.clean(tmp_path / "memchat.log", cut)
    logs.empty(tmp_path / "memchat.log")
