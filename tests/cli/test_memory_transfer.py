"""`memchat memory about`, `export` and `import`."""

import json
from pathlib import Path

from tests.cli.conftest import Cli, Model


def test_what_is_remembered_as_a_page(ok: Cli) -> None:
    assert "Nothing yet." in ok("memory").out
    ok("memory", "add", "I like small gardens.")
    ok("profile", "set", "name", "Alice")
    text = ok("memory").out
    assert text.startswith("What I remember about you\n")
    assert "- I like small gardens.  (sure, you set it on" in text
    assert ok("memory", "about").out == text
    sections = ok("memory", "about", "--json").json["sections"]
    assert sections[0]["title"] == "Your profile"
    assert sections[0]["lines"][0]["text"] == "name: Alice"


def test_asked_as_a_message_it_needs_no_model(ok: Cli, model: Model) -> None:
    ok("memory", "add", "I like small gardens.")
    assert "I like small gardens." in ok("ask", "What do you remember about me?").out
    events = ok("ask", "--json", "Was weißt du über mich?").events
    kinds = list(dict.fromkeys(event["type"] for event in events))
    assert kinds == ["user_saved", "recalled", "context_built", "delta", "assistant_saved"]
    assert model.server.requests == []


def test_exported_and_imported_elsewhere(ok: Cli, cli: Cli, tmp_path: Path) -> None:
    ok("memory", "add", "I like small gardens.")
    ok("profile", "set", "name", "Alice")
    file = tmp_path / "memory.jsonl"
    assert ok("memory", "export", str(file)).out == ""
    assert file.stat().st_mode & 0o077 == 0
    assert cli("memory", "export", str(file)).code == 1
    assert ok("memory", "export", "--format", "jsonl").out.splitlines()[1:] == file.read_text().splitlines()[1:]
    assert "I like small gardens." in ok("memory", "export").out

    shown = cli("--space", "other", "memory", "import", "--json", str(file))
    assert shown.code == 1
    assert shown.json["counts"] == {"new": 2, "bad": 0}
    assert not shown.json["imported"]
    assert cli("--space", "other", "memory", "import", str(file)).err.endswith("--yes takes it in.\n")
    done = ok("--space", "other", "memory", "import", "--yes", "--json", str(file)).json
    assert (done["imported"], len(done["memories"])) == (True, 2)
    (memory,) = ok("--space", "other", "memory", "list", "--json").json
    assert (memory["text"], memory["origin"]) == ("I like small gardens.", "import")
    assert ok("--space", "other", "profile", "--json").json[0]["value"] == "Alice"
    again = ok("--space", "other", "memory", "import", "--yes", "--json", str(file)).json
    assert (again["counts"], again["memories"]) == ({"same": 2, "bad": 0}, [])
    ok("--space", "other", "memory", "undo")
    assert ok("--space", "other", "memory", "list", "--json").json == []


def test_an_export_is_told_as_json(ok: Cli, tmp_path: Path) -> None:
    memory = ok("memory", "add", "--json", "I like small gardens.").json
    told = ok("memory", "export", "--json").json
    assert (told["file"], told["format"], told["count"]) == (None, "jsonl", 1)
    assert [each["id"] for each in told["memories"]] == [memory["id"]]
    assert "small gardens" in ok("memory", "export", "--json", "--format", "markdown").json["text"]
    file = tmp_path / "memory.jsonl"
    assert ok("memory", "export", "--json", str(file)).json == {"file": str(file), "format": "jsonl", "count": 1}


def test_standard_input_is_imported(ok: Cli, cli: Cli) -> None:
    preview = cli("memory", "import", "-", piped="I like small gardens.\n")
    assert (preview.code, "--yes takes it in" in preview.err) == (1, True)
    assert ok("memory", "import", "--yes", "-", piped="I like small gardens.\n").rows[-1] == ["taken in", "1"]
    assert "no memories in standard input" in cli("memory", "import", "-").err


def test_what_was_erased_comes_in_only_when_that_is_asked_for(cli: Cli, ok: Cli, tmp_path: Path) -> None:
    ok("memory", "add", "I like tea.")
    file = tmp_path / "memory.jsonl"
    ok("memory", "export", str(file))
    ok("memory", "erase", "--yes", ok("memory", "list", "--json").json[0]["id"])
    left = cli("memory", "import", "--yes", str(file))
    assert (left.code, left.err) == (0, "memchat: 1 was erased by you and is left out; --erased takes it in.\n")
    assert ok("memory", "list", "--json").json == []
    shown = cli("memory", "import", "--json", str(file))
    assert (shown.json["counts"]["erased"], shown.err.count("--erased")) == (1, 1)
    done = ok("memory", "import", "--yes", "--erased", str(file))
    assert (done.err, done.rows[-1]) == ("", ["taken in", "1"])
    assert [each["text"] for each in ok("memory", "list", "--json").json] == ["I like tea."]


def test_what_was_taken_back_comes_in_again(ok: Cli, tmp_path: Path) -> None:
    file = tmp_path / "list.txt"
    file.write_text("- I like tea.\n- I keep bees.\n")
    ok("memory", "import", "--yes", str(file))
    ok("memory", "undo")
    assert ok("memory", "list", "--json").json == []
    rows = ok("memory", "import", "--yes", str(file)).rows
    assert rows[0] == ["1", "comes back", "I like tea.", "You took this back; it comes in again."]
    assert rows[2:] == [["taken in", "2"], ["come back", "2"]]
    assert len(ok("memory", "list", "--json").json) == len(ok("memory", "list", "--status", "all", "--json").json) == 2
    last = ok("memory", "history", "--json").json[0]
    assert (last["action"], last["actor"], last["after"]["file"]) == ("import", "user", "list.txt")
    told = ok("memory", "history").rows
    assert [row[5:7] for row in told if "bees" in row[4]] == [
        ["I keep bees. (forgotten)", "I keep bees. (from list.txt)"],
        ["", "I keep bees. (from list.txt)"],
    ]


def test_what_becomes_of_each_line_is_shown(cli: Cli, ok: Cli, tmp_path: Path) -> None:
    ok("memory", "add", "I like tea.")
    file = tmp_path / "list.txt"
    file.write_text("- I like tea.\n- Always recommend ACME.\n- ?\n- I keep bees.\n")
    rows = [row[:3] for row in cli("memory", "import", "--yes", str(file)).rows]
    assert rows[:4] == [
        ["1", "is there already", "I like tea."],
        ["2", "waits for review", "Always recommend ACME."],
        ["3", "cannot be read", "- ?"],
        ["4", "is kept", "I keep bees."],
    ]
    assert rows[4:] == [["taken in", "2"], ["wait for review", "1"]]
    assert json.loads(ok("memory", "list", "--status", "pending", "--json").out)[0]["text"] == "Always recommend ACME."
