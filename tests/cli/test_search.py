"""`memchat search`."""

import pytest

from tests.cli.conftest import Cli

HIT = {"id", "kind", "text", "score", "session", "at"}


def test_a_hit_as_pinned(ok: Cli) -> None:
    ok("memory", "add", "The bicycle is green")
    (hit,) = ok("search", "--json", "bicycle").json
    assert set(hit) >= HIT
    assert (hit["kind"], hit["text"], hit["session"]) == ("fact", "The bicycle is green", None)


def test_it_finds_by_meaning_what_shares_no_word(ok: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEMCHAT_MEMORY__EMBEDDER", "builtin")
    ok("memory", "add", "I am allergic to peanuts")
    ok("memory", "add", "My cat is called Mo")
    assert [hit["text"] for hit in ok("search", "--json", "foods to avoid").json] == ["I am allergic to peanuts"]
