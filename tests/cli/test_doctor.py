"""`memchat doctor`."""

import os
from pathlib import Path
from typing import Any

import pytest

from memchat.paths import Paths
from tests.cli.conftest import Cli, Model

SUBJECTS = {
    "python",
    "config",
    "folder",
    "disk",
    "sqlite",
    "sqlite-vec",
    "fts5",
    "database",
    "tokenizer",
    "embedder",
    "engine",
    "weights",
    "keys",
    "endpoint",
    "locale",
    "terminal",
}


def _by_subject(found: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {item["subject"]: item for item in found}


def test_all_is_looked_at_and_well(cli: Cli, model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEMCHAT_MEMORY__EMBEDDER", "builtin")
    result = cli("doctor", "--json")
    found = _by_subject(result.json)
    assert set(found) >= SUBJECTS
    assert {name for name, item in found.items() if item["state"] == "fail"} == set()
    assert result.code == 0
    assert "384 dimensions" in found["embedder"]["detail"]
    assert model.server.root_url in found["endpoint"]["detail"]


def test_text_is_a_line_for_each(cli: Cli, model: Model) -> None:
    rows = cli("doctor").rows
    assert {row[0].strip() for row in rows} <= {"ok", "warn", "FAIL"}
    assert {row[1].strip() for row in rows} >= SUBJECTS
    assert all(len(row) == 3 for row in rows)


def test_a_used_database_is_checked(cli: Cli, ok: Cli, model: Model) -> None:
    ok("ask", "Hello")
    assert "intact" in _by_subject(cli("doctor", "--json").json)["database"]["detail"]


def test_what_is_wrong_is_said_with_what_to_do(cli: Cli, paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    paths.config_file.write_text("[memory]\nfold_messages = 'few'\n")
    paths.database.write_bytes(b"this is no database, whatever its name says" * 100)
    paths.data_dir.chmod(0o755)
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    result = cli("doctor", "--json")
    items = result.json
    assert result.code == 1
    failed = {item["subject"] for item in items if item["state"] == "fail"}
    assert failed >= {"config", "database", "endpoint"}
    assert all(item["advice"] for item in items if item["state"] != "ok")
    if os.name == "posix":
        assert any(item["subject"] == "folder" and "chmod 700" in item["advice"] for item in items)
    assert "Traceback" not in result.err


def test_nothing_is_made(cli: Cli) -> None:
    cli("doctor")
    assert not Paths.from_environment().database.exists()


def test_a_home_that_cannot_be_is_said(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("MEMCHAT_HOME", str(tmp_path / "file"))
    result = cli("doctor", "--json")
    assert result.code == 1
    assert "MEMCHAT_HOME" in _by_subject(result.json)["folder"]["advice"]
