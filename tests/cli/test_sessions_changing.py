"""`memchat sessions archive, tag, fork, drop …` and `memchat summary`."""

import pytest

from memchat.providers.scripted import Say
from tests.cli.conftest import Cli, Model


@pytest.fixture
def session(ok: Cli, model: Model) -> str:
    """A session of three exchanges; its id."""
    model.say("Green.", "Eight days.", "By train.")
    found: str = ok("ask", "--json", "What colour is the bicycle?").event("user_saved")["message"]["session"]
    for text in ("How long are we in Kyoto?", "How do we get there?"):
        ok("ask", "-s", found, "--no-wait", text)
    return found


def _messages(ok: Cli, session: str) -> list[str]:
    return [message["id"] for message in ok("sessions", "show", "--json", session).json["messages"]]


def test_archived_and_brought_back(ok: Cli, session: str) -> None:
    assert ok("sessions", "archive", session[:6]).rows[0][0] == session
    assert ok("sessions", "--json").json == []
    assert [each["id"] for each in ok("sessions", "--archived", "--json").json] == [session]
    assert [each["id"] for each in ok("sessions", "list", "--archived", "--json").json] == [session]
    assert ok("search", "--json", "bicycle").json, "it is still found"
    assert ok("sessions", "unarchive", "--json", session).json[0]["archived_at"] is None
    ok("sessions", "archive", session)
    ok("memory", "undo")
    assert [each["id"] for each in ok("sessions", "--json").json] == [session]


def test_tags(ok: Cli, cli: Cli, session: str) -> None:
    assert ok("sessions", "tag", "--json", session, "Kyoto", "#trip").json["tags"] == ["Kyoto", "trip"]
    assert ok("sessions").rows[0][-1] == "#Kyoto #trip"
    assert [each["id"] for each in ok("sessions", "--tag", "kyoto", "--tag", "trip", "--json").json] == [session]
    assert ok("sessions", "list", "--tag", "other", "--json").json == []
    assert ok("sessions", "untag", "--json", session, "trip").json["tags"] == ["Kyoto"]
    assert ok("sessions", "untag", "--json", session).json["tags"] == []
    assert cli("sessions", "tag", session, " ").code == 1


def test_forked(ok: Cli, cli: Cli, model: Model, session: str) -> None:
    messages = _messages(ok, session)
    forked = ok("sessions", "fork", "--json", session, messages[1]).json
    assert (forked["forked_from"], forked["messages"]) == (session, 2)
    model.say("Red, now.")
    ok("ask", "-s", forked["id"], "--no-wait", "And now?")
    assert [message["content"] for message in model.asked[-1]["messages"]][1:3] == [
        "What colour is the bicycle?",
        "Green.",
    ]
    assert len(_messages(ok, session)) == 6
    assert ok("sessions", "fork", "--json", session).json["messages"] == 6
    assert "no message" in cli("sessions", "fork", session, "m000").err


def test_dropped_and_put_back(ok: Cli, cli: Cli, model: Model, session: str) -> None:
    messages = _messages(ok, session)
    dropped = ok("sessions", "drop", "--json", session, *messages[:2]).json
    assert dropped == {"session": session, "changed": 2, "dropped": messages[:2]}
    left = ok("explain", "-s", session, "--json", "Next").json["left_out"]
    assert {each["id"] for each in left if "took it out" in each["reason"]} == set(messages[:2])
    shown = ok("sessions", "show", "--json", session).json["messages"]
    assert [message["in_context"] for message in shown] == [False, False, True, True, True, True]
    ok("ask", "-s", session, "--no-wait", "Next")
    assert "bicycle" not in str(model.asked[-1]["messages"])
    assert ok("sessions", "put-back", "--json", session, messages[0]).json["dropped"] == messages[1:2]
    assert ok("sessions", "put-back", session).rows == [["changed", "1"]]
    assert cli("sessions", "drop", session, "m000").code == 1


def test_deleted_with_what_rests_on_it(ok: Cli, cli: Cli, model: Model) -> None:
    session = ok("ask", "--json", "Remember that I keep bees.").event("user_saved")["message"]["session"]
    (memory,) = ok("memory", "list", "--json").json
    done = ok("sessions", "delete", "--with-memories", "--yes", "--json", session).json
    rested = [{"id": memory["id"], "text": memory["text"], "erased": True}]
    assert {name: done[name] for name in ("id", "erased", "memories", "rested")} == {
        "id": session,
        "erased": True,
        "memories": [memory["id"]],
        "rested": rested,
    }
    assert ok("memory", "list", "--status", "all", "--json").json == []
    kept = ok("ask", "--json", "Remember that I keep hens.").event("user_saved")["message"]["session"]
    done = cli("sessions", "delete", kept)
    (memory,) = ok("memory", "list", "--json").json
    assert (done.code, done.out.splitlines()[0]) == (0, f"erased\t{kept}")
    assert done.err.splitlines() == [
        "memchat: 1 memory rested on this session alone, and stays; `memchat memory erase` erases it too:",
        f"memchat: {memory['text']}",
    ]
    assert ["source", "a conversation that was erased"] in [
        [name, value.partition(":")[0]] for name, value in ok("memory", "show", memory["id"]).rows
    ]
    assert [each["erased"] for each in ok("memory", "show", "--json", memory["id"]).json["sources"]] == [True]
    assert len(model.asked) == 2


def test_the_summary_is_folded_edited_reverted_and_unfolded(ok: Cli, cli: Cli, model: Model, session: str) -> None:
    assert ok("summary", "--json").json is None
    assert ok("summary", "history", "--json").json == []
    model.learning = Say("The bicycle is green.")
    first = ok("summary", "fold", "--json", session).json
    assert (first["text"], first["to_seq"]) == ("The bicycle is green.", 4)
    edited = ok("summary", "edit", "--json", session, "A", "green", "bicycle.").json
    assert (edited["text"], edited["model"]) == ("A green bicycle.", None)
    assert ok("summary").out == "A green bicycle.\n"
    versions = ok("summary", "history", "--json").json
    assert [(each["id"], each["holds"]) for each in versions] == [(first["id"], False), (edited["id"], True)]
    assert ok("summary", "revert", "--json", session, "1").json == first
    undone = ok("memory", "undo").rows
    assert [row[0] for row in undone] == ["taken back", "was", "is again"]
    assert [row[1] for row in undone[1:]] == [f"summary: “{each['text']}”" for each in (first, edited)]
    assert ok("summary", "show", "--json", session).json == edited
    assert ok("summary", "unfold", "--json", session).json is None
    ok("memory", "undo")
    assert ok("summary", "show", "--json", session).json == edited
    assert [row[0] for row in ok("summary", "history").rows] == ["1", "2"]
    assert cli("summary", "revert", session, "9").code == 1
    assert cli("summary", "edit", session, " ").code == 1
    assert cli("summary", "show", "s000").code == 1


def test_every_change_is_in_the_history(ok: Cli, session: str) -> None:
    ok("sessions", "rename", session, "Mine")
    ok("sessions", "tag", session, "x")
    ok("sessions", "archive", session)
    changes = ok("memory", "history", "--json", f"session:{session[:9]}").json
    assert [(each["action"], each["actor"]) for each in changes] == [
        ("rename", "user"),
        ("tag", "user"),
        ("archive", "user"),
    ]
