"""`memchat explain`: the request, with nothing sent and nothing stored."""

import pytest

from memchat.paths import Paths
from tests.cli.conftest import Cli, Model

LAYERS = {"system", "profile", "sessions", "summary", "buffer", "recalled", "user"}


def test_json_as_pinned(ok: Cli, model: Model) -> None:
    plan = ok("explain", "--json", "Where is my bicycle?").json
    assert {"model", "window", "reserve", "messages", "layers", "recalled", "left_out"} <= set(plan)
    assert plan["model"] == "scripted"
    assert set(plan["layers"]) == LAYERS
    assert all({"role", "content", "tokens", "layer"} <= set(message) for message in plan["messages"])
    assert plan["messages"][0]["role"] == "system"
    assert plan["messages"][-1]["content"] == "Where is my bicycle?"


def test_nothing_is_sent_and_nothing_stored(ok: Cli, model: Model, paths: Paths) -> None:
    ok("sessions")
    before = paths.database.read_bytes()
    ok("explain", "Where is my bicycle?")
    assert model.server.recorded == [], "not even a list of models is asked for"
    assert paths.database.read_bytes() == before
    assert ok("search", "--json", "bicycle").json == []


def test_the_window_is_what_the_server_said_before(ok: Cli, model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model.server, "_models", {"scripted": {"max_model_len": 4096}})
    assert ok("explain", "--json", "Where is my bicycle?").json["window"] == 8192
    ok("ask", "Where is my bicycle?")
    assert ok("explain", "--json", "Where is my bicycle?").json["window"] == 4096


def test_it_is_what_ask_sends(ok: Cli, model: Model) -> None:
    ok("profile", "set", "name", "Alice")
    ok("memory", "add", "The bicycle is green")
    session = ok("ask", "--json", "Hello").event("user_saved")["message"]["session"]
    plan = ok("explain", "--json", "-s", session, "What colour is my bicycle?").json
    ok("ask", "-s", session, "What colour is my bicycle?")
    sent = "".join(message["content"] for message in model.asked[-1]["messages"])
    assert [item["text"] for item in plan["recalled"]] == ["The bicycle is green"]
    for message in plan["messages"]:
        assert message["content"].strip() in sent
    assert plan["layers"]["profile"] > 0
    assert plan["layers"]["buffer"] > 0


def test_a_recalled_item_names_its_source(ok: Cli, model: Model) -> None:
    said = ok("ask", "--json", "I keep my bicycle in the cellar").event("user_saved")["message"]
    item = ok("explain", "--json", "Where is my bicycle?").json["recalled"][0]
    assert set(item) == {"id", "kind", "text", "score", "parts", "tokens", "source"}
    assert item["source"]["session"] == said["session"]
    assert item["source"]["message"] == said["id"]


def test_text_in_a_pipe(ok: Cli, model: Model) -> None:
    ok("memory", "add", "The bicycle is green")
    out = ok("explain", "-m", "other", "What colour is my bicycle?").out
    assert "model\tother\n" in out
    assert "== Layers" in out
    assert "== Recalled: 1" in out
    assert "The bicycle is green" in out


def test_without_a_model_the_rest_is_still_explained(ok: Cli) -> None:
    assert ok("explain", "--json", "Hello").json["messages"][-1]["content"] == "Hello"
