"""Wrong usage, help, exit codes and what the parser costs."""

import subprocess
import sys
from importlib import import_module

import pytest

from tests.cli.conftest import Cli, run_process

COMMANDS = (
    "ask",
    "explain",
    "why",
    "sessions",
    "summary",
    "memory",
    "profile",
    "personas",
    "spaces",
    "search",
    "index",
    "models",
    "config",
    "locate",
    "doctor",
    "eval",
)


@pytest.mark.parametrize(
    "arguments",
    [
        ("nonsense",),
        ("--nonsense",),
        ("ask", "--nonsense", "Hello"),
        ("ask", "-c", "-s", "s1", "Hello"),
        ("ask", "--incognito", "-c", "Hello"),
        ("ask", "--incognito", "-s", "s1", "Hello"),
        ("ask",),
        ("ask", "--cont", "Hello"),
        ("sessions", "burn"),
        ("sessions", "rename", "s1"),
        ("sessions", "rename", "s1", " "),
        ("sessions", "list", "-n", "0"),
        ("sessions", "list", "-n", "many"),
        ("memory", "list", "--kind", "rumour"),
        ("memory", "list", "--status", "lost"),
        ("memory", "add"),
        ("profile", "set", "name"),
        ("search",),
        ("search", " "),
        ("search", "--in", "drawers", "keys"),
        ("search", "-k", "0", "keys"),
        ("models", "pull"),
        ("config", "set", "memory.fold_messages"),
        ("-c", "-r"),
        ("-c", "sessions"),
        ("--incognito", "memory"),
        ("-r", "s1", "ask", "Hello"),
        ("-m", "gpt", "locate"),
        ("eval",),
        ("eval", "weather"),
        ("eval", "memory", "--limit", "0"),
        ("sessions", "system", "--clear", "s1", "Answer in rhymes."),
    ],
)
def test_wrong_usage_is_2_and_said_on_stderr(cli: Cli, arguments: tuple[str, ...]) -> None:
    result = cli(*arguments)
    assert result.code == 2
    assert result.out == ""
    assert result.err.startswith("memchat")
    assert "Traceback" not in result.err


def test_what_an_action_does_not_know_is_told_with_its_own_usage(cli: Cli) -> None:
    told = cli("memory", "edit", "--nonsense", "f1", "Likes tea").err.splitlines()
    assert told[0] == "memchat memory edit: unrecognized arguments: --nonsense"
    assert told[1].startswith("Usage: memchat memory edit ")
    assert "required: SESSION\n" in cli("memory", "mute").err


_READING = {
    "memory": {"list", "show", "about", "history", "conflicts", "status", "export", "rules"},
    "sessions": {"list", "show", "export"},
    "profile": {"list"},
    "summary": {"show", "history"},
    "spaces": {"list"},
    "index": {"status"},
}


def test_whatever_changes_something_takes_yes_and_json() -> None:
    from memchat.cli.parser import build
    from tests.cli.reference import parsers

    changing = 0
    for parser in parsers(build()):
        _, command, *actions = (*parser.prog.split(), "")
        if command not in _READING or actions[:1] == [""] or actions[-2] in _READING[command]:
            continue
        changing += 1
        assert {"--yes", "-y", "--json"} <= parser._option_string_actions.keys(), parser.prog
    assert changing > 40


def test_every_action_of_the_memory_has_json() -> None:
    from memchat.cli.parser import build
    from tests.cli.reference import parsers

    found = [parser for parser in parsers(build()) if parser.prog.startswith("memchat memory")]
    assert [parser.prog for parser in found if "--json" not in parser._option_string_actions] == []


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_every_command_has_help(cli: Cli, command: str) -> None:
    result = cli(*command.split(), "--help")
    assert result.code == 0
    assert result.out.startswith(f"usage: memchat {command}".rstrip())
    assert result.err == ""


def test_the_help_lists_every_command_and_no_other(cli: Cli) -> None:
    lines = cli("--help").out.split("commands:\n")[1].split("\n\n")[0].splitlines()
    assert tuple(line.split()[0] for line in lines if not line.startswith("    ")) == COMMANDS


def test_the_version(cli: Cli) -> None:
    from memchat import __version__

    assert cli("--version").out == f"memchat {__version__}\n"


def test_a_model_or_session_may_be_named_before_the_command(cli: Cli) -> None:
    assert "no answer" not in cli("-m", "x", "ask", "--help").out
    assert cli("-m", "x", "ask", "--help").code == 0


def test_the_screen_needs_a_terminal(cli: Cli) -> None:
    for arguments in ((), ("-c",), ("--resume",), ("-r", "s1"), ("--incognito",)):
        result = cli(*arguments)
        assert result.code == 1
        assert result.err == 'memchat: The screen needs a terminal. In a pipe or a script use `memchat ask "…"`.\n'


def _modules_after(code: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", f"import sys\n{code}\nprint(*sys.modules, file=sys.stderr)"],
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stderr.split())


HEAVY = {"textual", "rich", "openai", "onnxruntime", "tokenizers", "tiktoken", "numpy", "apsw", "httpx2", "tomlkit"}


def test_help_imports_nothing_heavy() -> None:
    loaded = _modules_after("from memchat.cli import main; main(['--help'])")
    assert not loaded & HEAVY
    assert "asyncio" not in loaded


def test_importing_the_room_costs_nothing() -> None:
    before = _modules_after("import collections.abc")
    assert _modules_after("import memchat.cli") - before <= {"memchat", "memchat.cli"}


def test_the_way_to_the_screen_builds_no_parser() -> None:
    loaded = _modules_after("from memchat.cli import main; main([])")
    assert not {"argparse", "memchat.cli.parser"} & loaded


def test_a_failure_that_nobody_foresaw_is_one_line_and_logged(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    from memchat.paths import Paths

    def breaks(*_: object) -> None:
        raise KeyError("missing")

    monkeypatch.setattr(import_module("memchat.config.load"), "gather", breaks)
    result = cli("sessions")
    log_file = Paths.from_environment().log_file
    assert result.code == 1
    assert result.err == f"memchat: Something went wrong inside memchat (KeyError). Details are in {log_file}.\n"
    assert "Traceback" in log_file.read_text("utf-8")
    assert log_file.stat().st_mode & 0o077 == 0


def test_a_folder_that_cannot_be_made_is_said(tmp_path: object) -> None:
    result = run_process("sessions", MEMCHAT_HOME=f"{sys.executable}/home")
    assert result.code == 1
    assert len(result.err.splitlines()) == 1
    assert "MEMCHAT_HOME" in result.err
