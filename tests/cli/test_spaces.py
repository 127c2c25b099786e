"""`--space` keeps sessions, memories and profile apart; `memchat spaces` lists them."""

import pytest

from memchat.paths import Paths
from tests.cli.conftest import Cli, Model


def test_what_is_added_in_a_space_stays_there(ok: Cli) -> None:
    ok("memory", "add", "--space", "work", "The deadline is on Friday")
    ok("--space", "work", "profile", "set", "occupation", "architect")
    assert ok("memory", "--json").json == ok("profile", "--json").json == []
    assert [item["text"] for item in ok("memory", "--space", "work", "--json").json] == ["The deadline is on Friday"]
    assert ok("profile", "list", "--space", "work", "--json").json[0]["value"] == "architect"


def test_the_environment_names_the_space_too(ok: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    ok("memory", "add", "--space", "work", "The deadline is on Friday")
    monkeypatch.setenv("MEMCHAT_MEMORY__SPACE", "work")
    assert len(ok("memory", "--json").json) == 1
    assert ok("memory", "--json", "--space", "personal").json == []


def test_sessions_and_search_keep_to_the_space(ok: Cli, cli: Cli, model: Model) -> None:
    ok("ask", "My bicycle is in the cellar", "--space", "work")
    assert ok("sessions", "--json").json == []
    (session,) = ok("sessions", "--space", "work", "--json").json
    assert ok("search", "bicycle", "--json").json == []
    assert ok("search", "bicycle", "--json", "--space", "work").json
    ok("ask", "-c", "Which colour?", "--space", "work")
    assert "cellar" in str(model.asked[-1])
    assert cli("ask", "-s", session["id"], "Here?").code == 1
    explained = ok("explain", "bicycle", "--space", "personal", "--json").json
    assert "cellar" not in str(explained)


def test_the_spaces_are_listed(ok: Cli) -> None:
    assert [row[:2] for row in ok("spaces").rows] == [["*", "personal"]]
    ok("memory", "add", "--space", "work", "The deadline is on Friday")
    ok("memory", "add", "--space", "book-2", "The heroine is called Ada")
    found = ok("spaces", "list", "--json", "--space", "work").json
    assert [(item["name"], item["current"], item["memories"]) for item in found] == [
        ("personal", False, 0),
        ("book-2", False, 1),
        ("work", True, 1),
    ]


def test_looking_into_a_space_begins_none(cli: Cli, paths: Paths) -> None:
    for words in (("memory",), ("sessions",), ("search", "x"), ("explain", "x"), ("memory", "undo")):
        result = cli(*words, "--space", "wrok")
        assert (result.code, result.out) == (1, "")
        assert "no space called wrok" in result.err
        assert "memchat spaces" in result.err
    assert paths.spaces() == ["personal"]


@pytest.mark.parametrize("name", ["Work", "a/b", "../x", ""])
def test_not_everything_can_be_a_space(cli: Cli, name: str) -> None:
    result = cli("memory", "--space", name)
    assert result.code == 1
    assert "small letters" in result.err


def test_locate_and_doctor_tell_of_the_space(ok: Cli, cli: Cli, paths: Paths) -> None:
    assert ok("locate", "--space", "work", "--json").json["database"] == str(paths.spaces_dir / "work.db")
    assert "work.db" in cli("doctor", "--space", "work").out
