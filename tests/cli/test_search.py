"""`memchat search`, and going to what it found."""

import pytest

from tests.cli.conftest import Cli, Model

HIT = {"id", "kind", "text", "score", "session", "at"}


def test_a_hit_as_pinned(ok: Cli) -> None:
    ok("memory", "add", "The bicycle is green")
    (hit,) = ok("search", "--json", "bicycle").json
    assert set(hit) >= HIT
    assert (hit["kind"], hit["text"], hit["session"]) == ("fact", "The bicycle is green", None)


def test_a_hit_tells_its_space_and_the_line_that_is_shown_with_its_marks(ok: Cli) -> None:
    ok("memory", "add", "The bicycle is green")
    (hit,) = ok("search", "--json", "bicycles").json
    ((start, end),) = hit["marks"]
    assert (hit["space"], hit["snippet"][start:end]) == ("personal", "bicycle")


def test_it_finds_by_meaning_what_shares_no_word(ok: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEMCHAT_MEMORY__EMBEDDER", "builtin")
    ok("memory", "add", "I am allergic to peanuts")
    ok("memory", "add", "My cat is called Mo")
    assert [hit["text"] for hit in ok("search", "--json", "foods to avoid").json] == ["I am allergic to peanuts"]


def test_options_are_the_filters_that_may_be_typed(ok: Cli, model: Model) -> None:
    model.say("A garden needs water.")
    ok("ask", "Tell me about my garden")
    ok("memory", "add", "Has a garden plot")
    for options in (
        ["--in", "facts", "garden"],
        ["in:facts garden"],
        ["in:facts", "garden"],
        ["garden", "--in", "fact"],
    ):
        assert [hit["kind"] for hit in ok("search", "--json", *options).json] == ["fact"], options
    assert [hit["role"] for hit in ok("search", "--json", "--role", "assistant", "garden").json] == ["assistant"]
    assert len(ok("search", "--json", "--on", "today").json) == 3
    assert ok("search", "--json", "--before", "yesterday", "garden").json == []
    assert len(ok("search", "--json", "--in", "messages,facts", "--in", "profile").json) == 3


def test_exact_words_come_in_the_quotation_marks_that_the_shell_leaves(ok: Cli) -> None:
    ok("memory", "add", "A small garden")
    ok("memory", "add", "The garden is small")
    assert [hit["text"] for hit in ok("search", "--json", '"small garden"').json] == ["A small garden"]
    assert len(ok("search", "--json", "gard*").json) == 2


def test_pages_and_orders(ok: Cli) -> None:
    for number in range(5):
        ok("memory", "add", f"Garden number {number}")
    everything = [hit["id"] for hit in ok("search", "--json", "garden").json]
    assert len(everything) == 5
    pages = [ok("search", "--json", "-k", "2", "--offset", str(offset), "garden").json for offset in (0, 2, 4, 6)]
    assert [hit["id"] for page in pages for hit in page] == everything
    newest = [hit["text"] for hit in ok("search", "--json", "--sort", "newest", "garden").json]
    assert newest == list(reversed([hit["text"] for hit in ok("search", "--json", "garden sort:oldest").json]))


def test_all_spaces_or_one_of_them(ok: Cli, cli: Cli) -> None:
    ok("memory", "add", "The garden at home")
    ok("memory", "add", "--space", "work", "The garden of the client")
    assert [hit["space"] for hit in ok("search", "--json", "garden").json] == ["personal"]
    assert [hit["space"] for hit in ok("search", "--json", "--space", "work", "garden").json] == ["work"]
    found = ok("search", "--json", "--all-spaces", "garden").json
    assert {hit["space"] for hit in found} == {"personal", "work"}
    assert {hit["space"] for hit in ok("search", "--json", "garden space:work").json} == {"work"}
    wrong = cli("search", "garden space:nowhere")
    assert wrong.code == 2
    assert "There are personal, work; all stands for every one." in wrong.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["in:pictures x"], "in: takes messages, facts, profile or sessions"),
        (["--in", "pictures", "x"], "--in takes messages, facts, profile or sessions"),
        (["--role", "nobody", "x"], "--role takes me or assistant"),
        (["after:whenever x"], "after: takes a day, a month, a year"),
        (["--after", "2026-05", "--before", "2026-03", "x"], "There is no time between the two."),
        (["--session", "nowhere", "x"], "No session is called “nowhere”."),
        (["--sort", "size", "x"], "--sort takes best, newest or oldest"),
        ([], "There is nothing to search for."),
    ],
)
def test_a_filter_that_cannot_be_understood_says_what_it_takes(cli: Cli, arguments: list[str], said: str) -> None:
    result = cli("search", *arguments)
    assert result.code == 2
    assert said in result.err


def test_a_message_that_was_found_is_shown_among_those_around_it(ok: Cli, cli: Cli, model: Model) -> None:
    model.say("A garden needs water.")
    ok("ask", "Tell me about my garden")
    for number in range(6):
        ok("ask", "-c", f"Something else {number}")
    (hit,) = ok("search", "--json", '"garden needs"').json
    shown = ok("sessions", "show", hit["session"], "--at", hit["message"]).out
    assert "▶ memchat" in shown
    assert "A garden needs water." in shown
    assert "… 6 later messages" in shown
    document = ok("sessions", "show", "--json", hit["session"], "--at", hit["message"]).json
    assert document["at"] == hit["message"]
    assert hit["message"] in [message["id"] for message in document["messages"]]
    assert len(document["messages"]) == 8
    wrong = cli("sessions", "show", hit["session"], "--at", "nowhere")
    assert wrong.code == 1
    assert "No message of this session has an id like nowhere." in wrong.err
