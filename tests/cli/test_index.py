"""`memchat index`: seen, made anew, stopped and let go on."""

import pytest

from memchat.cli.index import index_json
from memchat.store.making import MakingState
from tests.cli.conftest import Cli, Model

OLD, NEW = "old", "new"


@pytest.fixture
def embedded(ok: Cli, model: Model, monkeypatch: pytest.MonkeyPatch) -> str:
    """Two memories that are embedded at the scripted server; the server's address."""
    url = model.server.base_url
    ok("config", "set", "endpoints.mine.base_url", url)
    monkeypatch.setenv("MEMCHAT_MEMORY__EMBEDDER", "mine")
    monkeypatch.setenv("MEMCHAT_MEMORY__EMBEDDING_MODEL", OLD)
    ok("memory", "add", "I am allergic to peanuts")
    ok("memory", "add", "I live in Taipei")
    return url


def test_it_tells_what_is_found_by_meaning(ok: Cli, embedded: str) -> None:
    assert ok("index").rows == [["items", "2"], ["found by meaning", "2"], ["embedder", f"{OLD}@{embedded}"]]
    assert ok("index", "status", "--json").json == {
        "items": 2,
        "embedded": 2,
        "embedder": f"{OLD}@{embedded}",
        "coming": None,
        "left": 0,
        "stopped": False,
    }


def test_everything_is_made_anew_by_another_embedder(cli: Cli, embedded: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEMCHAT_MEMORY__EMBEDDING_MODEL", NEW)
    result = cli("index", "rebuild", "--json")
    assert result.code == 0
    assert result.json == {**index_json(_whole(2)), "embedder": f"{NEW}@{embedded}"}


def test_what_is_left_for_later_can_be_stopped_and_resumed(
    cli: Cli, ok: Cli, embedded: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MEMCHAT_MEMORY__EMBEDDING_MODEL", NEW)
    left = ok("index", "rebuild", "--no-wait", "--json").json
    assert (left["embedder"], left["coming"], left["left"]) == (f"{OLD}@{embedded}", f"{NEW}@{embedded}", 2)
    assert ok("index", "stop", "--json").json["stopped"]
    assert "0 of 2 (0 %), stopped: `memchat index resume`" in ok("index").out
    index = next(item for item in cli("doctor", "--json").json if item["subject"] == "index")
    assert index["state"] == "warn"
    assert index["advice"] == "`memchat index resume` goes on."
    result = cli("index", "resume")
    assert result.code == 0
    assert result.rows[-1] == ["embedder", f"{NEW}@{embedded}"]


def test_all_is_made_again_by_the_same_embedder(cli: Cli, model: Model, embedded: str) -> None:
    before = len(model.server.recorded)
    assert cli("index", "rebuild").code == 0
    texts = [text for request in model.server.recorded[before:] for text in request.body["input"]]
    assert {"allergic" in text or "Taipei" in text for text in texts[1:]} == {True}


def test_what_cannot_be_had_is_an_error_that_says_why(cli: Cli, embedded: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEMCHAT_ENDPOINTS__MINE__BASE_URL", "http://127.0.0.1:9/v1")
    result = cli("index", "rebuild")
    assert result.code == 1
    assert "mine does not answer at http://127.0.0.1:9/v1" in result.err
    monkeypatch.setenv("MEMCHAT_MEMORY__EMBEDDER", "off")
    assert "Search by meaning is off. `memchat config set memory.embedder builtin`" in cli("index", "rebuild").err


def _whole(items: int) -> MakingState:
    return MakingState(items=items, embedded=items, current="", coming="", left=0, stopped=False)
