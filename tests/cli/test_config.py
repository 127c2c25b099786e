"""`memchat config` and `memchat locate`."""

import os
import sys
from pathlib import Path

import pytest

from memchat.paths import Paths
from tests.cli.conftest import Cli, run_process


def test_show_names_value_and_source_of_every_setting(ok: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEMCHAT_MEMORY__FOLD_MESSAGES", "6")
    rows = {row[0]: row[1:] for row in ok("config").rows}
    assert rows["memory.fold_messages"] == ["6", "MEMCHAT_MEMORY__FOLD_MESSAGES"]
    assert rows["memory.enabled"] == ["true", "default"]
    assert rows["model.temperature"] == ["", "default"]


def test_show_as_json(ok: Cli) -> None:
    items = ok("config", "show", "--json").json
    assert {"key": "memory.mode", "value": "hybrid", "source": "default"} in items


def test_set_writes_the_file_and_keeps_its_comments(ok: Cli, paths: Paths) -> None:
    paths.config_file.write_text("# mine\n[memory]\nmode = 'window' # for now\n")
    assert ok("config", "set", "memory.fold_messages", "6").out == "memory.fold_messages\t6\n"
    written = paths.config_file.read_text()
    assert "# mine" in written
    assert "# for now" in written
    rows = {row[0]: row[1:] for row in ok("config", "show").rows}
    assert rows["memory.fold_messages"] == ["6", str(paths.config_file)]


def test_path(ok: Cli, paths: Paths) -> None:
    assert ok("config", "path").out == f"{paths.config_file}\n"


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("memory.fold_mesages", "6", "Did you mean `memory.fold_messages`?"),
        ("memory.fold_messages", "few", "must be a whole number"),
        ("memory", "6", "is a table"),
    ],
)
def test_set_refuses_what_is_no_setting(cli: Cli, key: str, value: str, said: str) -> None:
    result = cli("config", "set", key, value)
    assert result.code == 1
    assert said in result.err
    assert len(result.err.splitlines()) == 1


@pytest.mark.parametrize("command", ["config", "sessions", "ask"])
def test_a_broken_config_is_told_with_file_and_line(cli: Cli, paths: Paths, command: str) -> None:
    paths.config_file.write_text("[memory]\nmode = 'hybrid'\nfold_messages = 'few'\n")
    result = cli(command, *(["Hello"] if command == "ask" else []))
    assert result.code == 1
    assert f"{paths.config_file}:3:" in result.err
    assert len(result.err.splitlines()) == 1


def test_locate_names_every_place(ok: Cli, paths: Paths) -> None:
    rows = dict(ok("locate").rows)
    assert rows["database"] == str(paths.database)
    assert rows["config"] == str(paths.config_file)
    assert rows["log"] == str(paths.log_file)
    assert ok("locate", "--json").json == rows


def test_locate_makes_nothing(ok: Cli) -> None:
    ok("locate")
    assert not Path(os.environ["MEMCHAT_HOME"]).exists()


def test_without_memchat_home_the_platform_decides(tmp_path: Path) -> None:
    result = run_process("locate", "--json", MEMCHAT_HOME="", HOME=str(tmp_path), XDG_DATA_HOME=str(tmp_path / "data"))
    assert result.code == 0
    if sys.platform == "linux":
        assert result.json["database"] == str(tmp_path / "data" / "memchat" / "memchat.db")
