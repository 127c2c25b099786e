"""Changing memories on the command line: several at once, merging, rules, mutes, history, undo and redo."""

import asyncio

import pytest

from memchat.paths import Paths
from memchat.store import Store
from tests.cli.conftest import Cli
from tests.cli.test_memory_review import stored


def texts(ok: Cli, *options: str) -> set[str]:
    return {item["text"] for item in ok("memory", "list", "--json", *options).json}


def session_in(paths: Paths) -> str:
    async def begin() -> str:
        opened = await Store.open(paths.database)
        try:
            session = await opened.sessions.create()
            await opened.messages.append_user(session.id, "Hello there", tokens=2)
            return session.id
        finally:
            await opened.close()

    return asyncio.run(begin())


def test_several_are_changed_and_taken_back_as_one(ok: Cli, paths: Paths) -> None:
    tea, jazz, rain = (memory.id for memory in stored(paths, "Likes tea", "Likes jazz", "Likes rain"))
    assert ok("memory", "pin", tea, jazz).rows == [[tea, "Likes tea"], [jazz, "Likes jazz"]]
    assert [item["pinned"] for item in ok("memory", "list", "--json").json] == [True, True, False]
    assert [item["pinned"] for item in ok("memory", "unpin", tea, jazz, "--json").json] == [False, False]
    assert ok("memory", "kind", "--as", "preference", tea, "--json").json["kind"] == "preference"
    for action in ("archive", "restore", "forget", "restore"):
        assert len(ok("memory", action, tea, jazz, rain[:9]).rows) == 3
    ok("memory", "archive", tea, jazz)
    assert texts(ok) == {"Likes rain"}
    undone = ok("memory", "undo").rows
    assert ["taken back", "archive of Likes jazz"] in undone
    assert ["together with", "1 more change"] in undone
    assert texts(ok) == {"Likes rain", "Likes tea", "Likes jazz"}
    assert ["made again", "archive of Likes jazz"] in ok("memory", "redo").rows
    assert texts(ok) == {"Likes rain"}


def test_one_that_is_not_there_changes_none(ok: Cli, cli: Cli, paths: Paths) -> None:
    (tea,) = stored(paths, "Likes tea")
    failed = cli("memory", "forget", tea.id, "nonsense")
    assert (failed.code, failed.out) == (1, "")
    assert "No memory has the id 'nonsense'" in failed.err
    assert texts(ok) == {"Likes tea"}
    failed = cli("memory", "reject", tea.id, tea.id)
    assert "None of that is pending: active." in failed.err


def test_two_are_merged(ok: Cli, cli: Cli, paths: Paths) -> None:
    tea, green = (memory.id for memory in stored(paths, "Likes tea", "Drinks green tea"))
    merged = ok("memory", "merge", "--text", "Likes green tea", tea, green, "--json").json
    assert (merged["text"], merged["status"]) == ("Likes green tea", "active")
    assert sorted(ok("memory", "show", merged["id"], "--json").json["derived_from"]) == sorted([tea, green])
    ok("memory", "undo")
    assert texts(ok) == {"Likes tea", "Drinks green tea"}
    assert "two memories or more" in cli("memory", "merge", "--text", "x", tea).err
    assert "required: --text\n" in cli("memory", "merge", tea, green).err


def test_when_it_holds_is_said_by_dates(ok: Cli, cli: Cli, paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "UTC")
    tea, jazz = (memory.id for memory in stored(paths, "Likes tea", "Likes jazz"))
    ok("profile", "set", "timezone", "UTC")
    held = ok("memory", "validity", "--from", "2026-03", "--to", "2026-12-31", tea, "--json").json
    assert (held["valid_from"], held["valid_to"]) == ("2026-03-01T00:00:00Z", "2027-01-01T00:00:00Z")
    held = ok("memory", "validity", "--to", "none", tea, "--json").json
    assert (held["valid_from"], held["valid_to"]) == ("2026-03-01T00:00:00Z", None)
    for arguments, why in (
        (("--to", "gibberish", tea), "'gibberish' is no date"),
        ((tea,), "Say since when or until when"),
        (("--to", "2027", tea, jazz), "do not all have the same from date"),
    ):
        failed = cli("memory", "validity", *arguments)
        assert (failed.code, why in failed.err) == (2, True)
    assert "cannot cease to hold before" in cli("memory", "validity", "--to", "2025", tea).err


def test_what_waits_is_listed_and_settled_by_options(ok: Cli, cli: Cli, paths: Paths) -> None:
    tea, jazz, rain, fog = stored(
        paths, "Likes tea", "Likes jazz", "Likes rain", "Likes fog", status="pending", reason="Unsure."
    )
    assert [row[:4] for row in ok("memory", "review").rows] == [
        [memory.id, "fact", memory.text, "Unsure."] for memory in (tea, jazz, rain, fog)
    ]
    assert [item["reason"] for item in ok("memory", "review", "--json").json] == ["Unsure."] * 4
    settled = ok("memory", "review", "--accept", tea.id, "--reject", jazz.id, "--never", fog.id, "--json").json
    assert [item["text"] for item in settled["accepted"]] == ["Likes tea"]
    assert [item["text"] for item in settled["rejected"]] == ["Likes jazz", "Likes fog"]
    assert settled["rule"]["says"] == "Nothing like “Likes fog” is learned."
    assert settled["waiting"] == 1
    assert ["accepted", "Likes rain"] in ok("memory", "review", "--accept-kind", "fact").rows
    assert ok("memory", "review").out == ""
    assert ok("memory", "review", "--accept-kind", "goal").rows == [["waiting", "0"]]
    assert cli("memory", "review", "--by", "kind").code == 2


def test_options_that_cannot_all_be_done_settle_nothing(ok: Cli, cli: Cli, paths: Paths) -> None:
    tea, jazz = stored(paths, "Likes tea", "Likes jazz", status="pending")
    (rain,) = stored(paths, "Likes rain")
    for options, code, why in (
        (("--accept", tea.id, "--reject", tea.id[:9]), 2, "named for two things"),
        (("--accept", tea.id, "--reject", "nonsense"), 1, "No memory has the id"),
        (("--accept", tea.id, "--reject", rain.id), 1, "does not wait for you"),
        (("--accept", tea.id, "--never", tea.id), 2, "named for two things"),
        (("--accept", tea.id, "--never", jazz.id, "--by", "attribute"), 1, "gives no rule by its attribute"),
    ):
        refused = cli("memory", "review", *options)
        assert (refused.code, refused.out, why in refused.err) == (code, "", True)
        assert len(ok("memory", "review").rows) == 2
    settled = ok("memory", "review", "--accept-kind", "fact", "--reject", jazz.id, "--json").json
    assert [[each["text"] for each in settled[name]] for name in ("accepted", "rejected")] == [
        ["Likes tea"],
        ["Likes jazz"],
    ]


def test_what_is_in_use_already_is_not_restored(ok: Cli, cli: Cli, paths: Paths) -> None:
    (tea,) = stored(paths, "Likes tea")
    refused = cli("memory", "restore", tea.id)
    assert (refused.code, refused.out) == (1, "")
    assert "None of that is out of use: active." in refused.err
    ok("memory", "archive", tea.id)
    assert ok("memory", "restore", tea.id).rows == [[tea.id, "Likes tea"]]


def test_more_whole_ids_after_accept_are_accepted_too(ok: Cli, paths: Paths) -> None:
    tea, jazz, rain = stored(paths, "Likes tea", "Likes jazz", "Likes rain", status="pending")
    assert [row[0] for row in ok("memory", "accept", tea.id, jazz.id).rows] == [tea.id, jazz.id]
    assert ok("memory", "accept", rain.id, "Likes heavy rain").rows == [[rain.id, "Likes heavy rain"]]


def test_rules_are_made_listed_and_dropped(ok: Cli, cli: Cli, paths: Paths) -> None:
    (diet,) = stored(paths, "The user is vegan")
    made = [
        ok("memory", "rules", "add", *arguments, "--json").json
        for arguments in (
            (diet.id,),
            ("--by", "kind", diet.id),
            ("--about", "salary", "--of", "Tom"),
            ("--of", "Tom"),
            ("--like", "my health"),
            ("--kind", "goals"),
        )
    ]
    assert [rule["says"] for rule in made] == [
        "Nothing about your diet is learned.",
        "No facts are learned.",
        "Nothing about Tom’s salary is learned.",
        "Nothing about Tom is learned.",
        "Nothing like “my health” is learned.",
        "No goals are learned.",
    ]
    assert ok("memory", "rules", "--json").json == ok("memory", "rules", "list", "--json").json == made
    ok("memory", "rules", "drop", *(rule["id"] for rule in made[1:]))
    assert ok("memory", "rules").rows == [[made[0]["id"], "Nothing about your diet is learned.", "0", ""]]
    assert ["is again", "No goals are learned."] in ok("memory", "undo").rows
    for arguments in ((), ("--kind", "goal", "--like", "x"), ("--by", "kind"), ("--by", "x", diet.id)):
        assert cli("memory", "rules", "add", *arguments).code == 2
    assert cli("memory", "rules", "drop", "nonsense").code == 1
    assert "Nothing about your diet is learned." in ok("memory", "history").out


def test_a_session_mutes_and_unmutes(ok: Cli, cli: Cli, paths: Paths) -> None:
    (tea,) = stored(paths, "Likes tea")
    session = session_in(paths)
    assert ok("memory", "mute", session, tea.id[:9]).rows == [[tea.id, "Likes tea"]]
    assert ok("memory", "mute", session[:9], "--json").json == {"session": session, "muted": [tea.id]}
    ok("memory", "undo")
    assert ok("memory", "mute", session).out == ""
    ok("memory", "redo")
    assert ok("memory", "unmute", session, tea.id).out == ""
    assert cli("memory", "mute", session, "nonsense").code == 1
    assert cli("memory", "mute", "nonsense", tea.id).code == 1
    assert [row[3] for row in ok("memory", "history").rows[:2]] == ["unmute", "mute"]


def test_the_history_of_everything_tells_who_changed_what(ok: Cli, paths: Paths) -> None:
    (tea,) = stored(paths, "Likes tea")
    ok("memory", "edit", tea.id, "Likes green tea")
    ok("memory", "pin", tea.id)
    ok("profile", "set", "name", "Alice")
    changes = ok("memory", "history", "--json").json
    assert [(change["actor"], change["action"]) for change in changes] == [
        ("user", "set"),
        ("user", "edit"),
        ("user", "edit"),
        ("qwen", "add"),
    ]
    assert len(ok("memory", "history", "-n", "2", "--json").json) == 2
    rows = ok("memory", "history").rows
    assert [row[4:7] for row in rows[1:]] == [
        ["Likes green tea", "pinned: no", "pinned: yes"],
        ["Likes green tea", "Likes tea", "Likes green tea"],
        ["Likes green tea", "", "Likes tea"],
    ]
    assert [row[4:6] for row in ok("memory", "history", tea.id).rows[1:]] == [
        ["Likes tea", "Likes green tea"],
        ["pinned: no", "pinned: yes"],
    ]


def test_the_history_says_what_ids_stand_for(ok: Cli, paths: Paths) -> None:
    (tea,) = stored(paths, "Likes tea")
    session = session_in(paths)
    ok("sessions", "rename", session, "Kyoto in spring")
    ok("memory", "mute", session, tea.id)
    muted = "Likes tea is not recalled in “Kyoto in spring”"
    assert ok("memory", "history").rows[0][3:7] == ["mute", muted, "", muted]
    assert ok("memory", "undo").rows == [["taken back", f"mute of {muted}"], ["was", muted]]
    ok("sessions", "archive", session)
    row = ok("memory", "history").rows[0]
    assert row[3:6] == ["archive", "“Kyoto in spring”", "filed away: –"]
    assert ok("memory", "undo").rows[0] == ["taken back", "archive of “Kyoto in spring”"]
    message = ok("sessions", "show", "--json", session).json["messages"][0]["id"]
    ok("sessions", "drop", session, message)
    assert ok("memory", "history").rows[0][4] == "“Hello there” is kept out"
    ok("sessions", "fork", session)
    fork = ok("sessions", "--json").json[0]["id"]
    forked = ok("memory", "history", f"session:{fork}").rows[0]
    assert (forked[3:5], forked[5].startswith("Kyoto in spring")) == (["fork", ""], True)


def test_the_last_day_is_the_one_that_was_typed(ok: Cli, paths: Paths) -> None:
    (tea,) = stored(paths, "Likes tea")
    ok("profile", "set", "timezone", "Asia/Tokyo")
    ok("memory", "validity", "--from", "2026-03-01", "--to", "2027-03-01", tea.id)
    told = "valid from: 2026-03-01, valid to: 2027-03-01"
    assert ok("memory", "history", tea.id).rows[-1][5] == told
    assert "until 1 March 2027" in ok("memory", "about").out


def test_one_change_of_the_history_is_taken_back(ok: Cli, cli: Cli, paths: Paths) -> None:
    tea, jazz = stored(paths, "Likes tea", "Likes jazz")
    ok("memory", "edit", tea.id, "Likes green tea")
    ok("memory", "archive", jazz.id)
    edited = ok("memory", "history", tea.id, "--json").json[-1]["id"]
    assert ["is again", "Likes tea"] in ok("memory", "undo", edited[:9]).rows
    assert texts(ok) == {"Likes tea"}
    assert "taken back already" in cli("memory", "undo", edited).err
    added = ok("memory", "history", jazz.id, "--json").json[0]["id"]
    assert "changed again since" in cli("memory", "undo", added).err
    assert ok("memory", "redo", "--json").json["action"] == "edit"
    nothing = cli("memory", "redo")
    assert (nothing.code, "nothing to make again" in nothing.err) == (1, True)


def test_several_are_erased_one_after_the_other(ok: Cli, cli: Cli, paths: Paths) -> None:
    tea, jazz, rain = (memory.id for memory in stored(paths, "Likes oolong", "Likes bebop", "Likes drizzle"))
    shown = cli("memory", "erase", tea, jazz, "--json")
    assert (shown.code, [each["erased"] for each in shown.json]) == (1, [False, False])
    done = ok("memory", "erase", tea, jazz, "--yes", "--json").json
    assert [each["erased"] for each in done] == [True, True]
    assert texts(ok, "--status", "all") == {"Likes drizzle"}
    assert cli("memory", "erase", tea, rain, "--yes").code == 1
    assert texts(ok, "--status", "all") == {"Likes drizzle"}


def test_the_list_is_narrowed_and_sorted(ok: Cli, cli: Cli, paths: Paths) -> None:
    tea, _ = stored(paths, "Likes green tea", "Likes jazz")
    stored(paths, "Tom plays the cello", subject="Tom", status="archived")
    ok("memory", "pin", tea.id)
    ok("memory", "validity", "--to", "none", "--from", "2020", tea.id)
    for options, expected in (
        (("--search", "TEA green"), {"Likes green tea"}),
        (("--about", "tom", "--status", "all"), {"Tom plays the cello"}),
        (("--pinned",), {"Likes green tea"}),
        (("--unused", "--below", "0.7"), {"Likes green tea", "Likes jazz"}),
        (("--below", "0.5"), set()),
        (("--origin", "file"), set()),
        (("--expiring", "30"), set()),
        (("--until", "2020"), set()),
        (("--since", "2020", "--search", "jazz"), {"Likes jazz"}),
    ):
        assert texts(ok, *options) == expected, options
    assert [item["text"] for item in ok("memory", "list", "--order", "oldest", "-n", "1", "--json").json] == [tea.text]
    assert ok("memory", "--search", "jazz").rows[0][2] == "Likes jazz", "without `list` too"
    for options in (("--below", "2"), ("--since", "gibberish"), ("--order", "x"), ("-n", "0")):
        assert cli("memory", "list", *options).code == 2
