"""What waits for review, what was put away, what goes for good, and how learning stands."""

import asyncio
import json
import os
import subprocess
import sys
from typing import Any

import pytest

from memchat.core.memories import Memory, MemoryStatus
from memchat.paths import Paths
from memchat.providers.scripted import Status
from memchat.store import Store
from tests.cli.conftest import Cli, Model, command


def stored(paths: Paths, *texts: str, status: MemoryStatus = "active", **fields: Any) -> list[Memory]:
    """Memories as learning would have stored them."""

    async def store() -> list[Memory]:
        opened = await Store.open(paths.database)
        try:
            return [
                await opened.memories.add(
                    kind="fact", text=text, confidence=0.6, origin="user", actor="qwen", status=status, **fields
                )
                for text in texts
            ]
        finally:
            await opened.close()

    return asyncio.run(store())


def test_what_is_pending_is_accepted_or_rejected(ok: Cli, cli: Cli, paths: Paths) -> None:
    tea, coffee, cocoa = stored(
        paths,
        "The user likes tea",
        "The user likes coffee",
        "The user likes cocoa",
        status="pending",
        reason="Unsure.",
    )
    assert len(ok("memory", "list", "--status", "pending", "--json").json) == 3
    assert ["why pending", "Unsure."] in ok("memory", "show", tea.id).rows
    assert ok("memory", "accept", tea.id[:9]).out == f"{tea.id}\tThe user likes tea\n"
    assert ok("memory", "accept", cocoa.id, "The user likes hot cocoa", "--json").json["status"] == "active"
    assert ok("memory", "reject", coffee.id, "--json").json["status"] != "active"
    texts = {item["text"] for item in ok("memory", "--json").json}
    assert texts == {"The user likes tea", "The user likes hot cocoa"}
    again = cli("memory", "accept", tea.id)
    assert (again.code, again.out) == (1, "")


def test_what_is_missing_is_named(cli: Cli) -> None:
    assert "required: ID\n" in cli("memory", "accept").err
    assert "required: ID\n" in cli("sessions", "system").err


def test_what_is_archived_is_restored(ok: Cli, cli: Cli, paths: Paths) -> None:
    (tea,) = stored(paths, "The user likes tea")
    assert ok("memory", "archive", tea.id, "--json").json["status"] == "archived"
    assert ok("memory", "--json").json == []
    assert cli("memory", "archive", tea.id).code == 1
    assert ok("memory", "restore", tea.id, "--json").json["status"] == "active"
    ok("memory", "forget", tea.id)
    assert ok("memory", "restore", tea.id).out == f"{tea.id}\tThe user likes tea\n"


def test_show_tells_all_that_is_known(ok: Cli, paths: Paths) -> None:
    (tea,) = stored(paths, "Anna likes tea", subject="Anna", attribute="drink", holds="years")
    shown = ok("memory", "show", tea.id, "--json").json
    assert (shown["subject"], shown["attribute"], shown["holds"], shown["actor"]) == ("Anna", "drink", "years", "qwen")
    rows = ok("memory", "show", tea.id).rows
    assert ["about", "Anna"] in rows
    assert ["written by", "qwen"] in rows


def test_erasing_shows_first_what_goes(ok: Cli, cli: Cli, paths: Paths, model: Model) -> None:
    ok("ask", "My dentist is Dr. Brockelmann")
    memory = ok("memory", "add", "--json", "My dentist is Dr. Brockelmann").json
    preview = cli("memory", "erase", memory["id"])
    assert preview.code == 1
    assert "--yes" in preview.err
    assert any("Brockelmann" in cell for row in preview.rows for cell in row)
    assert ok("memory", "--json").json == [memory]
    told = cli("memory", "erase", memory["id"], "--json").json
    assert (told["erased"], told["kind"]) == (False, "memory")
    assert {"memory", "message"} <= {place["kind"] for place in told["places"]}
    done = ok("memory", "erase", memory["id"], "--yes", "--json").json
    assert (done["erased"], done["complete"]) == (True, True)
    assert ok("memory", "--json", "--status", "all").json == []
    home = paths.data_dir.parent
    assert not [file for file in home.rglob("*") if file.is_file() and b"Brockelmann" in file.read_bytes()]


def test_a_place_that_is_not_there_cannot_be_spared(ok: Cli, cli: Cli, paths: Paths, model: Model) -> None:
    ok("ask", "My dentist is Dr. Brockelmann")
    memory = ok("memory", "add", "--json", "My dentist is Dr. Brockelmann").json
    refused = cli("memory", "erase", memory["id"], "--yes", "--spare", "messages:text:99")
    assert (refused.code, refused.out) == (1, "")
    assert "'messages:text:99'" in refused.err
    preview = cli("memory", "erase", memory["id"], "--json").json
    said = next(place["id"] for place in preview["places"] if place["kind"] == "message")
    ok("memory", "erase", memory["id"], "--yes", "--spare", said)
    assert next(hit["text"] for hit in ok("search", "Brockelmann", "--json").json) == "My dentist is Dr. Brockelmann"


def test_the_conversation_can_be_kept(ok: Cli, cli: Cli, model: Model) -> None:
    session = ok("ask", "--json", "My dentist is Dr. Brockelmann").event("user_saved")["message"]["session"]
    memory = ok("memory", "add", "--json", "My dentist is Dr. Brockelmann").json
    cli("memory", "erase", memory["id"], "--keep-messages", "--yes")
    assert ok("memory", "--json", "--status", "all").json == []
    assert "Brockelmann" in ok("sessions", "show", session).out


def test_a_profile_field_is_erased_with_its_past(ok: Cli, cli: Cli, paths: Paths) -> None:
    ok("profile", "set", "location", "Taipei")
    ok("profile", "set", "location", "Lisbon")
    assert cli("profile", "erase", "location").code == 1
    assert ok("profile", "--json").json
    assert ok("profile", "erase", "location", "--yes").rows[0] == ["erased", "location"]
    assert ok("profile", "--json").json == ok("memory", "--status", "all", "--json").json == []
    assert b"Taipei" not in paths.database.read_bytes()


def test_a_session_is_erased_with_or_without_what_was_learned(ok: Cli, cli: Cli, model: Model) -> None:
    session = ok("ask", "--json", "remember that I live in Porto").event("user_saved")["message"]["session"]
    assert len(ok("memory", "--json").json) == 1
    assert cli("sessions", "erase", session).code == 1
    kept = ok("ask", "--json", "remember that I like tea").event("user_saved")["message"]["session"]
    assert "and stays" in cli("sessions", "delete", kept).err
    assert len(ok("memory", "--json").json) == 2
    assert ok("sessions", "erase", session, "--yes", "--json").json["erased"]
    assert [item["text"] for item in ok("memory", "--json").json] == ["I like tea"]
    assert ok("sessions", "--json").json == []


def test_a_space_is_deleted_with_its_files(ok: Cli, cli: Cli, paths: Paths) -> None:
    ok("memory", "add", "--space", "work", "The deadline is on Friday")
    assert cli("spaces", "delete", "work").code == 1
    assert paths.spaces() == ["personal", "work"]
    assert ok("spaces", "delete", "work", "--yes").rows[0] == ["erased", "work"]
    assert paths.spaces() == ["personal"]
    assert cli("spaces", "delete", "work", "--yes").code == 1


def test_contradictions_are_listed_and_settled(ok: Cli, cli: Cli, paths: Paths) -> None:
    tea, coffee = stored(paths, "The user drinks tea", "The user drinks no tea")

    async def contradict() -> None:
        opened = await Store.open(paths.database)
        await opened.conflicts.add(tea.id, coffee.id, "One of them cannot be.")
        await opened.close()

    asyncio.run(contradict())
    (found,) = ok("memory", "conflicts", "--json").json
    assert {found["first"]["id"], found["second"]["id"]} == {tea.id, coffee.id}
    assert len(ok("memory", "conflicts").rows) == 2
    assert cli("memory", "settle", found["id"], "f0000").code == 1
    assert cli("memory", "settle", "").code == 1
    ok("memory", "settle", found["id"], tea.id)
    assert [item["id"] for item in ok("memory", "--json").json] == [tea.id]
    assert ok("memory", "conflicts", "--json").json == []
    assert cli("memory", "settle", found["id"]).code == 1
    ok("memory", "undo")
    assert [item["id"] for item in ok("memory", "conflicts", "--json").json] == [found["id"]], "both hold again"
    ok("memory", "settle", found["id"])
    assert ok("memory", "conflicts", "--json").json == []


def test_learning_tells_how_it_stands(ok: Cli, paths: Paths, model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    stored(paths, "The user likes tea", status="pending")
    found = ok("memory", "status", "--json").json
    assert (found["mode"], found["counts"]["pending"], found["consolidated_at"]) == ("auto", 1, None)
    assert ["pending", "1 memory"] in ok("memory", "status").rows
    monkeypatch.setenv("MEMCHAT_LEARNING__MODE", "review")
    assert ok("memory", "status").rows[0] == ["learning", "review"]


def test_what_learning_stumbled_over_is_told(ok: Cli, cli: Cli, model: Model) -> None:
    model.learning = Status(400, "no grammar here")
    asked = cli("ask", "I brought a weird contraption to my uncle because of my hobby")
    assert (asked.code, asked.out) == (0, "Noted.\n")
    assert asked.err.startswith("memchat: Learning is not finished, and the next run goes on with it: ")
    assert "no grammar here" in ok("memory", "status", "--json").json["problem"]
    assert any(row[0] == "problem" for row in ok("memory", "status").rows)


def test_a_model_too_small_to_learn_says_so_once(
    ok: Cli, cli: Cli, model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    ok("ask", "I live in Porto")
    monkeypatch.setenv("MEMCHAT_MODEL", "smollm2-135m")
    ok("ask", "--no-memory", "--incognito", "Hello")
    first = cli("ask", "I moved to Lisbon")
    assert first.out == "Noted.\n"
    assert "too small" in first.err
    assert first.err.count("\n") == 1
    ok("ask", "I like tea")
    assert ok("profile", "--json").json[0]["value"] == "Porto"


def test_consolidating_needs_a_model(cli: Cli, ok: Cli, paths: Paths, model: Model) -> None:
    ok("memory", "add", "The bicycle is green")
    done = ok("memory", "consolidate", "--json").json
    assert done["type"] == "consolidated"
    assert done["merged"] == []
    assert ok("memory", "status", "--json").json["consolidated_at"]


def test_personas(ok: Cli, cli: Cli, paths: Paths, model: Model) -> None:
    assert ok("personas").out == ""
    paths.personas_dir.mkdir(parents=True)
    (paths.personas_dir / "pirate.md").write_text("You are a pirate.", encoding="utf-8")
    assert [row[1] for row in ok("personas").rows] == ["pirate"]
    assert ok("personas", "show", "pirate").out == "You are a pirate.\n"
    assert "pirate" in cli("personas", "show", "parrot").err
    session = ok("ask", "--json", "--persona", "pirate", "Hello").event("user_saved")["message"]["session"]
    assert ok("sessions", "system", session).out == "You are a pirate.\n"
    told = ok("sessions", "system", session, "Answer in rhymes.", "--json").json
    assert (told["persona"], told["own"], told["told"]) == ("pirate", "Answer in rhymes.", "Answer in rhymes.")
    assert ok("sessions", "system", session, "--clear").out == "You are a pirate.\n"
    assert cli("ask", "--persona", "parrot", "Hello").code == 1


def test_a_system_prompt_for_one_question(ok: Cli, model: Model) -> None:
    ok("ask", "--system", "Answer in rhymes.", "Hello")
    first = [body for body in model.server.requests if "Answer in rhymes." in json.dumps(body)]
    assert first


@pytest.mark.skipif(sys.platform == "win32", reason="it has no pty")
def test_what_waits_is_gone_through_on_a_terminal(ok: Cli, paths: Paths) -> None:
    import pty

    tea, home, goal = stored(paths, "Likes tea.", "Lives in Taipei.", "Wants to see Rome.", status="pending")
    ours, theirs = pty.openpty()
    with subprocess.Popen(command("memory", "review"), stdin=theirs, stdout=theirs, stderr=theirs) as child:
        os.close(theirs)
        shown = _read(ours, "1 of 3")
        os.write(ours, b"a\n")
        shown += _read(ours, "2 of 3")
        ok("memory", "pin", goal.id)
        os.write(ours, b"u\n")
        shown += _read(ours, "1 of 3")
        os.write(ours, b"r\ne\nLives in Lisbon.\nn\n1\n")
        shown += _read(ours, "nothing still waits")
        assert child.wait(60) == 0
    os.close(ours)
    assert "Nothing was settled yet." not in shown
    assert ok("memory", "show", goal.id, "--json").json["pinned"], "undo takes back what was settled here alone"
    statuses = [ok("memory", "show", each.id, "--json").json["status"] for each in (tea, home, goal)]
    assert statuses == ["forgotten", "active", "forgotten"]
    assert ok("memory", "show", home.id, "--json").json["text"] == "Lives in Lisbon."
    assert len(ok("memory", "rules", "--json").json) == 1


def _read(terminal: int, until: str) -> str:
    """What a program writes to its terminal, up to some words."""
    shown = ""
    while until not in shown:
        shown += os.read(terminal, 4096).decode("utf-8", "replace")
    return shown
