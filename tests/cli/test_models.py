"""`memchat models`."""

import pytest

from memchat.paths import Paths
from tests.cli.conftest import Cli, Model


def test_list_has_the_endpoints_models_and_the_built_in_ones(ok: Cli, model: Model) -> None:
    found = ok("models", "--json").json
    assert all(set(item) == {"endpoint", "name", "detail", "installed", "current"} for item in found)
    assert [item["name"] for item in found if item["current"]] == ["scripted"]
    by_name = {item["name"]: item for item in found}
    assert by_name["other"]["installed"] is True
    assert by_name["smollm2-135m"] | {"detail": ""} == {
        "endpoint": "builtin",
        "name": "smollm2-135m",
        "detail": "",
        "installed": False,
        "current": False,
    }
    rows = ok("models", "list").rows
    assert ["*", "scripted", "ready"] in [[row[0], row[2], row[3]] for row in rows]
    assert ["smollm2-135m", "to pull"] in [row[2:4] for row in rows]


def test_use_is_saved(ok: Cli, model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MEMCHAT_MODEL")
    ok("config", "set", "endpoints.here.base_url", model.server.base_url)
    assert ["model", "other"] in ok("models", "use", "here/other").rows
    ok("ask", "Hi")
    assert model.asked[0]["model"] == "other"


def test_use_takes_the_endpoint_that_lists_the_model(cli: Cli, ok: Cli, model: Model) -> None:
    result = cli("models", "use", "smollm2-135m")
    assert result.code == 1
    assert "memchat models pull smollm2-135m" in result.err
    assert ["model", "not-listed"] in ok("models", "use", "not-listed").rows


def test_a_built_in_model_must_be_pulled_first(cli: Cli) -> None:
    result = cli("models", "use", "smollm2-135m")
    assert result.code == 1
    assert "memchat models pull smollm2-135m" in result.err


def test_a_built_in_model_that_is_not_there_cannot_answer(cli: Cli) -> None:
    result = cli("ask", "-m", "builtin/qwen2.5-coder-1.5b", "Hi")
    assert result.code == 1
    assert "memchat models pull qwen2.5-coder-1.5b" in result.err


@pytest.mark.parametrize("action", ["pull", "remove"])
def test_an_unknown_name_is_told_with_the_near_ones(cli: Cli, action: str) -> None:
    result = cli("models", action, "smollm")
    assert result.code == 1
    assert "smollm2-135m" in result.err


def test_pull_without_an_index(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PIP_INDEX_URL", "UV_INDEX_URL", "UV_DEFAULT_INDEX"):
        monkeypatch.setenv(name, "http://127.0.0.1:9/simple")
    result = cli("models", "pull", "smollm2-135m")
    assert (result.code, result.out) == (1, "")
    assert "Traceback" not in result.err


def test_remove_frees_what_is_there(ok: Cli, paths: Paths) -> None:
    paths.weights_dir.mkdir()
    (paths.weights_dir / "smollm2-135m.gguf").write_bytes(bytes(2_000_000))
    assert ok("models", "remove", "smollm2-135m").rows == [["removed", "smollm2-135m"], ["freed", "2 MB"]]
    assert not list(paths.weights_dir.glob("*.gguf"))
