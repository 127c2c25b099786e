"""`memchat memory`, `memchat profile` and `memchat search`."""

from datetime import UTC, datetime

import pytest

from tests.cli.conftest import Cli, Model

MEMORY = {
    "id",
    "kind",
    "text",
    "status",
    "confidence",
    "origin",
    "observed_at",
    "valid_from",
    "valid_to",
    "superseded_by",
    "pinned",
    "use_count",
    "sources",
}


def test_add_and_list(ok: Cli) -> None:
    added = ok("memory", "add", "--json", "I am allergic to peanuts").json
    assert set(added) == MEMORY
    assert (added["origin"], added["status"], added["confidence"]) == ("user", "active", 1.0)
    assert ok("memory", "--json").json == [added] == ok("memory", "list", "--json").json
    row = ok("memory", "list").rows[0]
    assert (row[0], row[2], row[3]) == (added["id"], added["text"], "active")


def test_a_list_says_what_is_no_longer_so(ok: Cli) -> None:
    memory = ok("memory", "add", "--json", "I have a lodger").json
    ok("memory", "validity", memory["id"], "--to", "2020-03-01")
    assert ok("memory", "list").rows[0][3] == "no longer so"
    assert ok("memory", "list", "--json").json[0]["status"] == "active"


def test_list_by_kind_and_status(ok: Cli) -> None:
    kept = ok("memory", "add", "--json", "The bicycle is green").json
    gone = ok("memory", "add", "--json", "The boat is red").json
    ok("memory", "forget", gone["id"])
    assert [item["id"] for item in ok("memory", "--json").json] == [kept["id"]]
    assert [item["id"] for item in ok("memory", "--json", "--status", "forgotten").json] == [gone["id"]]
    assert len(ok("memory", "list", "--json", "--status", "all").json) == 2
    assert len(ok("memory", "--json", "--kind", kept["kind"]).json) == 1
    assert ok("memory", "--json", "--kind", "event").json == []


def test_show_edit_and_history(ok: Cli) -> None:
    memory = ok("memory", "add", "--json", "The bicycle is green").json
    assert ok("memory", "edit", memory["id"][:9], "The bicycle is blue").out == f"{memory['id']}\tThe bicycle is blue\n"
    assert ok("memory", "show", memory["id"], "--json").json["text"] == "The bicycle is blue"
    assert ["text", "The bicycle is blue"] in ok("memory", "show", memory["id"]).rows
    changes = ok("memory", "history", memory["id"], "--json").json
    assert {change["action"] for change in changes} == {"add", "edit"}
    assert set(changes[0]) == {"id", "target", "action", "actor", "at", "before", "after", "undone_at"}
    assert any("green" in cell for row in ok("memory", "history", memory["id"]).rows for cell in row)
    after = changes[-1]["after"]
    assert (after["text"], after["pinned"], after["valid_to"]) == ("The bicycle is blue", False, None)
    assert datetime.fromisoformat(after["updated_at"]).tzinfo is not None
    assert not {"normal_text", "sources"} & set(after)


def test_undo_takes_the_newest_change_back(ok: Cli, cli: Cli) -> None:
    memory = ok("memory", "add", "--json", "The bicycle is green").json
    ok("memory", "forget", memory["id"])
    assert ok("memory", "undo", "--json").json["action"] == "forget"
    assert [item["text"] for item in ok("memory", "--json").json] == ["The bicycle is green"]
    assert ok("memory", "undo").rows[0][0] == "taken back"
    assert ok("memory", "--json").json == []
    nothing = cli("memory", "undo")
    assert nothing.code == 1
    assert "no change left" in nothing.err


def test_profile(ok: Cli, cli: Cli) -> None:
    changed = ok("profile", "set", "--json", "name", "Alice", "Liddell").json
    assert set(changed) == {"field", "value", "confidence", "origin", "updated_at", "sources"}
    assert (changed["field"], changed["value"]) == ("name", "Alice Liddell")
    assert ok("profile", "--json").json == [changed]
    assert ok("profile").rows[0][:2] == ["name", "Alice Liddell"]
    assert ok("profile", "unset", "name").out == "emptied\tname\n"
    assert ok("profile", "list", "--json").json == []
    unknown = cli("profile", "set", "shoe_size", "44")
    assert unknown.code == 1
    assert "preferred_language" in unknown.err


def test_goals_come_beside_one_another_and_go_one_at_a_time(ok: Cli, cli: Cli) -> None:
    ok("profile", "set", "goals", "learn", "Greek")
    ok("profile", "set", "goals", "run a marathon")
    assert [item["value"] for item in ok("profile", "--json").json] == ["learn Greek", "run a marathon"]
    assert cli("profile", "unset", "goals", "sleep").code == 1
    assert ok("profile", "unset", "goals", "learn").out == "removed\tgoals: learn\n"
    ok("profile", "set", "--only", "goals", "rest")
    assert [item["value"] for item in ok("profile", "--json").json] == ["rest"]
    ok("profile", "unset", "goals")
    assert ok("profile", "--json").json == []


def test_a_profile_change_has_a_history_and_can_be_undone(ok: Cli) -> None:
    ok("profile", "set", "name", "Alice")
    ok("profile", "set", "name", "Bob")
    changes = ok("memory", "history", "profile:name", "--json").json
    assert [change["action"] for change in changes] == ["set", "set", "supersede"]
    old = next(change["after"] for change in changes if change["action"] == "supersede")
    assert datetime.fromisoformat(old["valid_to"]) <= datetime.now(UTC)
    assert ok("memory", "history", "profile:Name", "--json").json == changes
    ok("memory", "undo")
    assert ok("profile", "--json").json[0]["value"] == "Alice"


def test_the_history_of_no_field_is_refused(ok: Cli, cli: Cli) -> None:
    result = cli("memory", "history", "profile:nmae")
    assert (result.code, result.out) == (1, "")
    assert "Did you mean name?" in result.err
    assert ok("memory", "history", "profile:name").out == ""


def test_search(ok: Cli, model: Model) -> None:
    said = ok("ask", "--json", "My bicycle is in the cellar").event("user_saved")["message"]
    fact = ok("memory", "add", "--json", "The bicycle is green").json
    hits = ok("search", "bicycle", "--json").json
    assert {"id", "kind", "text", "score", "session", "at"} <= set(hits[0])
    assert {hit["id"] for hit in hits} >= {said["id"], fact["id"]}
    assert all(hit["score"] <= 1 for hit in hits)
    assert [hit["session"] for hit in hits if hit["id"] == said["id"]] == [said["session"]]
    assert {row[2] for row in ok("search", "bicycle").rows} == {hit["id"] for hit in hits}


def test_search_in_kinds(ok: Cli, model: Model) -> None:
    ok("ask", "My bicycle is in the cellar")
    ok("memory", "add", "The bicycle is green")
    assert {hit["kind"] for hit in ok("search", "bicycle", "--in", "facts", "--json").json} == {"fact"}
    assert {hit["kind"] for hit in ok("search", "--in", "message", "--json", "bicycle").json} == {"message"}
    both = ok("search", "bicycle", "--in", "facts,messages", "--json").json
    assert {hit["kind"] for hit in both} == {"fact", "message"}
    assert len(ok("search", "-k", "1", "--json", "bicycle").json) == 1


@pytest.mark.parametrize("action", ["show", "forget", "history"])
def test_an_unknown_memory_is_one_line(cli: Cli, action: str) -> None:
    result = cli("memory", action, "f0000")
    assert (result.code, result.out) == (1, "")
    assert len(result.err.splitlines()) == 1


def test_text_with_line_breaks_and_tabs_stays_one_row(ok: Cli) -> None:
    ok("memory", "add", "one\n\ttwo\x1b[31m")
    assert len(ok("memory", "list").rows) == 1
    assert len(ok("memory", "list").rows[0]) == 5
    assert "\x1b" not in ok("memory").out
    assert "\x1b" not in ok("memory", "list").out


def test_a_secret_is_not_stored(ok: Cli) -> None:
    key = "sk-proj-" + "a1B2c3D4e5F6g7H8i9J0" * 2
    ok("memory", "add", f"My key is {key}")
    assert key not in ok("memory", "--json").out


def test_a_memory_tells_what_it_was_recalled_for(ok: Cli, model: Model) -> None:
    bicycle = ok("memory", "add", "The bicycle is blue", "--json").json["id"]
    assert ok("memory", "show", bicycle, "--json").json["uses"] == []
    asked = ok("ask", "What is the colour of my bicycle?", "--json").event("user_saved")["message"]
    (use,) = ok("memory", "show", bicycle, "--json").json["uses"]
    assert (use["message"], use["said"]) == (asked["id"], "What is the colour of my bicycle?")
    assert 0 < use["score"] <= 1
    assert any(row[0] == "recalled for" and asked["id"] in row[1] for row in ok("memory", "show", bicycle).rows)


def test_what_was_learned_from_a_message_is_listed(ok: Cli, model: Model) -> None:
    asked = ok("ask", "Remember that my bicycle is blue.", "--json").event("user_saved")["message"]
    (learned,) = ok("memory", "list", "--message", asked["id"], "--json").json
    assert "bicycle" in learned["text"]
    ok("memory", "add", "The sky is grey")
    assert len(ok("memory", "list", "--message", asked["id"], "--json").json) == 1
    assert ok("memory", "list", "--message", "nonsense", "--json").json == []
