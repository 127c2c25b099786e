"""`memchat sessions`."""

from pathlib import Path

import pytest

from tests.cli.conftest import Cli, Model

FIELDS = {"id", "title", "created_at", "updated_at", "messages", "model", "ended_at"}
FIELDS |= {"archived_at", "tags", "forked_from"}


@pytest.fixture
def two(ok: Cli, model: Model) -> list[str]:
    """Ids of two sessions, the older first."""
    model.say("Green.", "Eight days.")
    return [
        ok("ask", "--json", text).event("user_saved")["message"]["session"]
        for text in ("What colour is the bicycle?", "How long are we in Kyoto?")
    ]


def test_newest_first(ok: Cli, two: list[str]) -> None:
    found = ok("sessions", "--json").json
    assert [session["id"] for session in found] == two[::-1]
    assert all(set(session) == FIELDS for session in found)
    assert [session["messages"] for session in found] == [2, 2]
    assert ok("sessions", "list", "--json").json == found
    assert [row[0] for row in ok("sessions").rows] == two[::-1]


def test_search_and_limit(ok: Cli, two: list[str]) -> None:
    assert [session["id"] for session in ok("sessions", "--search", "bicycle", "--json").json] == two[:1]
    assert [session["id"] for session in ok("sessions", "list", "--search", "bicycle", "--json").json] == two[:1]
    assert len(ok("sessions", "-n", "1", "--json").json) == 1
    assert ok("sessions", "--search", "nonsense").out == ""


def test_show(ok: Cli, two: list[str]) -> None:
    shown = ok("sessions", "show", two[0][:9], "--json").json
    assert set(shown) == {"session", "messages", "summary", "session_summary"}
    assert [message["text"] for message in shown["messages"]] == ["What colour is the bicycle?", "Green."]
    text = ok("sessions", "show", two[0]).out
    assert "You · " in text
    assert "Green." in text


def test_rename(ok: Cli, two: list[str]) -> None:
    assert ok("sessions", "rename", two[0], "The", "bicycle").out == f"{two[0]}\tThe bicycle\n"
    assert ok("sessions", "rename", two[0], "A [red]title[/red]", "--json").json["title"] == "A [red]title[/red]"
    assert ok("sessions").rows[1][1] == "A [red]title[/red]"


def test_export_as_markdown(ok: Cli, two: list[str]) -> None:
    ok("sessions", "rename", two[0], 'The "green": one')
    text = ok("sessions", "export", two[0]).out
    front, _, body = text.removeprefix("---\n").partition("\n---\n")
    assert 'title: "The \\"green\\": one"' in front.splitlines()
    assert f'id: "{two[0]}"' in front.splitlines()
    assert "messages: 2" in front.splitlines()
    assert "\n## You · " in body
    assert "\n\nGreen.\n" in body


def test_export_to_a_file_that_is_never_written_over(ok: Cli, cli: Cli, two: list[str], tmp_path: Path) -> None:
    target = tmp_path / "kyoto.md"
    assert ok("sessions", "export", two[1], "-o", str(target)).out == ""
    assert "Eight days." in target.read_text("utf-8")
    assert target.stat().st_mode & 0o077 == 0
    again = cli("sessions", "export", two[1], "-o", str(target))
    assert again.code == 1
    assert "is there already" in again.err


def test_export_as_json(ok: Cli, two: list[str]) -> None:
    assert ok("sessions", "export", "--json", two[1]).json == ok("sessions", "show", "--json", two[1]).json


def test_delete_erases(ok: Cli, cli: Cli, two: list[str]) -> None:
    assert ok("sessions", "delete", two[0]).rows[0] == ["erased", two[0]]
    assert [session["id"] for session in ok("sessions", "--json").json] == two[1:]
    assert ok("search", "--json", "bicycle").json == []
    assert cli("sessions", "show", two[0]).code == 1
    deleted = ok("sessions", "delete", "--yes", "--json", two[1]).json
    assert deleted == {"id": two[1], "erased": True, "title": "A talk about small things", "rested": []}


@pytest.mark.parametrize("action", [("show",), ("export",), ("delete", "--yes"), ("rename", "TITLE")])
def test_an_unknown_id_is_one_line(cli: Cli, action: tuple[str, ...]) -> None:
    result = cli("sessions", action[0], "s0000", *action[1:])
    assert (result.code, result.out) == (1, "")
    assert len(result.err.splitlines()) == 1


def test_long_sessions_are_shown_whole(ok: Cli, model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("memchat.assistant.transcript._PAGE", 3)
    session = ok("ask", "--json", "0").event("user_saved")["message"]["session"]
    for number in range(1, 4):
        ok("ask", "-s", session, "--no-wait", str(number))
    shown = ok("sessions", "show", "--json", session).json["messages"]
    assert [message["seq"] for message in shown] == list(range(1, 9))
